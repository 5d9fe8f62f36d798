"""What all tests share: a workspace, a clock, waiting without sleeping, and a police of leaks."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from janus.access.folder import owner_token
from janus.app import create_app
from janus.config import Settings, state_folder
from janus.sessions.manager import MemorySessionManager
from janus.storage.project import project_folder
from janus.storage.store import Store

FAKE_AGENTS = Path(__file__).parent / "fake_agents"
CURSOR = FAKE_AGENTS / "cursor-agent"
QUICK = FAKE_AGENTS / "quick-agent"


def wait_for(condition, timeout=10.0):
    """Poll until *condition* is true; fail with its name if it never is."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {timeout} s for {condition}"
        threading.Event().wait(0.005)
    return found


def children():
    """The pids of this process's children, the dead ones included."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that ended meanwhile
            found.update((task / "children").read_text().split())
    return found


def descriptors():
    """The numbers of the files, pipes, sockets and terminals this process has open."""
    with os.scandir("/proc/self/fd") as entries:
        found = {int(entry.name) for entry in entries}
    return {fd for fd in found if _is_open(fd)}  # without the one that listed them


def _is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@pytest.fixture(autouse=True)
def leak_detector():
    """Fails the test that leaves a thread, a child process or an open file behind."""
    threads, processes, files = set(threading.enumerate()), children(), descriptors()
    yield
    wait_for(lambda: set(threading.enumerate()) <= threads)
    wait_for(lambda: children() <= processes)
    wait_for(lambda: descriptors() <= files)


class FakeClock:
    """Stands still until told: ``clock.now += 60``."""

    now = 1_800_000_000.0

    def time(self):
        return self.now

    def monotonic(self):
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, so that no agent of the user is found or touched."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    for name in [*os.environ]:
        if name.startswith(("JANUS_", "CURSOR_", "XDG_")):
            monkeypatch.delenv(name)
    return path


@pytest.fixture
def workspace(tmp_path, home):
    """A git checkout with a few files worth asking about."""
    path = tmp_path / "shop"
    path.mkdir()
    (path / "README.md").write_text("# Shop\n\nSells flowers by mail.\n")
    (path / "cart.py").write_text(
        '"""The cart of a customer."""\n\n\n'
        'class ShoppingCart:\n    """What is going to be bought."""\n\n'
        "    def total_price(self):\n        return 0\n"
    )
    (path / ".gitignore").write_text("secret.txt\n")
    (path / "secret.txt").write_text("ShoppingCart ignored\n")
    git(path, "init", "-q")
    git(path, "add", ".")
    git(path, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "A shop")
    return path


def git(folder, *args):
    return subprocess.run(
        ["git", *args], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def fake_path(tmp_path, *names, program=CURSOR):
    """A PATH where the fake cursor-agent goes by these *names*, and Python and git are found."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(program)
    return f"{folder}:{Path(sys.executable).parent}:/usr/bin:/bin"


@pytest.fixture
def settings(workspace):
    """Settings for the demo agent; change them with ``dataclasses.replace``."""
    return Settings(workspace=workspace, agent="demo", max_sessions=100, port=0)


def state_of(settings):
    """The folder in which Janus keeps the state of the workspace."""
    return project_folder(settings.workspace, settings.state)


@pytest.fixture
def kept(workspace, home):
    """The folder in which Janus keeps the state of the workspace."""
    return project_folder(workspace, home / ".local" / "state" / "janus")


@pytest.fixture
def app(settings):
    app = create_app(settings, start=False)
    yield app
    app.extensions["janus"].stop()


class OwnersClient(FlaskClient):
    """A program that was let in, unless it says itself who it is."""

    def open(self, *args, **kwargs):
        janus = self.application.extensions["janus"]
        if not hasattr(self.application, "tests_token"):
            self.application.tests_token = janus.devices.register(
                "tests", "full", page=False
            ).secret
        self.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.application.tests_token}"
        return super().open(*args, **kwargs)


@pytest.fixture(autouse=True)
def let_in(monkeypatch):
    """Tests are let in, and ask for ``stranger`` where they want to be outside."""
    monkeypatch.setattr(Flask, "test_client_class", OwnersClient)


@pytest.fixture
def stranger(app):
    """A client that nobody has let in."""
    return FlaskClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def cursor(settings, tmp_path, home):
    """Settings for the fake cursor-agent, which does what the first word of its prompt says."""
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    return replace(settings, agent="cursor-agent", environ=environ)


@pytest.fixture
def make_manager(clock):
    """Makes a manager; all are stopped at the end."""
    made = []

    def make(settings):
        made.append(MemorySessionManager(settings, Store(state_of(settings)), clock=clock))
        return made[-1]

    yield make
    for manager in made:
        manager.stop()


class Server:
    """A real Janus: gunicorn in a process of its own, on a free port."""

    def __init__(self, command, cwd, environ):
        self.lines = []
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        wait_for(lambda: self.process.poll() is not None or self._url(), 30)
        self.url = self._url()
        workspace = Path(environ.get("WORKSPACE_DIR") or cwd).resolve()
        self._state = project_folder(workspace, state_folder(environ))

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
        self.process.stderr.close()

    def _url(self):
        found = re.search(r"Janus listens on (http://[0-9.:]+)", self.log)
        return found and found[1]

    @property
    def token(self):
        """The owner's, as the command line finds it; every worker has its own."""
        return wait_for(lambda: owner_token(self._state))

    @property
    def log(self):
        return "".join(self.lines)

    def call(self, method, path, body=None):
        """The status and the JSON of a request."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        if data:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def start(self):
        return self.call("POST", "/api/session/start")[1]["session_id"]

    def ask(self, id, question):
        return self.call("POST", f"/api/ask?session_id={id}", {"question": question})

    def stop(self, number=signal.SIGTERM):
        """Send a signal to the master; its exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        code = self.process.wait(40)
        self._reader.join()
        return code


@pytest.fixture
def serve(workspace, home, tmp_path):
    """Starts servers; all are gone at the end, and so is all they started."""
    made = []

    def serve(*command, path=None, **environ):
        base = {"HOME": str(home), "PATH": path or "/usr/bin:/bin", "PORT": "0"}
        base["JANUS_HOST"] = "127.0.0.1"
        command = command or (sys.executable, "-m", "janus", "serve")
        made.append(Server(command, environ.pop("cwd", workspace), {**base, **environ}))
        return made[-1]

    yield serve
    for server in made:
        if server.process.poll() is None:
            server.stop()
    wait_for(lambda: processes_of(home) == [])


def processes_of(home):
    """Everything that runs with this home: a server, and all it started, wherever it went."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if f"HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
