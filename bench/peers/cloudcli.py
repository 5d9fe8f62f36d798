"""CloudCLI: a server for the agents of this computer; parts of it are compiled, in minutes."""

from bench.peers.peer import Peer

PEER = Peer(
    "CloudCLI",
    package="@cloudcli-ai/cloudcli",
    serve=["cloudcli"],
    environ={"PORT": "{port}", "SERVER_PORT": "{port}", "HOST": "127.0.0.1"},
)
