"""The workspace's folder, held open: a path is not the thing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from janus.errors import StorageFailed
from janus.storage.folder import Folder


class HeldWorkspace:
    """Notices when the path of the workspace leads elsewhere by now.

    ``_lock`` guards ``_folder``, opened once, and ``_closed``.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened before the first use."""
        self.path = path
        self._lock = threading.Lock()
        self._folder: Folder | None = None
        self._closed = False
        self._barred = ""

    def bar(self, why: str) -> None:
        """Refuse from now on to make anything there: it is not the folder that it was."""
        self._barred = why

    @property
    def problem(self) -> str | None:
        """Why nothing can be made in the workspace, or None; also before it was ever opened."""
        if self._barred or self._folder is None:
            return self._barred or None
        try:
            self.check()
        except StorageFailed as moved:
            return str(moved)
        return None

    def check(self) -> None:
        """Raises StorageFailed if the folder was moved, replaced or deleted."""
        if self._barred:
            raise StorageFailed(self._barred)
        with self._lock:
            if self._closed:
                return
            try:
                if self._folder is None:
                    self._folder = Folder.open(self.path, follow=True)
                if os.path.samestat(os.fstat(self._folder.fd), self.path.stat()):
                    return
            except OSError:
                pass
        raise StorageFailed(
            f"The folder {self.path} was moved or replaced while Janus served it. "
            "Move it back, or say where it is now: janus project move FOLDER."
        )

    def open(self) -> Folder:
        """The folder, to be closed. Raises StorageFailed as ``check`` does, OSError at the end."""
        self.check()
        with self._lock:
            if self._folder is None or self._closed:
                raise OSError("Janus is shutting down")
            return Folder(os.dup(self._folder.fd), self.path)

    def close(self) -> None:
        """Give the folder back. May be called twice."""
        with self._lock:
            self._closed = True
            if self._folder:
                self._folder.close()
