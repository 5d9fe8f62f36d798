"""What Janus says of itself in the handshake, and the error codes of the protocol."""

from __future__ import annotations

from janus import __version__
from janus.agents.acp.jsonrpc import Json

AUTH_REQUIRED, INTERNAL = -32000, -32603


INITIALIZE: Json = {
    "protocolVersion": 1,
    "clientCapabilities": {
        "fs": {"readTextFile": False, "writeTextFile": False},
        "terminal": False,
        "session": {"notices": {}, "compaction": {}},
        "elicitation": {"form": {}, "url": {}},
    },
    "clientInfo": {"name": "janus", "title": "Janus", "version": __version__},
}
