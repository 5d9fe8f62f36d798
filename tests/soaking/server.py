"""A real Janus that is killed and started again."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path

from conftest import QUICK, fake_path, git, wait_for
from kit.forked import JANUS, ForkServer
from kit.ports import free_port

from janus.access.folder import owner_token
from janus.config import state_folder
from janus.storage.project import project_folder
from soaking.gate import PATIENCE
from soaking.promises import Lost

#: How a connection ends whose server does.
LOST = (OSError, HTTPException)


class Server:
    """A Janus that is killed and started again, on the same port and workspace."""

    def __init__(self, folder, **settings):
        self.folder = folder
        self.home, self.workspace = folder / "home", folder / "shop"
        self.home.mkdir()
        self._make_workspace()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environ = {
            "HOME": str(self.home),
            "PATH": fake_path(folder, "agent", program=QUICK),
            "PORT": str(self.port),
            "MAX_SESSIONS": "50",
            "JANUS_AGENT": "cursor-agent",
            **settings,
        }
        self.state = state_folder(self._environ)
        #: Where the sessions' state is.
        self.kept = project_folder(self.workspace.resolve(), self.state)
        self.log = (folder / "server.log").open("ab")
        self.process = None

    def _make_workspace(self):
        self.workspace.mkdir()
        for number in range(200):  # so that a checkout takes a moment
            file = self.workspace / f"src/{number % 10}/file{number}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"number = {number}\n" * 50)
        git(self.workspace, "init", "-q")
        git(self.workspace, "config", "user.name", "t")
        git(self.workspace, "config", "user.email", "t@example.com")
        git(self.workspace, "add", ".")
        git(self.workspace, "commit", "-qm", "A shop")

    def spawn(self):
        """Begin it: forked where tests have what forks, for an interpreter takes its time."""
        log = self.log.fileno()
        if ForkServer.running:
            where = self.workspace, self._environ
            self.process = ForkServer.running.start(JANUS, *where, stdout=log, stderr=log)
            return
        self.process = subprocess.Popen(
            (sys.executable, "-m", "janus", "serve"),
            cwd=self.workspace,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    @property
    def worker(self):
        """The pid of the worker; None if there is none now."""
        master = self.process.pid
        with contextlib.suppress(OSError):
            for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split():
                return int(pid)
        return None

    @property
    def run(self):
        """The mark of the server that last wrote itself into the lock, once it listens."""
        with contextlib.suppress(OSError, ValueError):
            serving = json.loads((self.state / "lock").read_bytes())
            return serving["url"] and serving["run"]
        return None

    def kill(self, victim):
        """SIGKILL; whether the victim was there. What is killed whole is gone at the return."""
        if victim == "worker":
            worker = self.worker
            if worker:
                os.kill(worker, signal.SIGKILL)
            return bool(worker)
        if victim == "asked":
            self.process.terminate()
        elif victim == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        return True

    def wait_until_it_serves(self, before):
        """Until one answers that is not the one marked *before*."""

        def serves():
            if self.process.poll() is not None:
                raise Lost(f"the server ended by itself, with {self.process.returncode}")
            run = self.run
            with contextlib.suppress(*LOST):
                return run and run != before and self.call("GET", "/api/health")[0] == 200
            return False

        wait_for(serves, 2 * PATIENCE)

    def call(self, method, path, body=None):
        """The status and the JSON of a request."""
        token = owner_token(self.state)
        status, answer = self._call(method, path, body, token)
        if status == 401 and owner_token(self.state) != token:  # another server began meanwhile
            return self.call(method, path, body)
        return status, answer

    def _call(self, method, path, body, token):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"}
        if data:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
