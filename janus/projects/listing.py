"""``projects.json`` in the owner's state folder: which folders to serve at the next start.

{"version": "1.0", "projects": [{"project_id", "path", "name"}]}
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from janus.errors import StorageFailed
from janus.model import is_id
from janus.storage.store import Store

log = logging.getLogger(__name__)

FILE = "projects.json"


class Entry(msgspec.Struct, frozen=True):
    """A project that is remembered: its id outlasts its place."""

    project_id: str
    path: str
    name: str

    @property
    def folder(self) -> Path:
        return Path(self.path)


class _List(msgspec.Struct):
    projects: list[Entry]
    version: str = "1.0"


class ProjectList:
    """The file. One thread at a time uses it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self) -> list[Entry]:
        """The projects in it; none where it is missing, or damaged and put aside."""
        try:
            data = self._store.read(FILE)
            found = msgspec.json.decode(data, type=_List).projects if data is not None else []
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("The list of projects cannot be read (%s); add them again", damage)
            self._put_aside()
            return []
        return [it for it in found if is_id(it.project_id) and it.folder.is_absolute()]

    def save(self, entries: Iterable[Entry]) -> None:
        """Raises StorageFailed."""
        if not self._store.replace(FILE, msgspec.json.encode(_List([*entries])) + b"\n"):
            raise StorageFailed(f"The list of projects cannot be saved: {self._store.problem}.")

    def _put_aside(self) -> None:
        try:
            self._store.put_aside(FILE)
        except OSError as failure:
            log.warning("Cannot put %s aside: %s", FILE, failure.strerror)
