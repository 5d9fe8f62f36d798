"""The names of all files of a folder that git does not ignore."""

from __future__ import annotations

import os
from pathlib import Path

from janus.workspace.git import Git, failed
from janus.workspace.snapshots.place import LITERALLY, QUIETLY

#: Files that are known of a folder that is no repository; and folders that hide in it.
_WALKED = 50_000


def names_of(git: Git, folder: Path) -> list[str]:
    """Those below *folder*, in their order. Raises GitFailed."""
    how = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    done = git.run(*QUIETLY, *how, at=folder, environ=LITERALLY)
    if done.returncode == 0:
        return [it for it in done.stdout.split("\0") if it and not it.endswith("/")]
    if "not a git repository" not in done.stderr:
        raise failed(done)
    return sorted(_walked(folder))


def _walked(folder: Path) -> list[str]:
    found: list[str] = []
    for at, folders, files in os.walk(folder):
        folders[:] = [it for it in folders if not it.startswith(".") and it != "node_modules"]
        below = Path(at).relative_to(folder)
        found += (str(below / name) for name in files)
        if len(found) >= _WALKED:
            break
    return found[:_WALKED]
