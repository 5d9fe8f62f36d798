"""What attackers try at a real server; each test has the row of docs/security.md in its name."""

import base64
import json
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import fake_path, wait_for

from janus.text import sanitize

ROOT = Path(__file__).parent.parent


@pytest.fixture
def server(serve, tmp_path):
    return serve(path=fake_path(tmp_path, "agent"))


def told(server, text):
    """What the user gets of an agent's *text*."""
    encoded = base64.b64encode(text.encode()).decode()
    return server.ask(server.start(), f"tell {encoded}")[1]["answer"].strip()


def paired(server, name="phone"):
    """The device, the cookie and the key of a page that was let in."""
    code = server.call("POST", "/api/pair/new", {})[1]["code"]
    body = json.dumps({"code": code, "name": name}).encode()
    headers = {"Content-Type": "application/json", "Origin": server.url}
    request = urllib.request.Request(server.url + "/api/pair", body, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        device, cookie = json.load(response), response.headers["Set-Cookie"]
    return device, cookie.partition(";")[0], code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]52;c;ZXZpbA==\x07copied", "copied"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07", "click"),
        ("\x1bP$q\x1b\\ asked", "$q asked"),
        ("beep\x07 back\x08space nul\x00", "beep backspace nul"),
        ("\x9b31mC1", "31mC1"),
        ("over\u202egnirrts\u202c \u2066isolated\u2069", "overgnirrts isolated"),
        ("\x1b[", ""),
        ("a\r\nb\tc", "a\nb\tc"),
        ("سلام 👋 naïve", "سلام 👋 naïve"),
    ],
)
def test_threat_6_what_acts_on_a_terminal_is_not_in_what_an_agent_says(text, shown):
    assert sanitize({"text": text, "parts": [text]}) == {"text": shown, "parts": [shown]}


def test_threat_6_so_it_is_through_the_whole_house(server):
    assert told(server, "a \x1b]52;c;ZXZpbA==\x07\x1b[2J\u202e b") == "a  b"


@pytest.mark.quick
def test_threat_7_a_code_is_burnt_by_wrong_tries(server):
    code = server.call("POST", "/api/pair/new", {})[1]["code"]
    statuses = [
        server.call("POST", "/api/pair", {"code": it})[0] for it in [*["22222-22222"] * 5, code]
    ]

    assert statuses[:5] == [403] * 5 and statuses[5] == 429


def test_threat_12_what_lies_on_the_disk_opens_nothing(serve, tmp_path, home, workspace):
    program = "import os; os.umask(0)\nfrom janus.cli import commands as cli; cli.main(['serve'])"
    server = serve(sys.executable, "-c", program, path=fake_path(tmp_path, "agent"))
    device, cookie, code = paired(server)
    token = server.call("POST", "/api/tokens", {"name": "script"})[1]["token"]
    server.ask(server.start(), "say hello")
    secrets = [device["key"], cookie.partition("=")[2], code, code.replace("-", ""), token]

    seen = 0
    for folder in (home / ".local/state/janus", workspace / ".janus"):
        for path in [folder, *folder.rglob("*")]:
            try:
                mode = stat.S_IMODE(path.stat().st_mode)
            except FileNotFoundError:  # it was only there for a moment
                continue
            assert mode & 0o077 == 0, (path, oct(mode))
            if path.is_file():
                seen += 1
                assert not [it for it in secrets if it.encode() in path.read_bytes()], path
    assert seen > 3


HIDING = """
import ctypes, os
from janus.server import gunicorn_app as server

def looks():
    child = os.fork()
    if child == 0:
        try:
            open(f"/proc/{os.getppid()}/environ", "rb").close()
        except PermissionError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

if os.geteuid() == 0:  # to whom nothing is forbidden
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
before = looks()
server._hide()
print(before, looks())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")
def test_threat_12_agents_cannot_look_into_the_server(serve):
    tried = subprocess.run(
        [sys.executable, "-c", HIDING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert tried.stdout.split() == ["True", "False"]

    watched = (
        "import ctypes, sys\nfrom janus.cli import commands as cli\n"
        "from janus.server import gunicorn_app as server\nhide = server._hide\n"
        "def watch():\n    hide()\n    print('dumpable', ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),"
        " file=sys.stderr, flush=True)\n"
        "server._hide = watch\ncli.main(['serve'])"
    )
    server = serve(sys.executable, "-c", watched)
    wait_for(lambda: server.log.count("dumpable 0") == 2)  # the master, and who serves


def test_threat_13_an_agent_that_calls_janus_is_a_stranger(server):
    id = server.start()

    for path in ("/api/sessions", f"/api/state?session_id={id}", "/api/devices"):
        assert server.ask(id, f"call {server.url}{path}")[1]["answer"] == "401 "


@pytest.mark.quick
def test_threat_14_nothing_of_janus_is_in_an_agents_environment(serve, tmp_path):
    server = serve(
        path=fake_path(tmp_path, "agent"), STRIPE_SECRET_KEY="x", JANUS_LOG="json", PORT="0"
    )
    names = server.ask(server.start(), "environment")[1]["answer"].split()

    assert "STRIPE_SECRET_KEY" not in names and "PATH" in names
    assert [name for name in names if name.startswith("JANUS_")] == []


def test_threat_15_a_prompt_is_never_an_option(server):
    id = server.start()
    for prompt in ("--force", "-p", "--", "-", "--resume=x", "-rf /"):
        answer = server.ask(id, prompt)[1]["answer"]

        assert answer.strip().endswith(f"You said: {prompt}") or prompt in answer


@pytest.mark.quick
def test_threat_17_nothing_outside_the_page_is_served(server):
    host, port = server.url.removeprefix("http://").split(":")
    for path in (
        "/../janus/server.py", "/..%2fsetup.cfg", "/%2e%2e/setup.cfg", "/....//setup.cfg",
        "//etc/passwd", "/%00", "/~root", "/" + "x" * 4097, "/app.js/..%5c..%5csetup.cfg",
    ):  # fmt: skip
        with socket.create_connection((host, int(port)), 20) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            with connection.makefile("rb") as answer:
                status = answer.readline().split()[1]
        assert status in (b"400", b"401", b"404", b"414"), path


@pytest.mark.quick
def test_threat_19_a_body_that_overtaxes_the_parser_is_refused(server):
    for body in (b"[" * 100_000, b'{"name":' * 50_000, b'{"name": ' + b"1" * 100_000 + b"}"):
        request = urllib.request.Request(
            server.url + "/api/session/start", body,
            {"Content-Type": "application/json", "Authorization": f"Bearer {server.token}"},
        )  # fmt: skip

        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request, timeout=60)
        with refusal.value as answer:
            assert answer.code == 400
            assert json.load(answer)["error"]["code"] == "INVALID_REQUEST"


PATTERNS = """
import importlib, pkgutil, re, janus

WORST = ["a", " ", "-", "0", chr(10), chr(27) + "[", chr(27) + "]", "[x](", "`", "*a", "/a", "<a"]
tried = set()
for module in pkgutil.walk_packages(janus.__path__, "janus."):
    if module.name.endswith(("__main__", "guardian")) or ".demo." in module.name:
        continue  # the demo agent is a program of its own
    for name, pattern in vars(importlib.import_module(module.name)).items():
        if isinstance(pattern, re.Pattern) and pattern not in tried:
            tried.add(pattern)
            print(module.name, name, flush=True)
            for seed in WORST:
                text = seed * ((1 << 16) // len(seed)) + "!" + chr(0)
                text = text.encode() if isinstance(pattern.pattern, bytes) else text
                pattern.search(text)
                pattern.fullmatch(text)
"""


@pytest.mark.slow(8)
def test_threat_20_no_pattern_can_be_made_to_hang():
    """One that backtracks takes hours for this, and keeps all other threads from running."""
    tried = subprocess.run(
        [sys.executable, "-c", PATTERNS],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip

    assert len(tried.stdout.splitlines()) > 10


def test_threat_23_no_secret_and_no_prompt_is_logged(serve, tmp_path):
    server = serve(path=fake_path(tmp_path, "agent"), LOG_LEVEL="debug")
    device, cookie, code = paired(server)
    token = server.call("POST", "/api/tokens", {"name": "script"})[1]["token"]
    server.ask(server.start(), "say canary-prompt")
    server.ask(server.start(), "die 3")
    for path in ("/api/state?token=canary-url", "/canary-path?key=canary-url"):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(
                urllib.request.Request(server.url + path, headers={"Referer": "http://canary-ref"})
            )
        refusal.value.close()

    arguments = [
        entry.read_bytes() for entry in Path("/proc").glob(f"{server.process.pid}/cmdline")
    ]
    hidden = [
        device["key"], cookie.partition("=")[2], code, code.replace("-", ""), token, server.token,
        "canary-prompt", "canary-url", "canary-ref",
    ]  # fmt: skip
    assert "turn" in server.log
    assert [it for it in hidden if it in server.log or it.encode() in arguments[0]] == []


@pytest.mark.quick
def test_threat_24_the_stream_of_a_revoked_device_ends(server):
    device, cookie, _ = paired(server)
    id = server.start()
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as connection:  # a sign of life: 15 s
        connection.sendall(
            f"GET /api/chat/stream?session_id={id} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        with connection.makefile("rb") as stream:
            assert stream.readline().split()[1] == b"200"
            wait_for(lambda: stream.readline().startswith(b"data:"))
            server.call("DELETE", f"/api/devices?device_id={device['device_id']}")
            stream.read()  # to its end, or the connection's patience is over

    request = urllib.request.Request(server.url + "/api/sessions", headers={"Cookie": cookie})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)
    with refusal.value as answer:
        assert answer.code == 401


def test_threat_26_a_list_of_devices_that_was_tampered_with_lets_nobody_in(serve, owners):
    server = serve()
    _, cookie, _ = paired(server)
    server.stop()
    devices = owners / "devices.json"
    devices.write_text(devices.read_text()[:-20])

    again = serve()
    port = f"janus-{again.url.rpartition(':')[2]}"
    named = {"Cookie": f"{port}={cookie.partition('=')[2]}"}
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(again.url + "/api/sessions", headers=named))
    refusal.value.close()
    assert refusal.value.code == 401
    assert len([*owners.glob("devices.json.corrupt-*")]) == 1  # for the owner to look at
