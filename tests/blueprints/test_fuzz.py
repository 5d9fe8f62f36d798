"""Requests made up by a program, right ones and wrong ones: no answer may surprise."""

import base64
import contextlib
import http.client
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


#: About how many requests to make up, for those who are in and the same for strangers; 0 is a few.
CASES = int(os.environ.get("JANUS_FUZZ", "0"))
#: What anybody may ask for.
PUBLIC = {
    "/api/pair", "/api/push/receipt", "/api/health", "/health", "/api/fleet/enter",
    "/api/fleet/left",
}  # fmt: skip


@pytest.mark.slow(25)
def test_threat_1_no_answer_is_undescribed_and_a_stranger_is_refused_whatever_is_sent(
    serve, tmp_path
):
    """Schemathesis makes its requests from the description itself; see ``schemathesis.toml``.

    To make them up takes ten times as long as to send them again, as a stranger, to another Janus;
    of a few, a third is enough, which has some of each view.
    """
    path, home = fake_path(tmp_path, "agent", program=QUICK), tmp_path / "stranger"
    choices = {"path": path, "JANUS_AGENT": "cursor-agent", "MAX_SESSIONS": "100"}
    server = serve(**choices)

    done, entries = made_up(server, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {len(VIEWS)}" in done.stdout
    assert len(entries) >= (CASES or 500)
    assert server.stop() == 0
    (home / "empty").mkdir(parents=True)
    strange = serve(**choices, cwd=home / "empty", HOME=str(home))
    assert {path for path, methods in DESCRIPTION["paths"].items() if is_public(methods)} == PUBLIC
    again = [entry["request"] for entry in entries[:: 1 if CASES else 3]]
    assert {urlsplit(it["url"]).path for it in again} >= {*DESCRIPTION["paths"]}
    for request, status in refused(strange, again):
        path = urlsplit(request["url"]).path
        if path not in PUBLIC:
            assert status == 401, request
        elif view := VIEWS.get(f"{request['method']} {path}"):
            assert str(status) in view["responses"] and status != 500, request
    assert strange.call("GET", "/api/sessions")[1] == {"sessions": []}
    assert strange.call("GET", "/api/devices")[1]["devices"] == []
    for log in (server.log, strange.log):
        assert "INTERNAL_ERROR" not in log and "Traceback" not in log


def made_up(server, folder):
    """Has Schemathesis make up requests, by somebody who is in; what it says, and all of them."""
    # Half as many again: some endpoints take so little that there are not as many requests.
    each = ("--max-examples", str(CASES * 3 // 2 // len(VIEWS))) if CASES else ()
    told = folder / "told.har"
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", HERE / "schemathesis.toml"),
            *("run", HERE.parents[1] / "janus" / "openapi.json", "--url", server.url),
            *("--header", f"Authorization: Bearer {server.token}", "--output-sanitize", "false"),
            *("--report", "har", "--report-har-path", told, "--report-preserve-bytes", *each),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done, json.loads(told.read_text())["log"]["entries"]


def is_public(methods):
    ways = [security(operation) for operation in methods.values()]
    return any(set() in way or not way for way in ways)


def refused(server, requests):
    """Sends each request again, without its credential; each with the status of its answer."""
    for request in requests:
        address = urlsplit(request["url"])
        body = base64.b64decode(request["postData"]["text"]) if "postData" in request else None
        headers = {it["name"]: it["value"] for it in request["headers"]}
        for name in [*headers]:
            if name.lower() in ("authorization", "host", "content-length", "transfer-encoding"):
                del headers[name]
        target = address._replace(scheme="", netloc="").geturl()
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        with contextlib.closing(connection):
            connection.request(request["method"], target, body, headers)
            yield request, connection.getresponse().status


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
