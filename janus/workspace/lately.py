"""Which files of the workspace changed in the last days: what git says, or else a short look."""

from __future__ import annotations

import heapq
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from janus.errors import GitFailed, InvalidRequest
from janus.workspace.git import Git, readable
from janus.workspace.gits_files import may_be_repository

#: Seconds that are lately; files that are told; names, and entries of folders, that are looked at.
_LATELY, _TOLD, _LOOKED_AT = 3 * 86_400.0, 20, 2000
#: Without the hook that a strange repository may have set up for its own index.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")


def changed_lately(git: Git, now: float) -> list[str]:
    """The files changed within three days before *now*, the newest first; 20 at most.

    *now* is in seconds since 1970. Those that are ignored, or gone, are left out.
    """
    since = now - _LATELY
    try:
        is_one = may_be_repository(git.folder.resolve())
        names: Iterable[str] = _of_git(git, since) if is_one else _below(git.folder)
    except (InvalidRequest, GitFailed):  # no repository, one without a commit, or a broken one
        names = _below(git.folder)
    found = ((at, name) for name in names if (at := _changed(git.folder / name)) >= since)
    return [readable(name) for _, name in heapq.nlargest(_TOLD, found)]


def _of_git(git: Git, since: float) -> set[str]:
    """What was committed lately, and what is not committed."""
    known = git.ask(
        *_SAFE, "log", f"--since=@{since:.0f}", "-n", "200", "--no-show-signature", "--no-renames",
        "--name-only", "--relative", "--pretty=format:", "-z", "HEAD",
    )  # fmt: skip
    new = git.ask(*_SAFE, "ls-files", "-z", "--modified", "--others", "--exclude-standard")
    names = (name.strip("\n") for name in f"{new}\0{known}".split("\0"))
    return {name for _, name in zip(range(_LOOKED_AT), filter(None, names), strict=False)}


def _below(folder: Path) -> Iterator[str]:
    """Some names below a folder without git, the upper ones first; nothing hidden, no link."""
    waiting, left = [""], _LOOKED_AT
    deadline = time.monotonic() + 1.0
    while waiting and left > 0 and time.monotonic() < deadline:
        below = waiting.pop(0)
        try:
            with os.scandir(folder / below) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return
                    if entry.name.startswith(".") or entry.is_symlink():
                        continue
                    name = f"{below}/{entry.name}" if below else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                    else:
                        yield name
        except OSError:
            continue


def _changed(path: Path) -> float:
    """When a plain file was changed; 0 if it is none, or gone."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return 0.0
    return found.st_mtime if stat.S_ISREG(found.st_mode) else 0.0
