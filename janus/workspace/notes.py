"""Which worktrees Janus made, in the state folder: nothing else in ``.worktrees`` is deleted.

    <state>/projects/<id>/worktrees/<session id>.json
    {"step": "making" | "made" | "removing", "branch", "commit", "removing"}

A note is written before what it is about is begun, and removed when that is over.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from janus.errors import GitFailed
from janus.model import check_id, is_id
from janus.storage.store import Store

log = logging.getLogger(__name__)

_SUFFIX = ".json"
#: The name that a worktree has in ``.worktrees`` while it is being deleted, if it is.
_REMOVING = r"\A(\.old-[A-Za-z0-9_-]{1,64}-[0-9a-f]{16})?\Z"


class Note(Struct, frozen=True):
    """What is known of a worktree. ``branch`` and ``commit`` are of a branch that we make for it;
    ``removing`` is its name while it is deleted."""

    session_id: str
    step: Literal["making", "made", "removing"]
    branch: str = ""
    commit: str = ""
    removing: Annotated[str, msgspec.Meta(pattern=_REMOVING)] = ""


class WorktreeNotes:
    """The notes of one workspace."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before the first note."""
        self._store = Store(folder)

    def write(self, note: Note) -> None:
        """Keep a note, on the disk. Raises GitFailed."""
        if not self._store.replace(_name(note.session_id), msgspec.json.encode(note)):
            raise GitFailed(
                f"Janus cannot note that it makes a worktree: {self._store.problem}. "
                f"To make it, {self._store.remedy} and try again."
            )

    def made(self, session_id: str) -> None:
        """Note that a worktree is whole, and ours."""
        self.write(replace(self.of(session_id) or Note(session_id, "made"), step="made"))

    def of(self, session_id: str) -> Note | None:
        """The note about a session's worktree; None if we did not make it."""
        try:
            data = self._store.read(_name(session_id))
            note = msgspec.json.decode(data, type=Note) if data else None
            return note and replace(note, session_id=session_id)
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("The note of the worktree %s is damaged: %s", session_id, damage)
            return None

    def all(self) -> list[Note]:
        """Every note that can be read."""
        ids = [name.removesuffix(_SUFFIX) for name in self._store.names()]
        return [note for id in ids if is_id(id) and (note := self.of(id))]

    def remove(self, session_id: str) -> None:
        """Forget a worktree that is gone. Raises OSError."""
        self._store.remove(_name(session_id))

    def sweep(self) -> None:
        """Remove what a crash left half written."""
        self._store.sweep()


def _name(session_id: str) -> str:
    return f"{check_id(session_id)}{_SUFFIX}"
