"""The contexts that were given, for their owner to read: ``contexts/ID.json`` of each session."""

from __future__ import annotations

import logging
import threading

import msgspec
from msgspec import Struct

from janus.model import is_id
from janus.storage.store import Store

log = logging.getLogger(__name__)

_FOLDER, _SUFFIX = "contexts", ".json"


class Kept(Struct, frozen=True):
    """A context that a session was given ``at`` a time, in seconds since 1970.

    ``sessions`` are those it tells of.
    """

    at: float
    text: str
    sources: tuple[str, ...]
    sessions: tuple[str, ...] = ()


class KeptContexts:
    """The contexts of a project.

    ``_lock`` guards ``_late``, those that are not on the disk; ``_writing`` is held while one is
    written or removed, so that none is written that was forgotten. The order is ``_writing``,
    ``_lock``.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._late: dict[str, Kept] = {}

    def get(self, session_id: str) -> Kept | None:
        """What a session was given; None if nothing, or it is not kept any more."""
        with self._lock:
            if session_id in self._late:
                return self._late[session_id]
        try:
            data = self._store.read(_name(session_id))
            return msgspec.json.decode(data, type=Kept) if data else None
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("The context of session %s cannot be read: %s", session_id, damage)
            return None

    def put(self, session_id: str, kept: Kept) -> None:
        """Keep what a session is given; tried again by ``save`` if the disk does not take it."""
        with self._lock:
            self._late[session_id] = kept
        self.save()

    def save(self) -> None:
        """Write what is not on the disk."""
        with self._writing:
            with self._lock:
                late = [*self._late.items()]
            for session_id, kept in late:
                if self._store.replace(_name(session_id), msgspec.json.encode(kept) + b"\n"):
                    self._written(session_id, kept)

    def forget(self, session_id: str) -> None:
        """Remove what a session was given, and all that tells of it. Raises OSError."""
        with self._writing:
            with self._lock:
                late = {id for id, kept in self._late.items() if session_id in (id, *kept.sessions)}
                for id in late:
                    del self._late[id]
            for name in self._store.names(_FOLDER):
                id = name.removesuffix(_SUFFIX)
                if id == name or not is_id(id):
                    continue
                if id in (session_id, *late) or self._tells(id, session_id):
                    self._store.remove(_name(id))

    def _tells(self, id: str, session_id: str) -> bool:
        """Whether a context tells of a session; also true of one that cannot be read."""
        kept = self.get(id)
        return kept is None or session_id in kept.sessions

    def _written(self, session_id: str, kept: Kept) -> None:
        with self._lock:
            if self._late.get(session_id) is kept:  # else there is a newer one
                del self._late[session_id]


def _name(session_id: str) -> str:
    return f"{_FOLDER}/{session_id}{_SUFFIX}"
