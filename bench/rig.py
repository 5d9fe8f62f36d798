"""The rig: a real server in a process of its own, and clients that cost little."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from janus.access.folder import owner_token
from janus.config import state_folder
from janus.storage.project import project_folder

ROOT = Path(__file__).parent.parent
AGENTS = ROOT / "tests" / "fake_agents"
CHATTER, QUICK, ACP = (AGENTS / name for name in ("chatter", "quick-agent", "acp-agent"))
AUTHOR = Path(__file__).parent / "author"


class Rig:
    """A server with a folder of its own; both exist while the ``with`` block runs."""

    def __init__(self, agent=CHATTER, program="janus", remembers=(), **settings):
        """What it *remembers* are ids of sessions, each with its log."""
        self._settings = settings
        self._agent = agent
        self._program = program
        self._remembers = remembers

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        (home / "agent").symlink_to(self._agent)
        path = f"{home}:{Path(sys.executable).parent}:/usr/bin:/bin"
        self.environ = {"HOME": str(home), "PATH": path, "TERM": "dumb"}
        (home / "work").mkdir()
        state = state_folder(self.environ)
        for id, log in self._remembers:
            logs = project_folder(home / "work", state) / "logs"
            logs.mkdir(parents=True, exist_ok=True)
            (logs / f"{id}.jsonl").write_bytes(log)
        self._settings.update(PORT="0", JANUS_HOST="127.0.0.1", WORKSPACE_DIR=str(home / "work"))
        self.serve()
        return self

    def serve(self):
        """Start the server; after ``stop`` once more, at the same address."""
        state = state_folder(self.environ)
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", self._program, "serve"],
            cwd=ROOT,
            env={**self.environ, **self._settings},
            stderr=subprocess.PIPE,
            text=True,
        )
        log = iter(self.process.stderr)
        listening = next(line for line in log if "Janus listens on" in line)
        #: Seconds until it listened.
        self.start_took = time.monotonic() - began
        self.port = int(re.search(r":(\d+)$", listening)[1])
        self._settings["PORT"] = str(self.port)
        self.url = f"http://127.0.0.1:{self.port}"
        self._token = owner_token(state)  # None where the program is not Janus
        threading.Thread(target=lambda: [*log], daemon=True).start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stderr.close()

    def __exit__(self, *_):
        self.stop()
        self._folder.cleanup()

    def request(self, method, path, body, version="HTTP/1.1"):
        """Return the bytes of a request with the owner's token."""
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} {version}\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
        )
        return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data

    def connect(self, buffer=0):
        connection = socket.socket()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def get(self, path):
        """Return the JSON of the response."""
        return self._answer("GET", path, None)

    def post(self, path, **body):
        """Post *body* and return the JSON of the response."""
        return self._answer("POST", path, body)

    def _answer(self, method, path, body):
        with self.connect() as connection:
            connection.sendall(self.request(method, path, body, "HTTP/1.0"))
            with connection.makefile("rb") as answer:
                return json.loads(answer.read().partition(b"\r\n\r\n")[2])

    def start(self):
        return self.post("/api/session/start")["session_id"]

    def invitation(self):
        """Return the address that pairs a browser, once."""
        code = self.post("/api/pair/new")["url"].partition("#")[2]
        return f"http://127.0.0.1:{self.port}/#{code}"

    def listen(self, session, buffer=0):
        """Return a connection that receives the stream of a session."""
        connection = self.connect(buffer)
        path = f"/api/chat/stream?session_id={session}"
        connection.sendall(self.request("GET", path, None, "HTTP/1.0"))
        return connection

    def direct(self, prompt):
        """Start the agent without Janus, by the command line that Janus uses."""
        options = ["-p", "--output-format", "stream-json", "--stream-partial-output", "--trust"]
        return subprocess.Popen(
            [str(self._agent), *options, "--", prompt],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def cpu(self):
        """Return the seconds of CPU time that the worker has used so far, to 10 ms."""
        fields = (self._worker / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Return the bytes that the worker has, and the guardians of its agents for themselves."""
        own = re.search(r"RssAnon:\s+(\d+) kB", (self._worker / "status").read_text())
        servers = _children(self._worker)
        below = [pid for server in servers for pid in (server, *_children(server))]
        shares = (
            re.search(r"\nPss:\s+(\d+) kB", (it / "smaps_rollup").read_text()) for it in below
        )
        return 1024 * sum(int(found[1]) for found in (own, *shares))

    @property
    def _worker(self):
        pid = self.process.pid
        return Path("/proc") / Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]

    def peak(self):
        """Return the worker's peak memory in bytes."""
        status = (self._worker / "status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def _children(process):
    tasks = (process / "task").iterdir()
    return [Path("/proc") / pid for it in tasks for pid in (it / "children").read_text().split()]


def events(connection):
    """Yield ``(kind, data)`` of each event of a stream; the kind of a state is None."""
    with connection, connection.makefile("rb", buffering=1 << 16) as lines:
        while lines.readline().strip():
            continue
        kind = None
        for line in lines:
            name, _, value = line.rstrip().partition(b": ")
            if name == b"event":
                kind = value.decode()
            elif name == b"data":
                yield kind, json.loads(value)
                kind = None
