"""Three machines of one owner, each a doorway of the two others, and what is between them."""

import contextlib
import json
import os
import signal
from urllib.parse import urlsplit

from conftest import wait_for

from soaking.cable import Cable
from soaking.gate import PATIENCE
from soaking.promises import expect
from soaking.server import LOST, Server

NAMES = ("attic", "desk", "cloud")


class Machine:
    """A Janus with its server, and one session, called after it."""

    def __init__(self, folder, name, address):
        folder.mkdir()
        self.name, self.session = name, f"session-of-{name}"
        self.server = Server(
            folder, JANUS_AGENT="demo", JANUS_HOST=address, JANUS_CLEANUP_INTERVAL="1s"
        )
        self.down = False

    def call(self, method, path, body=None):
        return self.server.call(method, path, body)

    def start(self, before=None):
        self.server.spawn()
        self.server.wait_until_it_serves(before)
        self.down = False

    @property
    def engine(self):
        """The pid of its server of NATS."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.server.state / "fleet" / "lock").read_bytes().split(b"\n")[0])
        return None

    def kill(self):
        """All of it, as when the plug is pulled."""
        self.down, engine = True, self.engine
        self.server.kill("all")
        if engine:  # the kernel does it, a moment later
            with contextlib.suppress(OSError):
                os.kill(engine, signal.SIGKILL)

    def kill_engine(self):
        with contextlib.suppress(OSError, TypeError):
            os.kill(self.engine, signal.SIGKILL)

    def said(self):
        """The ids of all messages in the log of its session."""
        log = self.server.kept / f"logs/{self.session}.jsonl"
        found = []
        for line in log.read_bytes().split(b"\n") if log.exists() else ():
            with contextlib.suppress(ValueError):  # cut by a kill
                event = json.loads(line)["event"]
                if event["type"] == "user_message":
                    found.append(event["message_id"])
        return found

    def lists(self):
        """What it calls the sessions of each machine; None while it answers nobody."""
        with contextlib.suppress(*LOST):
            status, answer = self.call("GET", "/api/sessions")
            if status == 200:
                return {it["session_id"]: it["name"] for it in answer["sessions"]}
        return None

    def sees(self):
        """The other machines that are there, as it knows."""
        with contextlib.suppress(*LOST):
            status, answer = self.call("GET", "/api/fleet")
            if status == 200:
                return {it["name"] for it in answer["machines"] if it["online"]}
        return None


class Machines:
    """All three, joined to each other by cables."""

    def __init__(self, folder, subnet):
        self.all = [
            Machine(folder / name, name, f"127.0.{subnet}.{number}")
            for number, name in enumerate(NAMES, 1)
        ]
        self.cables = {}

    def start(self):
        for machine in self.all:
            machine.start()
        for doorway in self.all:
            for machine in self.all:
                if machine is not doorway:
                    invite = {"scope": "full", "also": True, "name": doorway.name}
                    status, made = doorway.call("POST", "/api/fleet/invite", invite)
                    expect(status == 201, made)
                    join = {"code": made["code"], "also": True, "name": machine.name}
                    status, joined = machine.call("POST", "/api/fleet/join", join)
                    expect(status == 201, joined)
        for machine in self.all:
            status, made = machine.call(
                "POST", "/api/session/start", {"session_id": machine.session}
            )
            expect(status == 201, made)
        for machine in self.all:
            machine.server.kill("asked")
            self._plug(machine)
        for machine in self.all:
            machine.start()
        wait_for(self.whole, 2 * PATIENCE)

    def _plug(self, machine):
        """From now on it dials the others by cables."""
        file = machine.server.state / "fleet" / "membership.json"
        known = json.loads(file.read_bytes())
        for doorway in known["doorways"]:
            if doorway["id"] != known["machine_id"]:
                place = urlsplit(doorway["urls"][0])
                cable = Cable(place.hostname, place.port)
                self.cables[machine.name, doorway["name"]] = cable
                doorway["urls"] = [f"tls://127.0.0.1:{cable.port}"]
        file.write_text(json.dumps(known))

    def whole(self):
        """Whether each sees the two others, and all three sessions."""
        sessions = {it.session for it in self.all}
        return all(
            it.sees() == {*NAMES} - {it.name} and (it.lists() or {}).keys() == sessions
            for it in self.all
        )

    def stop(self):
        for machine in self.all:
            process = machine.server.process
            if process and process.poll() is None:
                machine.server.kill("asked")
            machine.server.log.close()
        for cable in self.cables.values():
            cable.stop()
