"""OpenCode: a server that is its own agent."""

from bench.peers.peer import Peer

PEER = Peer(
    "OpenCode",
    package="opencode-ai",
    serve=["opencode", "serve", "--hostname", "127.0.0.1", "--port", "{port}"],
)
