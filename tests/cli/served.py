"""A server that answers, and what it says of its sessions."""

import pytest
from conftest import fake_path


@pytest.fixture
def serve(serve):
    """The same, but it answers by now: its address is known before its worker is."""

    def begin(*command, **more):
        server = serve(*command, **more)
        server.call("GET", "/api/health")
        return server

    return begin


@pytest.fixture
def cursor_server(serve, tmp_path):
    return serve(path=fake_path(tmp_path, "agent"))


def sessions(server):
    """Those that are open."""
    return server.call("GET", "/api/sessions")[1]["sessions"]


def ended(server):
    return server.call("GET", "/api/sessions?ended=true")[1]["sessions"]


def state(server):
    """What is known of the one session, open or ended."""
    [session] = sessions(server) or ended(server)
    return server.call("GET", f"/api/state?session_id={session['session_id']}")[1]
