"""The wiring diagram: everything Janus is made of, put together in one place."""

from __future__ import annotations

import atexit
import time
from functools import partial

from flask import Flask

from janus import __version__, blueprints
from janus.access.agent_tokens import AgentTokens
from janus.access.devices import Devices
from janus.access.pairing import Pairing
from janus.access.presence import Presence
from janus.agents import known
from janus.agents.catalog import AgentCatalog
from janus.agents.memory_server import memory_servers
from janus.agents.offered import FILE, OfferedOptions
from janus.agents.process.orphans import end_orphans, mark_environ
from janus.agents.spec import McpServer
from janus.blueprints import inside
from janus.config import Settings
from janus.errors import NotFound
from janus.everywhere import Everywhere
from janus.fleet.elsewhere import Elsewhere
from janus.fleet.fleet import Fleet
from janus.fleet.here import Here
from janus.fleet.membership import Membership
from janus.metrics import Metrics, Sources
from janus.model.events import OwnerTold
from janus.network.endpoint import Endpoint
from janus.projects.listening import Listeners
from janus.projects.projects import Projects
from janus.push.channels import Ntfy, WebPush
from janus.push.keys import PushKey
from janus.push.notifier import Notifier
from janus.push.subscriptions import Subscriptions
from janus.runtime import Runtime
from janus.sessions.cleanup import CleanupService
from janus.sessions.manager import MemorySessionManager
from janus.storage.attachments.attachments import Attachments
from janus.storage.attachments.shelf import Shelf
from janus.storage.lock import WorkspaceLock
from janus.storage.store import Store
from janus.voice.voice import Voice


def _team(settings: Settings) -> Membership | None:
    if not (settings.fleet_url or settings.gateway):
        return None
    from janus.fleet.team import team  # a single Janus loads nothing of it

    return team(settings)


def create_app(settings: Settings | None = None, *, start: bool = True) -> Flask:
    """Wire the service. With *start* its threads run: only in the process that serves.

    Raises CannotServe when another Janus serves for this owner, or in one of the folders, or a
    newer one wrote their state.
    """
    settings = settings or Settings.from_env()
    store = Store(settings.state)
    lock = WorkspaceLock(store.folder)
    run = lock.serving.run
    offered = OfferedOptions(partial(store.read, FILE), partial(store.replace, FILE))
    agents = AgentCatalog(settings, offered)
    tokens = AgentTokens()

    def servers(project_id: str, session_id: str) -> tuple[McpServer, ...]:
        return memory_servers(lock.serving.url, tokens.issue(project_id, session_id))

    sources = Sources(
        sessions=lambda: projects.sessions(),
        messages_waiting=lambda: projects.messages_waiting,
        log_bytes=lambda: projects.log_bytes,
        storage_problem=lambda: runtime.problem,
        kept=lambda: projects.kept,
    )
    metrics = Metrics(known.names(), sources, time)
    manager = partial(MemorySessionManager, agents=agents, mark=run, servers=servers, meter=metrics)
    devices, pairing = Devices(store.folder, time), Pairing(time)
    presence = Presence(time)

    def record(session_id: str, event: OwnerTold) -> None:
        metrics.told(event)
        everywhere.manager_of(session_id).record(session_id, event)

    def glance(session_id: str, request_id: str) -> tuple[str, str] | None:
        try:
            found = everywhere.glance(session_id, request_id)
        except NotFound:  # answered meanwhile
            return None
        return (found.text, found.digest) if found else None

    notifier = Notifier(
        Subscriptions(store, lambda id: any(it.id == id for it in devices.all())),
        WebPush(PushKey(store.folder / "push", time), time, settings.push_hosts),
        Ntfy(settings.ntfy_url, time, settings.push_hosts) if settings.ntfy_url else None,
        state=lambda id: everywhere.manager_of(id).glimpse(id),
        record=record,
        in_front=presence.in_front,
        link=lambda id: f"{runtime.endpoint.phone_url.rstrip('/')}/#/s/{id}",
        glance=glance,
        may_answer=lambda id: any(it.id == id and it.scope == "full" for it in devices.all()),
        clock=time,
    )
    listeners = Listeners([notifier])
    projects = Projects(settings, store, manager, run, end_orphans, listeners)
    cleanup = CleanupService(projects, settings.cleanup_interval)
    endpoint = Endpoint.local(settings.port, settings.public_url)
    seen = {name: settings.environ[name] for name in ("HOME", "PATH") if name in settings.environ}
    fleet = Fleet(
        store, time, mark_environ(seen, run), lambda: elsewhere.refresh(), _team(settings)
    )
    here = Here(
        projects, __version__, agents.names, time.time(), settings.ask_timeout,
        lambda: fleet.members, notifier.changed, devices, pairing, settings.state,
        lambda asked: inside.answer(app, asked),
        Attachments(Shelf(Store(store.folder / "fleet")), time),
    )  # fmt: skip
    elsewhere = Elsewhere(lambda: fleet.membership, here, time)
    everywhere = Everywhere(projects, elsewhere, settings.voice_commands)
    listeners.told.append(elsewhere)
    listeners.copying.append(elsewhere)
    runtime = Runtime(
        settings, store, lock, devices, pairing, tokens, agents, projects, fleet, elsewhere,
        everywhere, cleanup, presence, notifier,
        Voice(settings, mark_environ(settings.environ, run), time), metrics, endpoint,
    )  # fmt: skip
    app = Flask(__name__, static_folder=None)
    app.extensions["janus"] = runtime
    blueprints.register(app)
    if start:
        runtime.start()
        atexit.register(runtime.stop)
    return app
