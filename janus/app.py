"""The wiring diagram: everything Janus is made of, put together in one place."""

from __future__ import annotations

import atexit
import time

from flask import Flask

from janus import blueprints
from janus.access.devices import Devices
from janus.access.pairing import Pairing
from janus.config import Settings
from janus.network.endpoint import Endpoint
from janus.runtime import Runtime
from janus.sessions.cleanup import CleanupService
from janus.sessions.manager import MemorySessionManager
from janus.storage.lock import WorkspaceLock
from janus.storage.project import project_folder
from janus.storage.store import Store


def create_app(settings: Settings | None = None, *, start: bool = True) -> Flask:
    """Wire the service. With *start* its threads run: only in the process that serves.

    Raises CannotServe when another Janus serves the workspace, or a newer one wrote its state.
    """
    settings = settings or Settings.from_env()
    store = Store(project_folder(settings.workspace, settings.state))
    lock = WorkspaceLock(store.folder, settings.workspace)
    manager = MemorySessionManager(settings, store, mark=lock.serving.run)
    devices = Devices(store.folder, time)
    cleanup = CleanupService(manager, settings.cleanup_interval)
    endpoint = Endpoint.local(settings.port, settings.public_url)
    runtime = Runtime(settings, store, lock, devices, Pairing(time), manager, cleanup, endpoint)
    app = Flask(__name__, static_folder=None)
    app.extensions["janus"] = runtime
    blueprints.register(app)
    if start:
        runtime.start()
        atexit.register(runtime.stop)
    return app
