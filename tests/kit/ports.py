"""A port for a server that has to have the same one when it is started again."""

import random
import socket


def free_port():
    """A port that nobody listens on, and that no system gives to whoever asks for any.

    One of those would soon be somebody else's: between the two, every connection that is opened on
    this computer takes one.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
