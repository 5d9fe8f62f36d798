"""What a browser visits: a real Janus, and an agent that says what a test dictates."""

import json
import os
import re
import signal
from pathlib import Path

from conftest import git, wait_for
from kit.agents import PYTHON
from kit.forked import ForkServer
from kit.ports import free_port

from janus.cli.client import Client
from janus.config import state_folder

ROOT = Path(__file__).parents[2]
DICTATED_AGENT = Path(__file__).parent / "dictated-agent"


class Server:
    """``janus serve`` on a port of its own, which it keeps when started again."""

    #: What the browser keeps of a device that was let in here, once there is one.
    paired = None

    def __init__(self, folder, **environ):
        self.workspace = folder / "shop"
        self.workspace.mkdir()
        (self.workspace / "README.md").write_text("# Shop\n\nSells flowers by mail.\n")
        (self.workspace / "cart.py").write_text("class ShoppingCart:\n    total = 0\n")
        git(self.workspace, "init", "-q")
        git(self.workspace, "add", ".")
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        git(self.workspace, *who, "commit", "-qm", "A shop")
        self._log = folder / "log"
        self._environ = {
            "PATH": f"{folder}:{PYTHON}:/usr/bin:/bin",
            "HOME": str(folder),
            "PORT": str(free_port()),
            "JANUS_HOST": "127.0.0.1",
            "WORKSPACE_DIR": str(self.workspace),
            "MAX_SESSIONS": "100",
            "JANUS_SUMMARY_TIMEOUT": "3s",
            **environ,
        }
        self.start()

    def start(self):
        with self._log.open("w") as log:
            self._process = ForkServer.running.start(
                ("-m", "janus", "serve"), ROOT, self._environ, stderr=log.fileno()
            )
        self.address = wait_for(self._address)

    @property
    def url(self):
        """Where browsers visit it: at a proxy, if it was told of one."""
        return self._environ.get("JANUS_PUBLIC_URL", self.address)

    @property
    def owner(self):
        """The owner's command line."""
        return Client.of(state_folder(self._environ))

    @property
    def certificates(self):
        """The folder of the authority."""
        return state_folder(self._environ) / "certificates"

    def code(self, scope="full"):
        """A pairing code, as ``janus pair`` shows it."""
        return self.owner.post("/api/pair/new", {"scope": scope})["code"]

    def devices(self):
        """The devices that were let in, by name."""
        return {d["name"]: d for d in self.owner.get("/api/devices")["devices"]}

    def session(self, *said, **wishes):
        """The id of a new session, in which this was said and answered."""
        id = self.owner.post("/api/session/start", wishes)["session_id"]
        for text in said:
            self.owner.post("/api/ask", {"question": text}, session_id=id)
        return id

    def said(self, id, sender="user"):
        """What somebody said in a session, as often as Janus has it."""
        messages = self.state(id)["messages"]
        return [said["content"] for said in messages if said["sender"] == sender]

    def state(self, id):
        """What Janus knows of a session."""
        return self.owner.get("/api/state", session_id=id)

    def stop(self):
        self._process.terminate()
        self._process.wait(60)

    def kill(self):
        """As a lost battery would: without a word, master and worker at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(60)

    def _address(self):
        assert self._process.poll() is None, self._log.read_text()
        found = re.search(r"listens on (\S+)", self._log.read_text())
        return found and found[1]


class Dictation:
    """What the dictated agent of a server says, from now on."""

    def __init__(self, server):
        self._file = server.workspace / "dictation"
        self._file.unlink(missing_ok=True)

    def say(self, *pieces):
        self._write(*map(json.dumps, pieces))

    def end(self):
        self._write(".")

    def fail(self):
        self._write("!")

    def forget(self):
        self._file.unlink(missing_ok=True)

    def _write(self, *lines):
        with self._file.open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))


def dictated_server(folder, **environ):
    """A server whose agent says what a ``Dictation`` tells it."""
    (folder / "agent").symlink_to(DICTATED_AGENT)
    environ = {"JANUS_SUMMARY_TIMEOUT": "1ms", **environ}
    return Server(folder, JANUS_AGENT="cursor-agent", **environ)
