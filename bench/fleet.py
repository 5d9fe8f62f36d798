"""What it costs that a session is on another machine: words, lists, and what a cluster keeps."""

import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.rig import Rig, events
from janus.errors import FleetFailed
from janus.fleet.client import Client
from janus.fleet.listing import MachineList, encoded
from janus.fleet.membership import GATEWAYS
from janus.fleet.presence import Entry
from janus.fleet.server_process import free_port, program
from janus.fleet.streams import Shapes, info
from janus.fleet.team import machine_id, make_keys
from janus.model import SessionInfo

#: Machines and sessions of each, of a long list; times that it is asked for.
MACHINES, SESSIONS, ASKED = 20, 50, 30
#: Words whose way is timed.
WORDS = 300


class Cluster:
    """One server, a key for the gateways and for each machine."""

    def __init__(self, folder, names):
        self.keys = folder / "keys"
        make_keys(self.keys, names)
        self.url = f"nats://127.0.0.1:{free_port('127.0.0.1')}"
        (folder / "conf").write_text(
            f"listen: {self.url.removeprefix('nats://')}\nserver_name: bench\n"
            f'jetstream {{ store_dir: "{folder}/js", max_mem: 64MB, max_file: 1GB }}\n'
            'include "keys/users.conf"\n'
        )
        command = [program(os.environ), "-c", folder / "conf", "-l", folder / "log"]
        self.server = subprocess.Popen(command)

    def settings(self, name):
        given = {"JANUS_FLEET_URL": self.url, "JANUS_FLEET_KEY": str(self.keys / f"{name}.nk")}
        own = {"JANUS_GATEWAY": "yes"} if name == "gateway" else {"JANUS_FLEET_NAME": name}
        return {**given, **own}

    @contextmanager
    def dial(self, name):
        """A connection with the key of *name*."""
        key = (self.keys / f"{name}.nk").read_text().strip()
        client = Client((self.url,), GATEWAYS if name == "gateway" else machine_id(key), key)
        client.start()
        try:
            _until(lambda: client.connected)
            yield client
        finally:
            client.stop()


@contextmanager
def cluster(names):
    with tempfile.TemporaryDirectory() as folder:
        made = Cluster(Path(folder), names)
        try:
            yield made
        finally:
            made.server.terminate()
            made.server.wait()


def is_there():
    """Whether there is a nats-server."""
    try:
        return bool(program(os.environ))
    except FleetFailed:
        return False


def fleet_first_word():
    if not is_there():
        return
    with (
        cluster(["worker"]) as team,
        Rig(**team.settings("worker")) as worker,
        Rig(**team.settings("gateway")) as gateway,
    ):
        session = worker.start()
        _until(lambda: session in _listed(gateway))
        streams = [events(it.listen(session)) for it in (worker, gateway)]
        for stream in streams:
            next(stream)
        worker.post("/api/chat", session_id=session, message=f"times {WORDS} 0.01")
        with ThreadPoolExecutor(2) as pool:
            here, there = pool.map(_delays, streams)
        more = statistics.median(there) - statistics.median(here)
        yield (
            "a word by a gateway, beyond what it takes without one: p50",
            f"+{1000 * more:.1f} ms", "≤ 10 ms", more <= 0.010,
        )  # fmt: skip
        with team.dial("gateway") as client:
            (name,) = [it for it in _streams(client) if it.startswith("EV_")]
            kept = info(client, name).state
        seq = gateway.get(f"/api/state?session_id={session}")["seq"]
        yield (
            "an event, as a cluster keeps it on each of its servers",
            f"{kept.bytes / seq:.0f} bytes, {kept.messages / seq:.2f} messages", "", True,
        )  # fmt: skip


def fleet_list():
    if not is_there():
        return
    names = [f"machine-{number}" for number in range(MACHINES)]
    with cluster(names) as team, Rig(**team.settings("gateway")) as gateway:
        with team.dial("gateway") as client:
            ids = {it: machine_id((team.keys / f"{it}.nk").read_text().strip()) for it in names}
            Shapes(client).ensure(ids.values(), shared=True)
            gateway.get("/api/sessions")
            before = gateway.peak()
            for name, id in ids.items():
                sessions = tuple(_session(f"{id}-{number}") for number in range(SESSIONS))
                told = MachineList(Entry(name, "1.0"), sessions)
                client.publish(f"$KV.presence.{id}", msgspec.json.encode(told.entry))
                client.publish(f"ev.{id}.list", encoded(told))
            _until(lambda: len(_listed(gateway)) == MACHINES * SESSIONS)
        took, used = [], gateway.cpu()
        for _ in range(ASKED):
            started = time.monotonic()
            gateway.get("/api/sessions")
            took.append(time.monotonic() - started)
        used = (gateway.cpu() - used) / ASKED
        p50, grown = statistics.median(took), gateway.peak() - before
    what = f"the list of {MACHINES} machines with {SESSIONS} sessions each"
    figure = f"{1000 * p50:.0f} ms, {1000 * used:.0f} ms of CPU"
    yield f"{what}: p50", figure, "≤ 50 ms", p50 <= 0.050
    yield "the same: memory", f"+{grown / 1e6:.0f} MB", "≤ +60 MB", grown <= 60e6
    sent = len(encoded(told)) / SESSIONS
    yield "a session in it, as its machine sends it", f"{sent:.0f} bytes", "", True


def _session(id):
    return SessionInfo(
        f"{id}", None, "waiting", "demo", 1.0, 2.0, 3, title="Where is the login checked, and why?",
        preview="It is in login.py, which reads the token of the cookie.", project_id="p",
    )  # fmt: skip


def _listed(gateway):
    return {it["session_id"] for it in gateway.get("/api/sessions").get("sessions", ())}


def _streams(client):
    return [it.config.name for it in client.call(lambda jetstream: jetstream.streams_info())]


def _delays(stream):
    """The seconds from the agent's write of each word to its coming."""
    took = []
    for kind, data in stream:
        if kind == "assistant_delta":
            now = time.monotonic_ns()
            took += [(now - int(moment)) / 1e9 for moment in data["text"].split()]
        if kind == "assistant_message":
            break
    return took


def _until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the fleet of the bench does not get ready")
        time.sleep(0.05)


ALL = [fleet_first_word, fleet_list]
