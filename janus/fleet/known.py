"""Which sessions are, or were, another machine's: remembered by the doorway before it shows them.

So whoever speaks in one of them is never taken for somebody who begins a session here, also while
nothing was heard yet of the other machines.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

import msgspec

from janus.storage.store import Store

log = logging.getLogger(__name__)

FILE = "fleet/sessions.json"
#: How many are remembered, the newest.
_MOST = 20_000


class KnownSessions:
    """``_lock`` guards ``_ids``, also while they are written, which is when one is new."""

    def __init__(self, store: Store | None = None) -> None:
        """Without a *store*, for as long as Janus runs."""
        self._store = store
        self._lock = threading.Lock()
        self._ids = dict.fromkeys(_read(store)) if store else {}

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._ids

    def add(self, session_ids: Iterable[str]) -> None:
        """On the disk on return, unless that takes nothing, which is said."""
        with self._lock:
            new = [it for it in session_ids if it not in self._ids]
            if not new:
                return
            ids = [*self._ids, *new][-_MOST:]
            self._ids = dict.fromkeys(ids)
            data = msgspec.json.encode(ids) + b"\n"
            if self._store and not self._store.replace(FILE, data):
                log.warning("%s cannot be written: %s", FILE, self._store.problem)


def _read(store: Store) -> list[str]:
    try:
        data = store.read(FILE)
        return msgspec.json.decode(data, type=list[str]) if data else []
    except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
        log.warning("%s cannot be read (%s)", FILE, damage)
        return []
