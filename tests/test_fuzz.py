"""Requests made up by a program, right ones and wrong ones: no answer may surprise."""

import json
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import QUICK, fake_path
from test_openapi import DOORS, described

from janus.blueprints import sse

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


def test_no_answer_is_outside_of_the_description(serve, tmp_path):
    """Schemathesis makes its requests from the description itself; see ``schemathesis.toml``."""
    path = fake_path(tmp_path, "agent", program=QUICK)
    server = serve(path=path, JANUS_AGENT="cursor-agent", MAX_SESSIONS="100")

    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", HERE / "schemathesis.toml"),
            *("run", f"{server.url}/api/openapi.json"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {len(DOORS) - 1}" in done.stdout  # all but the one that gives the description
    assert "INTERNAL_ERROR" not in server.log


@pytest.fixture
def knock(settings, monkeypatch):
    """Opens a door of an app whose streams are never quiet."""
    monkeypatch.setattr(sse, "HEARTBEAT", 0.001)
    with described(settings) as app:
        client = app.test_client()

        def knock(door, query, **more):
            method, path = door.split(" ")
            address = f"{path}?{query}"
            with client.open(address, method=method, buffered=False, **more) as response:
                return response.status_code

        yield knock


HEADERS = ("Host", "Origin", "X-Request-ID", "Content-Type", "Last-Event-ID", "Accept", "Cookie")
TYPES = ("application/json", "application/json; charset=utf-16", "application/a+json", "a/b", "")
#: All that gunicorn lets through in an address and in a header.
ADDRESS, HEADER = bytes(range(33, 127)), bytes([9, *range(32, 127), *range(128, 256)])
PIECES = (b'{"session_id":', b'"page"', b'"message":', b'"hi"', b",", b"}", b"[", b"null", b"\\u00")


@pytest.mark.parametrize("seed", range(4))
def test_bytes_without_a_meaning_do_no_harm(seed, knock):
    chance = random.Random(seed)

    def some(letters, most=40):
        return bytes(chance.choices(letters, k=chance.randrange(most))).decode("latin-1")

    for _ in range(400):
        door = chance.choice([*DOORS])
        body = b"".join(chance.choices([*PIECES, chance.randbytes(9)], k=chance.randrange(9)))
        headers = {name: some(HEADER) for name in chance.sample(HEADERS, chance.randrange(3))}
        query = chance.choice(
            ["session_id=page", f"session_id=page&{some(ADDRESS)}", some(ADDRESS)]
        )

        status = knock(
            door, query, data=body, headers={"Content-Type": chance.choice(TYPES), **headers}
        )

        assert status != 500


def test_a_body_in_pieces_that_are_none_is_refused(serve):
    host, port = serve().url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        )
        with connection.makefile("rb") as answer:
            lines = answer.read().decode().splitlines()

    assert lines[0] == "HTTP/1.1 400 BAD REQUEST"
    assert json.loads(lines[-1])["error"]["message"] == "The body broke off."
