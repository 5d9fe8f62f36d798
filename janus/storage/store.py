"""What survives: append-only conversation logs, and files that are written whole.

Everything lives in one folder of the owner's state, readable by its owner only. Nothing here
follows a link or opens anything but plain files of this user; see ``storage.folder``.
"""

from __future__ import annotations

import contextlib
import os
import stat

from janus.storage.folder import NEW, Folder
from janus.storage.session_logs import LOGS, SessionLogs

#: What else has a folder of its own, below this one.
_BELOW = ("contexts", "reviews")


class Store(SessionLogs):
    """The folder that holds what Janus remembers."""

    def read(self, name: str) -> bytes | None:
        """All of a file; None if there is none. Raises OSError, also for what is no plain file.

        A name may be that of a folder of ours and a file in it, as in all that follow.
        """
        path = self.folder / name
        try:
            with Folder.open(path.parent) as folder:
                return folder.read(path.name)
        except FileNotFoundError:
            return None

    def replace(self, name: str, data: bytes) -> bool:
        """Write a whole file: a reader sees the old one or the new one, also after a power cut.

        False if the disk did not take it; then the old one is as it was, and ``problem`` says why.
        """
        path = self.folder / name
        try:
            with Folder.make(path.parent) as folder:
                found = os.fstat(folder.fd)
                if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
                    with contextlib.suppress(OSError):  # a disk without permissions
                        os.fchmod(folder.fd, 0o700)  # it was there before, open to others
                folder.replace(path.name, data)
        except OSError as failure:
            self.note(path, failure)
            return False
        self.note(path, None)
        return True

    def names(self, below: str = "") -> list[str]:
        """What is in the folder, or in one *below* it, in the order of the alphabet."""
        try:
            with Folder.open(self.folder / below) as folder:
                return folder.names()
        except OSError:
            return []

    def remove(self, name: str) -> None:
        """Remove a file, durably; fine if there is none. Raises OSError."""
        path = self.folder / name
        with contextlib.suppress(FileNotFoundError), Folder.open(path.parent) as folder:
            os.unlink(path.name, dir_fd=folder.fd)
            folder.sync()
        self.note(path, None)  # nothing is left that has to be written

    def remove_folder(self, name: str) -> None:
        """Remove a folder and the files in it, durably; fine if there is none. Raises OSError."""
        path = self.folder / name
        with contextlib.suppress(FileNotFoundError):
            with Folder.open(path) as folder:
                for file in folder.names():
                    os.unlink(file, dir_fd=folder.fd)
            with Folder.open(path.parent) as parent:
                parent.remove_folder(path.name)

    def put_aside(self, name: str) -> str:
        """Give whatever is called *name* another one, and return that. Raises OSError."""
        with Folder.open(self.folder) as folder:
            return folder.put_aside(name)

    def sweep(self) -> None:
        """Remove what a crash left half written. Only for the one Janus that holds the lock."""
        for path in (self.folder, *(self.folder / name for name in (LOGS, *_BELOW))):
            with contextlib.suppress(OSError), Folder.open(path) as folder:
                for name in folder.names():
                    if name.startswith(NEW):
                        folder.remove(name)
