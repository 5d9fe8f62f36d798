"""Which of the agents' conversations are, or were, held in Janus: the logs say so."""

from __future__ import annotations

import logging
import threading

from janus.conversation.record import Record
from janus.conversation.transcript import opened_in
from janus.model import is_id
from janus.storage.store import Store

log = logging.getLogger(__name__)

#: What is in each line that may be of interest, in this version and in earlier ones.
_MARKS = (b'"conversation_opened"', b'"conversation_id"')


class DrivenConversations:
    """The ids of conversations by the ids of their sessions, open or ended.

    Each log is read once, and later only what was added. ``_lock`` guards both fields; it is held
    while logs are read, for nobody waits for this but who asks.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._read: dict[str, int] = {}  # how much of each log
        self._held: dict[str, set[str]] = {}

    def sessions(self) -> dict[str, str]:
        """The session of each conversation, by the agent's own id of it."""
        with self._lock:
            ids = [id for id in self._store.logs() if is_id(id)]
            for gone in self._held.keys() - set(ids):
                del self._held[gone], self._read[gone]
            for id in ids:
                try:
                    self._look(id)
                except OSError as failure:
                    log.warning("The log of session %s cannot be read: %s", id, failure.strerror)
            return {it: id for id, held in self._held.items() for it in held}

    def _look(self, id: str) -> None:
        size, start = self._store.log_size(id), self._read.get(id, 0)
        if size == start:
            return
        if size < start or not self._store.is_line_end(id, start):
            start = 0  # it is another one
        held = self._held[id] = self._held.get(id, set()) if start else set()
        for line in self._store.lines(id, start):
            start += len(line)
            if any(mark in line for mark in _MARKS):
                held.update(opened_in(_records(line)))
        self._read[id] = start


def _records(line: bytes) -> list[Record]:
    try:
        return [Record.from_line(line)]
    except ValueError:
        return []
