"""A doorway's server with members, and clients that dial it."""

import asyncio
import contextlib
import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import nats.errors
from kit.ports import free_port
from nats.aio.client import Client

from janus.fleet.engine import Engine
from janus.fleet.keys import new_seed, public_key
from janus.fleet.membership import Member
from janus.fleet.server_config import ServerConfig
from janus.fleet.server_process import program
from janus.fleet.subjects import inbox
from janus.network.authority import Authority

SERVER = program(os.environ)
#: Where what starts a server finds it.
PATH = f"{Path(SERVER).parent}:/usr/bin:/bin"
#: Ids of machines: the doorway itself, and three members.
HOME, LAPTOP, BOX, SPY = (digit * 16 for digit in "0abc")


class Place:
    """What there is before a server runs."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = Authority.open(folder / "certificates", hostname="home")
        self.leaf = self.authority.leaf(["127.0.0.1"])
        self.seeds = {id: new_seed() for id in (HOME, LAPTOP, BOX, SPY)}
        self.host, self.port = "127.0.0.1", free_port()
        self.engine = Engine(folder / "fleet", {"PATH": PATH, "HOME": str(folder)})

    def config(self, **scopes):
        """The configuration with members of these scopes, such as ``laptop="read"``."""
        ids = {"laptop": LAPTOP, "box": BOX, "spy": SPY}
        members = tuple(
            Member(id=ids[name], name=name, key=public_key(self.seeds[ids[name]]), scope=scope,
                   joined_at=0.0)
            for name, scope in scopes.items()
        )  # fmt: skip
        return ServerConfig(
            f"{self.host}:{self.port}", "home", self.leaf.chain, self.leaf.key,
            public_key(self.seeds[HOME]), members,
        )  # fmt: skip

    @asynccontextmanager
    async def dial(self, id, seed=None, **options):
        """A connection as a machine; ``client.refusals`` are what the server refused it."""
        refusals = []

        async def note(failure):
            refusals.append(str(failure))

        client = Client()
        client.refusals = refusals
        given = {
            "nkeys_seed_str": seed or self.seeds[id],
            "tls": ssl.create_default_context(cadata=self.authority.ca_pem.decode()),
            "inbox_prefix": inbox(id).encode(), "error_cb": note,
            "allow_reconnect": False, "connect_timeout": 20,
        }  # fmt: skip
        try:
            await client.connect(f"tls://{self.host}:{self.port}", **{**given, **options})
            yield client
        finally:
            with contextlib.suppress(OSError, nats.errors.Error):
                await client.close()
            if client._transport:  # of one that was refused
                client._transport.close()
                await asyncio.sleep(0)


def run(coroutine):
    """What a coroutine gives, within a minute.

    On a thread of its own: where tests have used a browser, a loop runs on this one.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asyncio.wait_for(coroutine, 60)).result()
