"""The configuration of the server at a doorway.

It has one listener, for clients, with TLS, and lets in whoever has the key of a member. There is no
monitoring, no cluster and no listener for leaf nodes: that one would let in anybody, see
nats-server #6972.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from janus.fleet.membership import Member
from janus.fleet.subjects import publishes, subscribes

#: Connections; a machine has one or two.
_MOST = 256
_PAYLOAD, _MEMORY = 1 << 20, 16 << 20


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where the server listens, what it presents there, and whom it lets in."""

    #: HOST:PORT.
    listen: str
    name: str
    chain: Path
    key_file: Path
    #: The public key of the doorway itself, which may do everything.
    key: str
    members: tuple[Member, ...]
    #: Of the certificate: a server must learn of a new one.
    certificate: str = ""

    @property
    def place(self) -> tuple[object, ...]:
        """What a server cannot be told while it runs."""
        return self.listen, self.name, self.chain, self.key_file

    def text(self, store: Path, most: int) -> bytes:
        """The file, in the JSON that the server reads too; it may keep *most* bytes in *store*."""
        users = [{"nkey": self.key}, *map(_user, self.members)]
        return msgspec.json.format(
            msgspec.json.encode({
                "listen": self.listen,
                "server_name": self.name,
                "logtime": False,
                "max_payload": _PAYLOAD,
                "max_connections": _MOST,
                # A peer that is frozen or cut off is noticed within 15 seconds.
                "ping_interval": "5s",
                "ping_max": 2,
                "tls": {
                    "cert_file": str(self.chain), "key_file": str(self.key_file), "timeout": 5,
                },
                "jetstream": {"store_dir": str(store), "max_mem": _MEMORY, "max_file": most},
                "authorization": {"timeout": 5, "users": users},
            })
        )  # fmt: skip


def _user(member: Member) -> dict[str, Any]:
    may = {
        "publish": {"allow": publishes(member.id, member.scope)},
        "subscribe": {"allow": subscribes(member.id, member.scope)},
    }
    return {"nkey": member.key, "permissions": may}
