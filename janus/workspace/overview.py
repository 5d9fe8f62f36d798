"""What there is to say of a workspace in a list: its branch, and how much is not committed."""

from __future__ import annotations

import threading
import time

from janus.errors import JanusError
from janus.workspace.git import Git

#: Seconds for which an answer is good enough: lists are asked for again and again.
_FRESH = 3.0


class Overview:
    """Asks git at most every three seconds. ``_lock`` guards all fields, and is held meanwhile:
    those who ask at the same time want the same answer.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = threading.Lock()
        self._at: float | None = None
        self._known: tuple[str | None, int | None] = None, None

    def __call__(self) -> tuple[str | None, int | None]:
        """The branch and the number of changed files; None where git does not tell."""
        with self._lock:
            if self._at is None or time.monotonic() - self._at > _FRESH:
                self._known = self._ask()
                self._at = time.monotonic()
            return self._known

    def _ask(self) -> tuple[str | None, int | None]:
        try:
            # Without the hook that a strange repository may have set up for its own index.
            told = self._git.ask(
                "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch", "-z"
            )
        except JanusError:  # no repository, or a broken one
            return None, None
        parts = [part for part in told.split("\0") if part]
        head = "# branch.head "
        branch = next((part.removeprefix(head) for part in parts if part.startswith(head)), None)
        # A renamed file has a part more, with its old name.
        changed = sum(part[:2] in ("1 ", "2 ", "u ", "? ") for part in parts)
        return None if branch == "(detached)" else branch, changed
