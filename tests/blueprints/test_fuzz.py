"""Requests made up by a program, right ones and wrong ones: no answer may surprise."""

import json
import os
import random
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import QUICK, fake_path
from described import DESCRIPTION, VIEWS, described, security

from janus.blueprints import sse

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


#: About how many requests to make up, for those who are in and as many for strangers; 0 is a few.
CASES = int(os.environ.get("JANUS_FUZZ", "0"))


@pytest.fixture
def made_up(serve, tmp_path):
    """Has Schemathesis make up requests to a server; what it says, and what came of each."""
    path = fake_path(tmp_path, "agent", program=QUICK)
    server = serve(path=path, JANUS_AGENT="cursor-agent", MAX_SESSIONS="100")
    told = tmp_path / "told.har"

    def made_up(*more, as_owner=False):
        if as_owner:
            more = ("--header", f"Authorization: Bearer {server.token}", *more)
        # Half as many again: some endpoints take so little that there are not as many requests.
        each = ("--max-examples", str(CASES * 3 // 2 // len(VIEWS))) if CASES else ()
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                *("--config-file", HERE / "schemathesis.toml"),
                *("run", HERE.parents[1] / "janus" / "openapi.json", "--url", server.url),
                *("--report", "har", "--report-har-path", told, *each, *more),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert "INTERNAL_ERROR" not in server.log and "Traceback" not in server.log
        entries = json.loads(told.read_text())["log"]["entries"]
        assert len(entries) >= (CASES or 500)
        return done, entries, server

    return made_up


@pytest.mark.slow(25)
def test_no_answer_is_outside_of_the_description(made_up):
    """Schemathesis makes its requests from the description itself; see ``schemathesis.toml``."""
    done, _, _ = made_up(as_owner=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {len(VIEWS)}" in done.stdout


@pytest.mark.slow(20)
def test_threat_1_a_stranger_is_refused_whatever_is_sent(made_up):
    done, entries, server = made_up("--checks", "not_a_server_error,status_code_conformance")

    assert done.returncode == 0, done.stdout + done.stderr
    public = {
        path
        for path, methods in DESCRIPTION["paths"].items()
        if any(
            set() in security(operation) or not security(operation)
            for operation in methods.values()
        )
    }
    assert public == {
        "/api/pair", "/api/push/receipt", "/api/health", "/health",
        "/api/fleet/enter", "/api/fleet/left",  # by code, and by signature
    }  # fmt: skip
    for entry in entries:
        path = urlsplit(entry["request"]["url"]).path
        if path not in public:
            assert entry["response"]["status"] == 401, entry
    assert server.call("GET", "/api/sessions")[1] == {"sessions": []}
    assert server.call("GET", "/api/devices")[1]["devices"] == []


@pytest.fixture
def send(settings, monkeypatch):
    """Sends requests to an app whose streams are never quiet."""
    monkeypatch.setattr(sse, "HEARTBEAT", 0.001)
    with described(settings) as app:
        client = app.test_client()

        def send(operation, query, **more):
            method, path = operation.split(" ")
            address = f"{path}?{query}"
            with client.open(address, method=method, buffered=False, **more) as response:
                return response.status_code

        yield send


HEADERS = (
    "Host", "Origin", "X-Request-ID", "Content-Type", "Last-Event-ID", "Accept", "Cookie",
    "Authorization", "X-Janus-Key", "Sec-Fetch-Site",
)  # fmt: skip
TYPES = ("application/json", "application/json; charset=utf-16", "application/a+json", "a/b", "")
#: All that gunicorn lets through in an address and in a header.
ADDRESS, HEADER = bytes(range(33, 127)), bytes([9, *range(32, 127), *range(128, 256)])
PIECES = (b'{"session_id":', b'"page"', b'"message":', b'"hi"', b",", b"}", b"[", b"null", b"\\u00")


@pytest.mark.parametrize("seed", range(4))
def test_bytes_without_a_meaning_do_no_harm(seed, send):
    chance = random.Random(seed)

    def some(letters, most=40):
        return bytes(chance.choices(letters, k=chance.randrange(most))).decode("latin-1")

    for _ in range(400):
        operation = chance.choice([*VIEWS])
        body = b"".join(chance.choices([*PIECES, chance.randbytes(9)], k=chance.randrange(9)))
        headers = {name: some(HEADER) for name in chance.sample(HEADERS, chance.randrange(3))}
        query = chance.choice(
            ["session_id=page", f"session_id=page&{some(ADDRESS)}", some(ADDRESS)]
        )

        status = send(
            operation, query, data=body, headers={"Content-Type": chance.choice(TYPES), **headers}
        )

        assert status != 500


def test_a_body_in_pieces_that_are_none_is_refused(serve):
    server = serve()
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"POST /api/chat HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
            f"Authorization: Bearer {server.token}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode()
        )
        with connection.makefile("rb") as answer:
            lines = answer.read().decode().splitlines()

    assert lines[0] == "HTTP/1.1 400 BAD REQUEST"
    assert json.loads(lines[-1])["error"]["message"] == "The body broke off."
