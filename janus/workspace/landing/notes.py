"""What was landed, so that it can be undone; and what is being landed, so that a crash is mended.

<state>/projects/<id>/landings/<undo id>.json
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from janus.errors import StorageFailed
from janus.storage.store import Store

log = logging.getLogger(__name__)

_SUFFIX = ".json"


class Landing(Struct, frozen=True):
    """A branch ``into`` that moves, or was moved, from one commit to another.

    ``top`` is the checkout whose files move with it, or empty; ``source`` is what was merged.
    """

    undo_id: str
    session_id: str
    into: str
    old: str
    new: str
    top: str = ""
    step: Literal["moving", "done", "undone"] = "moving"
    source: str = ""

    @property
    def ref(self) -> str:
        """What keeps the commit it was at."""
        return f"refs/janus/undo/{self.undo_id}"


class LandingNotes:
    """Those of one workspace."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)

    def write(self, landing: Landing) -> None:
        """Raises StorageFailed."""
        if not self._store.replace(f"{landing.undo_id}{_SUFFIX}", msgspec.json.encode(landing)):
            raise StorageFailed(
                f"Janus cannot note what it lands: {self._store.problem}. "
                f"To land it, {self._store.remedy} and try again."
            )

    def of(self, undo_id: str) -> Landing | None:
        """None if there is none, or it is damaged."""
        if f"{undo_id}{_SUFFIX}" not in self._store.names():
            return None
        try:
            return msgspec.json.decode(self._store.read(f"{undo_id}{_SUFFIX}") or b"", type=Landing)
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("The note of the landing %s is damaged: %s", undo_id, damage)
            return None

    def all(self) -> list[Landing]:
        """Every one that can be read."""
        names = [name for name in self._store.names() if name.endswith(_SUFFIX)]
        return [it for name in names if (it := self.of(name.removesuffix(_SUFFIX)))]

    def of_session(self, session_id: str) -> list[Landing]:
        """Those of a session that are done, and were not undone."""
        return [it for it in self.all() if it.session_id == session_id and it.step == "done"]

    def remove(self, undo_id: str) -> None:
        """Forget it; fine if it is gone. Raises OSError."""
        self._store.remove(f"{undo_id}{_SUFFIX}")
