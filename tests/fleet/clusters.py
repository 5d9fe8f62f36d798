"""A team's cluster for tests: three nats-servers on loopback, with the keys that Janus makes."""

import signal
import subprocess

import pytest
from doorways import SERVER
from kit.ports import free_port
from kit.waiting import wait_for

from janus.fleet.client import Client
from janus.fleet.membership import GATEWAYS
from janus.fleet.team import make_keys

CONFIG = """
listen: "127.0.0.1:{port}"
server_name: "{name}"
ping_interval: "5s"
ping_max: 2
max_payload: 1MB
jetstream {{ store_dir: "{folder}/js", max_mem: 64MB, max_file: 400MB }}
cluster {{
  name: team
  listen: "127.0.0.1:{route}"
  authorization {{ user: route, password: "{secret}" }}
  routes: [ {routes} ]
}}
include "../keys/users.conf"
"""


class Cluster:
    """Servers 0 to 2, and the keys of three machines."""

    def __init__(self, folder, names):
        self.folder, self.keys = folder, folder / "keys"
        make_keys(self.keys, names)
        self.ports = [free_port() for _ in range(3)]
        self.servers = [None] * 3
        routes = [free_port() for _ in range(3)]
        all = ", ".join(f'"nats://route:secret@127.0.0.1:{it}"' for it in routes)
        for number, (port, route) in enumerate(zip(self.ports, routes, strict=True)):
            at = folder / f"nats-{number}"
            at.mkdir()
            text = CONFIG.format(
                port=port, name=at.name, folder=at, route=route, secret="secret", routes=all
            )
            (at / "conf").write_text(text)
            self.start(number)

    @property
    def urls(self):
        return tuple(f"nats://127.0.0.1:{port}" for port in self.ports)

    def settings(self, name, **more):
        """What a Janus has in its environment, as machine *name* or ``gateway``."""
        return {
            "JANUS_FLEET_URL": ",".join(self.urls),
            "JANUS_FLEET_KEY": str(self.keys / f"{name}.nk"),
            **({"JANUS_GATEWAY": "yes"} if name == "gateway" else {"JANUS_FLEET_NAME": name}),
            **more,
        }

    def start(self, number):
        at = self.folder / f"nats-{number}"
        command = [SERVER, "-c", at / "conf", "-l", at / "log"]
        self.servers[number] = subprocess.Popen(command, start_new_session=True)

    def kill(self, number):
        if self.servers[number]:
            self.servers[number].send_signal(signal.SIGKILL)
            self.servers[number].wait()
            self.servers[number] = None

    def reader(self):
        """A connection with the key of the gateways."""
        client = Client(self.urls, GATEWAYS, (self.keys / "gateway.nk").read_text())
        client.start()
        wait_for(lambda: client.connected)
        return client

    def stop(self):
        for number in range(3):
            self.kill(number)


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder, ("worker-1", "worker-2", "worker-3"))
    yield made
    made.stop()
