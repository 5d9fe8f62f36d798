"""Real doorways for tests: a nats-server on loopback, with the keys and rights of a fleet."""

import os
import shutil
import signal
import subprocess

import nkeys
import pytest
from kit.ports import free_port
from kit.waiting import wait_for

from janus.fleet.client import Client
from janus.fleet.server_process import program
from janus.fleet.streams import Shapes
from janus.fleet.subjects import publishes, subscribes

SERVER = program(os.environ)
#: Who is at the door, and two who dial it.
HOME, LAPTOP, CLOUD = "00000000000000aa", "00000000000000bb", "00000000000000cc"


def new_seed():
    return nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode()


def public_of(seed):
    return nkeys.from_seed(bytearray(seed.encode())).public_key.decode()


class Doorway:
    """One server; *scopes* are those of the machines that may dial it."""

    def __init__(self, folder, scopes):
        self.folder, self.scopes, self.port = folder, dict(scopes), free_port()
        folder.mkdir(parents=True)
        self.seeds = {machine: new_seed() for machine in (HOME, *scopes)}
        self.process = self.home = None
        self.clients, self.running = [], []

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def write(self):
        users = [f"{{ nkey: {public_of(self.seeds[HOME])} }}"]
        for machine, scope in self.scopes.items():
            rights = [*map(quoted, (publishes(machine, scope), subscribes(machine, scope)))]
            users.append(
                f"{{ nkey: {public_of(self.seeds[machine])}, permissions: {{ "
                f"publish: {{ allow: {rights[0]} }}, subscribe: {{ allow: {rights[1]} }} }} }}"
            )
        (self.folder / "conf").write_text(
            f"listen: 127.0.0.1:{self.port}\nserver_name: doorway\n"
            f'jetstream {{ store_dir: "{self.folder}/js", max_mem: 16MB, max_file: 200MB }}\n'
            f"authorization {{ users: [ {', '.join(users)} ] }}\n"
        )

    def start(self):
        self.write()
        command = [SERVER, "-c", self.folder / "conf", "-l", self.folder / "log"]
        self.process = subprocess.Popen(command, start_new_session=True)
        return self

    def reload(self):
        self.write()
        self.process.send_signal(signal.SIGHUP)

    def kill(self, number=signal.SIGKILL):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
            self.process.wait()
            self.process = None
            wait_for(lambda: self.home is None or not self.home.connected)

    def empty(self):
        shutil.rmtree(self.folder / "js", ignore_errors=True)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def client(self, machine, prepare=lambda client: None, *, wait=True):
        """A connection of *machine*, stopped at the end."""
        made = Client((self.url,), machine, self.seeds[machine])
        self.clients.append(made)
        prepare(made)
        made.start()
        if wait:
            wait_for(lambda: made.connected)
        return made

    def reader(self):
        """A connection of the doorway's own."""
        if self.home is None:
            self.home = self.client(HOME)
        wait_for(lambda: self.home.connected)
        return self.home

    def shapes(self):
        """Have the streams, as the doorway's Janus does."""
        Shapes(self.reader()).ensure(self.scopes)

    def stop(self):
        for running in (*reversed(self.running), *self.clients):
            running.stop()
        self.kill()


def quoted(subjects):
    return "[" + ", ".join(f'"{subject}"' for subject in subjects) + "]"


@pytest.fixture
def doorways(tmp_path):
    """Makes doorways; all are gone at the end."""
    made = []

    def make(**scopes):
        named = {"laptop": LAPTOP, "cloud": CLOUD}
        scopes = {named[name]: scope for name, scope in (scopes or {"laptop": "full"}).items()}
        made.append(Doorway(tmp_path / f"doorway{len(made)}", scopes).start())
        return made[-1]

    yield make
    for doorway in made:
        doorway.stop()
