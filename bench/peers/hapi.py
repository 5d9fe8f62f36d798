"""HAPI: its hub, without the runner that it starts on each computer with agents."""

from bench.peers.peer import Peer

PEER = Peer(
    "HAPI",
    package="@twsxtd/hapi",
    serve=["hapi", "hub"],
    environ={"HAPI_LISTEN_PORT": "{port}", "HAPI_LISTEN_HOST": "127.0.0.1"},
)
