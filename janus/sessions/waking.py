"""Bring back the sessions of the last time: the short ones at once, the others in the background.

The port answers meanwhile. A session that rests is in every list, and is read when somebody needs
it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from janus.errors import JanusError, ServerStopping
from janus.logs import about
from janus.sessions.factory import Resting
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.session import Session

log = logging.getLogger(__name__)

#: Bytes of logs that are read before the port answers: about a third of a second of work. As many
#: bytes are read in the time that it takes to open a log beside.
_AT_ONCE, _EACH = 4 << 20, 4 << 10


class SessionWaker:
    """Reads the logs of sessions that rest, on a thread of its own from ``start`` to ``stop``."""

    def __init__(self, registry: Registry, opener: SessionOpener) -> None:
        self._registry = registry
        self._opener = opener
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janus-waker", daemon=True)

    def restore(self, sessions: Iterable[Resting]) -> None:
        """Enter the sessions of the last time, and read those that are short."""
        room = _AT_ONCE
        for resting in sessions:
            self._registry.rest(resting)
            if resting.size + _EACH <= room:
                room -= resting.size + _EACH
                self._wake(resting.info.session_id)

    def start(self) -> None:
        """Ask what waits, and read the others."""
        for session in self._registry.all():
            session.ask_what_waits()
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """May be called twice, also before ``start``."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        for resting in self._registry.resting():
            if self._stopping.is_set():
                return
            if session := self._wake(resting.info.session_id):
                session.ask_what_waits()

    def _wake(self, session_id: str) -> Session | None:
        told = about(session_id, "restored")
        try:
            return self._opener.look(session_id)
        except ServerStopping:
            return None
        except JanusError as failure:
            log.error("Session %s is left out: %s", session_id, failure, extra=told)
            self._registry.forget(session_id)
            return None
