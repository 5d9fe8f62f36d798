"""gunicorn with Janus' settings and a single Flask route: what a heartbeat is held against."""

from flask import Flask

from janus.server import Server, settings_or_exit


class Bare(Server):
    def load_config(self):
        super().load_config()
        self.cfg.set("post_worker_init", lambda worker: None)

    def load(self):
        app = Flask(__name__)
        app.post("/api/heartbeat")(lambda: {"status": "waiting"})
        return app


if __name__ == "__main__":
    Bare(settings_or_exit()).run()
