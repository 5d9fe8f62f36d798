"""Why something is not on the disk that should be, in words for the owner."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from janus.storage.disk import remedy

log = logging.getLogger(__name__)


class Problems:
    """What could not be written below a folder.

    ``_lock`` guards ``_problems``, why each file that could not be written was not, until it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._problems: dict[Path, OSError] = {}

    @property
    def problem(self) -> str | None:
        """Why something is not on the disk that should be, or None if all is."""
        with self._lock:
            failure = next(iter(self._problems.values()), None)
        return _words(failure) if failure else None

    @property
    def remedy(self) -> str:
        """What to do about that, as the beginning of a sentence."""
        with self._lock:
            return remedy(next(iter(self._problems.values()), OSError()))

    def note(self, path: Path, failure: OSError | None) -> None:
        """Remember how writing a file went."""
        with self._lock:
            if failure is None:
                self._problems.pop(path, None)
                return
            before = self._problems.get(path)
            if before is None or _words(before) != _words(failure):
                told = {"event": "storage_failed"}
                log.error("Cannot write %s: %s", path, _words(failure), extra=told)
            self._problems[path] = failure


def _words(failure: OSError) -> str:
    return failure.strerror or type(failure).__name__
