"""How the command line finds its server: in the owner's state, and on this computer only."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from janus.cli.client import Client
from janus.cli.failures import ClientError
from janus.storage.lock import WorkspaceLock


@pytest.fixture
def state(home):
    return home / ".local" / "state" / "janus"


@pytest.fixture
def serving(state):
    """This owner's Janus is at an address, and the owner's token is there."""
    lock = WorkspaceLock(state)

    def serving(url):
        lock.acquire()
        lock.announce(url, 1)
        (state / "owner-token").write_text("secret")

    yield serving
    lock.release()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:3000", "http://[::1]:3000", "http://127.0.0.2:1"]
)
def test_an_address_of_this_computer_is_taken(url, serving, state):
    serving(url)

    assert Client.of(state).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.9:3000", "http://evil.example", "https://127.0.0.1:3000",
        "http://127.0.0.1@evil.example:80", "http://127.0.0.1:3000@evil.example",
        "http://localhost.evil.example:80", "http://127.0.0.1:3000/x?", "http://[::1", "", "//x",
        "http://2130706433:80", "file:///etc/passwd", "http://127.0.0.1", "http://127.0.0.1:99999",
        "http://127.0.0.1:3000#@evil.example", "http://127.0.0.1\\@evil.example:80",
    ],
)  # fmt: skip
def test_the_owners_token_goes_to_no_other_address(url, serving, state):
    serving(url)

    with pytest.raises(ClientError, match="is not one of this computer's own"):
        Client.of(state)


def test_what_lies_in_the_workspace_leads_nowhere(workspace, state):
    heard = []

    class Thief(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.headers["Authorization"])

    thief = HTTPServer(("127.0.0.1", 0), Thief)
    thread = threading.Thread(target=thief.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    other = WorkspaceLock(workspace / ".janus")
    other.acquire()
    other.announce(f"http://127.0.0.1:{thief.server_port}", 1)
    state.mkdir(parents=True)
    (state / "owner-token").write_text("secret")

    with pytest.raises(ClientError, match="Janus is not running"):
        Client.of(state)

    assert json.loads((workspace / ".janus" / "lock").read_text())["url"] and heard == []
    other.release()
    thief.shutdown()
    thread.join()
    thief.server_close()
