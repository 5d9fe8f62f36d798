"""A real Janus for tests: gunicorn in processes of its own, on a free port."""

import json
import os
import re
import signal
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from janus.access.folder import owner_token
from janus.config import state_folder
from kit.forked import JANUS
from kit.leaks import processes_of
from kit.waiting import wait_for


class Server:
    """A process that serves; *start* begins it with the descriptor given as its stderr."""

    def __init__(self, start, cwd, environ):
        self.lines = []
        reading, writing = os.pipe()
        try:
            self.process = start(writing)
        finally:
            os.close(writing)
        self._reader = threading.Thread(target=self._read, args=(reading,))
        self._reader.start()
        wait_for(lambda: self.process.poll() is not None or self._url())
        self.url = self._url()
        self._state = state_folder(environ)

    def _read(self, reading):
        with os.fdopen(reading, encoding="utf-8") as stderr:
            for line in stderr:
                self.lines.append(line)

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
        code = self.process.wait(60)
        self._reader.join()
        return code


@pytest.fixture
def serve(workspace, home, fork_server):
    """Starts servers; all are gone at the end, and so is all they started.

    They are forked, unless a *command* other than ``python -c`` or ``-m`` and a module is given:
    that is executed.
    """
    made = []

    def serve(*command, path=None, **environ):
        cwd = environ.pop("cwd", workspace)
        base = {"HOME": str(home), "PATH": path or "/usr/bin:/bin", "PORT": "0"}
        environ = {**base, "JANUS_HOST": "127.0.0.1", **environ}
        program = (command[1:] if command[1:2] == ("-c",) else command) or JANUS

        def forked(stderr):
            return fork_server.start(program, cwd, environ, stderr=stderr)

        def executed(stderr):
            return subprocess.Popen(
                command, cwd=cwd, env=environ, stderr=stderr, start_new_session=True
            )

        start = forked if program[0] in ("-m", "-c") else executed
        made.append(Server(start, cwd, environ))
        return made[-1]

    yield serve
    for server in made:
        if server.process.poll() is None:
            server.stop()
        server.wait()
    wait_for(lambda: processes_of(home) == [])
