"""A port for a server that has to have the same one when it is started again."""

import contextlib
import random
import socket


def free_port():
    """A port that nobody listens on, and that no system gives to whoever asks for any.

    One of those would soon be a connection's, perhaps of ours, which would be connected to itself.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")
