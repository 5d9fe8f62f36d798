"""A clock that jumps under a running server, as after a battery change or a wrong answer of NTP."""

import sys

DAY = 86400
#: ``janus serve`` whose clock is wrong by the seconds in a file.
PROGRAM = """
import os, time
from pathlib import Path
real, ahead = time.time, Path(os.environ["AHEAD"])
time.time = lambda: real() + float(ahead.read_text())
from janus.cli import commands
commands.main(["serve"])
"""


def test_a_clock_that_jumps_breaks_no_call_and_forgets_no_device(serve, tmp_path):
    ahead = tmp_path / "ahead"
    ahead.write_text("0")
    server = serve(sys.executable, "-c", PROGRAM, AHEAD=str(ahead))
    server.call("POST", "/api/tokens", {"name": "phone"})
    id = server.start()

    for jump in (100 * DAY, 8220 * 365 * DAY, -50_000 * DAY, 0):
        ahead.write_text(str(jump))
        said = {"message": "hello", "session_id": f"jump{abs(jump)}"}
        for method, path, body in (
            ("POST", "/api/pair/new", {}),
            ("POST", "/api/chat", said),
            ("POST", f"/api/ask?session_id={id}", {"question": "Where is ShoppingCart defined?"}),
            ("GET", "/api/sessions", None),
            ("GET", f"/api/session?session_id={id}", None),
            ("POST", f"/api/session/end?session_id={said['session_id']}", {}),
            ("POST", "/api/session/start", {"name": f"n{abs(jump)}", "isolated": False}),
            ("POST", f"/api/session/rename?session_id={id}", {"name": f"n{abs(jump)}"}),
        ):
            status, answer = server.call(method, path, body)
            assert status < 300, (jump, path, answer)
        devices = server.call("GET", "/api/devices")[1]["devices"]
        assert [device["name"] for device in devices] == ["phone"]
        for session in server.call("GET", "/api/sessions")[1]["sessions"]:
            if session["session_id"] != id:
                server.call("POST", f"/api/session/end?session_id={session['session_id']}", {})

    assert server.stop() == 0
    assert "Traceback" not in server.log
