"""Make a private git directory: without git, once it has told how it makes one on this disk."""

from __future__ import annotations

import os
from pathlib import Path

from janus.storage.folder import Folder
from janus.workspace.git import Git, failed
from janus.workspace.snapshots.place import PLAINLY, QUIETLY, Place, lines_of

_ATTRIBUTES = b"* -text -eol -ident -filter -working-tree-encoding\n"
_HEAD = b"ref: refs/heads/main\n"


class Making:
    """Makes those of all sessions of a workspace, which lie beside each other."""

    def __init__(self, git: Git) -> None:
        self._git = git
        #: What git wrote into the configuration of the first one, by the format of its ids.
        self._known: dict[str, bytes] = {}

    def make(self, path: Path, place: Place) -> None:
        """Make one for *place*, for its owner alone. Raises OSError, GitFailed."""
        lines = lines_of({**PLAINLY, **dict(place.config)}).encode("utf-8", "surrogateescape")
        with Folder.make(path) as own, own.folder("info", make=True) as info:
            own.replace("config", self._begun(own, place) + lines)
            info.replace("attributes", _ATTRIBUTES)

    def _begun(self, own: Folder, place: Place) -> bytes:
        """Make it what git takes for one; its configuration."""
        if known := self._known.get(place.format):
            for name in ("objects", "refs"):
                os.mkdir(name, 0o700, dir_fd=own.fd)
            own.replace("HEAD", _HEAD)  # on the disk together with them
            return known
        init = ("init", "--quiet", "--bare", "--template=", f"--object-format={place.format}")
        done = self._git.run(*QUIETLY, *init, own.path, at=place.top)
        if done.returncode != 0:
            raise failed(done)
        return self._known.setdefault(place.format, own.read("config"))
