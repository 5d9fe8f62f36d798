"""How sessions come to be open: begun, found again, or looked at; each once, whoever asks."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext

from janus.agents.catalog import AgentCatalog
from janus.clock import Clock
from janus.errors import InvalidRequest
from janus.logs import about
from janus.model import SessionInfo, check_id
from janus.sessions.factory import SessionFactory
from janus.sessions.naming import free_name, name_of
from janus.sessions.registry import Registry
from janus.sessions.session import Session

log = logging.getLogger(__name__)

#: For how many messages it is known which session they began: far more than are retried.
_BEGUN = 1000


class SessionOpener:
    """Opens sessions.

    ``_lock``, which is the manager's, guards ``_pending``, the sessions that somebody is opening,
    and ``_begun``, the sessions that messages began. It is not held while one is opened.
    """

    def __init__(
        self,
        lock: threading.RLock,
        registry: Registry,
        factory: SessionFactory,
        agents: AgentCatalog,
        clock: Clock,
    ) -> None:
        self._lock = lock
        self._registry = registry
        self._factory = factory
        self._agents = agents
        self._clock = clock
        self._pending: dict[str, Future[Session | None]] = {}
        self._begun: OrderedDict[str, str] = OrderedDict()
        self.places = factory.places
        self.check_workspace = factory.places.check_workspace
        self.attachments = factory.attachments
        registry.wake = self.look

    def create(
        self,
        session_id: str,
        name: str | None,
        agent: str | None,
        branch: str | None,
        isolated: bool | None,
        chosen: Mapping[str, str],
        ahead: Callable[[SessionInfo], AbstractContextManager[object]] = nullcontext,
    ) -> Session:
        """Open a new session. Raises SessionExists, and see ``MemorySessionManager.create``.

        What its log shall begin with is put there *ahead*, and is gone again if what follows fails.
        """
        self.check_workspace()
        found = self._agents.agent(agent)
        isolated = bool(name or branch) if isolated is None else isolated
        if branch and not isolated:
            raise InvalidRequest("branch: only an isolated session has a branch of its own.")

        def default() -> str | None:
            if not isolated:
                return None
            return name_of(branch) or free_name(self._clock.time(), self._registry.names())

        with self._registry.place(session_id, name, default) as given:
            info = self._factory.describe(session_id, given, found.spec.name)
            made = self._factory.new(info, branch, chosen, isolated=isolated)
            with ahead(info), made as session:
                about_it = about(session_id, "created")
                # Once it is among them, it may end at any time.
                log.info("Session %s: created (%s)", session_id, found.spec.name, extra=about_it)
                self._add(session)
                session.describe()
        return session

    def create_once(self, session_id: str, create: Callable[[], Session]) -> Session:
        """What *create* makes; the same session if it is there, or is just being made."""
        return self._opened(session_id, create) or self._registry.find(session_id)

    def open(self, session_id: str) -> Session:
        """The session with this id, made if there is none: somebody speaks in it."""
        return self.find_or(session_id, lambda: self._new(session_id))

    def find_or(self, session_id: str, make: Callable[[], Session]) -> Session:
        """The session with this id, open or ended, or else what *make* makes."""
        made = self._opened(session_id, lambda: self._found(session_id) or make())
        return made or self._registry.find(session_id)

    def look(self, session_id: str) -> Session | None:
        """The session with this id if there is or was one; nothing is made."""
        return self._opened(session_id, lambda: self._found(session_id), makes=False)

    def for_message(self, message_id: str | None) -> str:
        """The id of the session that a message without one began, or begins now."""
        new = str(uuid.uuid4())
        if message_id is None:
            return new
        with self._lock:
            if message_id in self._begun:
                return self._begun[message_id]
        for resting in self._registry.resting():
            if self._factory.mentions(resting.info.session_id, message_id):
                self.look(resting.info.session_id)
        known = (s.id for s in self._registry.all() if s.log.turn_of(message_id))
        found = next(known, new)
        with self._lock:
            begun = self._begun.setdefault(message_id, found)
            if len(self._begun) > _BEGUN:
                self._begun.popitem(last=False)
            return begun

    def _opened(
        self, session_id: str, find: Callable[[], Session | None], *, makes: bool = True
    ) -> Session | None:
        """The open session, or else what *find* finds or *makes*, once for all who ask for it."""
        check_id(session_id)
        while True:
            with self._lock:
                session, pending = self._registry.get(session_id), self._pending.get(session_id)
                if session is None and pending is None:
                    mine = self._pending[session_id] = Future()
            if session:
                return session
            if pending is None:
                return self._keep(session_id, mine, self._wake(session_id) or find)
            session = pending.result()
            if session or not makes:
                return session
            # Whoever was first only looked, and found nothing.

    def _keep(
        self, session_id: str, promise: Future[Session | None], find: Callable[[], Session | None]
    ) -> Session | None:
        """Keep the promise of a session; if that fails, whoever waits gets the same error."""
        try:
            session = find()
        except BaseException as failure:
            promise.set_exception(failure)
            raise
        else:
            promise.set_result(session)
            return session
        finally:
            with self._lock:
                del self._pending[session_id]

    def _wake(self, session_id: str) -> Callable[[], Session] | None:
        """What opens a session of the last time that is not read yet."""
        resting = self._registry.at_rest(session_id)
        if resting is None:
            return None

        def wake() -> Session:
            session = self._factory.wake(resting)
            self._add(session)
            return session

        return wake

    def _found(self, session_id: str) -> Session | None:
        """A session that ended, from its log."""
        info = self._factory.recall(session_id)
        return self.enter(info) if info else None

    def _new(self, session_id: str) -> Session:
        agent = self._agents.agent().spec.name
        return self.enter(self._factory.describe(session_id, None, agent))

    def enter(self, info: SessionInfo) -> Session:
        """Open the session *info* tells of, with the log that it has. Raises StorageFailed."""
        self._registry.refuse_stopping()  # the log may still be somebody's
        session = self._factory.open(info)
        self._add(session)
        return session

    def _add(self, session: Session) -> None:
        displaced = self._registry.add(session)
        if displaced:
            displaced.log.close()
