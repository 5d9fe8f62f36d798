"""Moments in which a folder was as in the newest snapshot: a line each, not a commit each.

They are written down before the agent gets the words, and become commits with the next one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from janus.errors import StorageFailed
from janus.storage.folder import Folder, write_all

#: How many there are before they become commits.
MOST = 100
_LARGEST = 1 << 20


class Note(Struct, frozen=True, array_like=True):
    """A step, its kind and its edge, as a ``Moment`` has them, when that was, and after which
    commit."""

    step: str
    kind: str
    edge: str
    at: int
    commit: str


class Notes:
    """Those after the newest commit, kept in the file *path*. For one thread at a time.

    They survive Janus, not always a power cut: that takes nothing but the names of these moments.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[Note, ...] | None = None

    def after(self, commit: str) -> tuple[Note, ...]:
        """Those after *commit*, the newest snapshot."""
        if self._known is None:
            self._known = self._read()
        return tuple(it for it in self._known if it.commit == commit)

    def add(self, note: Note) -> None:
        """Write one down; those after another commit go. Raises StorageFailed."""
        before = self.after(note.commit)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (0 if before else os.O_TRUNC)
        try:
            with (
                Folder.open(self._path.parent) as folder,
                folder.opened(self._path.name, flags) as fd,
            ):
                write_all(fd, msgspec.json.encode(note) + b"\n")
        except OSError as failure:
            self._known = None
            raise StorageFailed(f"No snapshot can be kept: {failure.strerror}.") from failure
        self._known = (*before, note)

    def delete(self) -> None:
        """Forget them all. Raises OSError."""
        self._known = ()
        self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[Note, ...]:
        found = list[Note]()
        with (
            contextlib.suppress(OSError, msgspec.MsgspecError),
            Folder.open(self._path.parent) as it,
        ):
            # Not one that a crash cut off.
            for line in it.read(self._path.name, _LARGEST).split(b"\n")[:-1]:
                found.append(msgspec.json.decode(line, type=Note))
        return tuple(found)
