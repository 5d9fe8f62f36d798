"""Janus: a doorway from your phone to the coding agent on your own computer.

HTTP → manager → session → agent → events
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from janus.config import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None, *, start: bool = True) -> Flask:
    """The service, wired. With *start*, its threads run: only in the process that serves.

    Raises CannotServe when the workspace is another Janus', or a newer one's. The imports stand
    here because the demo agent is a part of this package and has no use for Flask.
    """
    import atexit
    import time

    from flask import Flask

    from janus import blueprints
    from janus.agents.folders import state_folder
    from janus.cleanup import CleanupService
    from janus.config import Settings
    from janus.devices import Devices, folder_of
    from janus.listening import HOME, Listening
    from janus.manager import MemorySessionManager
    from janus.pairing import Pairing
    from janus.runtime import Runtime
    from janus.store import Store
    from janus.workspace_lock import WorkspaceLock

    settings = settings or Settings.from_env()
    store = Store(settings.workspace / ".janus")
    lock = WorkspaceLock(store.folder)
    manager = MemorySessionManager(settings, store, mark=lock.serving.run)
    devices = Devices(folder_of(settings.workspace, state_folder(settings.environ)), time)
    cleanup = CleanupService(manager, settings.cleanup_interval)
    here = Listening(HOME[:1], settings.port, settings.public_url)
    runtime = Runtime(settings, store, lock, devices, Pairing(time), manager, cleanup, here)
    app = Flask(__name__, static_folder=None)
    app.extensions["janus"] = runtime
    blueprints.register(app)
    if start:
        runtime.start()
        atexit.register(runtime.stop)
    return app
