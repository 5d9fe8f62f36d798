"""gunicorn with the settings of Janus and one Flask route: the baseline of a heartbeat."""

import sys

from flask import Flask

from janus.server.gunicorn_app import Server, settings_or_exit


def announce(worker):
    """Print the line by which the rig recognises a running server."""
    port = worker.sockets[0].sock.getsockname()[1]
    print(f"Janus listens on http://127.0.0.1:{port}", file=sys.stderr, flush=True)


class Bare(Server):
    """A server of that one route."""

    def load_config(self):
        super().load_config()
        self.cfg.set("post_worker_init", announce)

    def load(self):
        app = Flask(__name__)
        app.post("/api/heartbeat")(lambda: {"status": "waiting"})
        return app


if __name__ == "__main__":
    Bare(settings_or_exit()).run()
