"""The worktrees that are being made, and whether anybody still wants them."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from janus.errors import GitFailed


class HalfMade:
    """The ids of sessions whose worktrees are not whole yet. ``_lock`` guards the others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: dict[str, bool] = {}
        self._whole: set[str] = set()  # of these

    @contextlib.contextmanager
    def begun(self, session_id: str, path: Path) -> Iterator[None]:
        """One that is made within. Raises GitFailed if something is at its *path*, or will be."""
        with self._lock:
            if session_id in self._wanted or os.path.lexists(path):
                raise GitFailed(f"Cannot make the folder {path}: File exists.")
            self._wanted[session_id] = True
        try:
            yield
        finally:
            with self._lock:
                del self._wanted[session_id]
                self._whole.discard(session_id)

    def give_up(self, session_id: str) -> bool:
        """Nobody wants it any more; False if it is not being made."""
        with self._lock:
            if session_id not in self._wanted or session_id in self._whole:
                return False
            self._wanted[session_id] = False
        return True

    def check_wanted(self, session_id: str, *, whole: bool = False) -> None:
        """Raises GitFailed where it was given up, between two commands of git perhaps.

        One that is *whole* cannot be given up any more.
        """
        with self._lock:
            if not self._wanted[session_id]:
                raise GitFailed("Git was stopped: the session was ended while it was made.")
            if whole:
                self._whole.add(session_id)
