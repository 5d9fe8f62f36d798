"""Bring along what git does not have and a project needs: ``.env`` files, local configuration.

Which files is the owner's choice, in patterns as in ``.gitignore``. One of them may be
``.worktreeinclude``: then the patterns in that file of the workspace count too. Nothing it names
can leave the workspace, links that lead out of it stay there, and what git ignores in the workspace
is not brought to a branch that would commit it.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePath

from janus.errors import GitFailed, InvalidRequest
from janus.storage.copying import copy_new
from janus.storage.folder import Folder, NotOurs
from janus.workspace.git import Git, as_path, readable

INCLUDE = ".worktreeinclude"
#: How much is brought along at most: files, bytes, and bytes and lines of the list.
_FILES, _BYTES, _LIST, _LINES = 100_000, 2 << 30, 1 << 16, 500
_OURS = (".git", ".janus", ".worktrees")
_NAMED = 5


def bring_along(git: Git, target: Path, patterns: Iterable[str]) -> list[str]:
    """Copy the untracked files of the workspace that *patterns* name to the worktree's *target*.

    Returns what the user should know, in sentences.
    """
    try:
        with Folder.open(git.folder, follow=True) as source, Folder.open(target) as into:
            wanted = [it for it in patterns if it != INCLUDE]
            if INCLUDE in patterns:
                wanted += _listed(source)
            if not wanted:
                return []
            names = _named(git, wanted)
            exposed = _ignored(git, names, git.folder) - _ignored(git, names, target)
            left = _copied([name for name in names if name not in exposed], source, into, git.limit)
    except (OSError, GitFailed) as failure:
        if getattr(failure, "ended", False):
            raise
        return [f"Untracked files were not brought along: {failure}"]
    except InvalidRequest:  # nothing is checked out here
        return []
    if exposed:
        left["git does not ignore them on this branch"] = sorted(exposed)
    return [f"Not brought along, because {why}: {_some(names)}." for why, names in left.items()]


def _listed(source: Folder) -> list[str]:
    """The patterns in the workspace's own list."""
    try:
        lines = source.read(INCLUDE, _LIST).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip() and line[0] != "#" and "\0" not in line][:_LINES]


def _named(git: Git, patterns: list[str]) -> list[str]:
    """The untracked files that the patterns name.

    In a folder that git ignores, such as ``node_modules``, only those named by their path, or with
    that folder: an ``.env`` there belongs to somebody else.
    """
    found = _matches(git, patterns)
    parents = {str(parent) for name in found for parent in PurePath(name).parents}
    ignored = _ignored(git, sorted(parents - {"."}), git.folder)
    by_path = [it for it in patterns if "/" in it.strip("!/") or it[0] == "!"]
    exactly = set(_matches(git, by_path)) if by_path else set()
    folders = [it.rstrip("/") for it in patterns]
    return [
        name
        for name in found
        if str(PurePath(name).parent) not in ignored
        or name in exactly
        or any(fnmatch(part, it) for part in PurePath(name).parts[:-1] for it in folders)
    ]


def _matches(git: Git, patterns: list[str]) -> list[str]:
    how = [word for pattern in patterns for word in ("-x", pattern)]
    text = git.ask("ls-files", "--others", "--ignored", "-z", *how, slow=True)
    names = [name for name in text.split("\0") if name and not name.endswith("/")]
    return [name for name in names if PurePath(name).parts[0] not in _OURS]


def _ignored(git: Git, names: list[str], at: Path) -> set[str]:
    """Those that git ignores there."""
    if not names:
        return set()
    done = git.run("check-ignore", "-z", "--stdin", at=at, slow=True, given="\0".join(names))
    return {name for name in done.stdout.split("\0") if name}


def _copied(names: list[str], source: Folder, into: Folder, limit: float) -> dict[str, list[str]]:
    """Copy the files; those that were left out, by the reason."""
    left: dict[str, list[str]] = {}
    room, deadline = _BYTES, time.monotonic() + limit
    for count, name in enumerate(names):
        try:
            if count >= _FILES or time.monotonic() > deadline:
                raise OSError(errno.EFBIG, "")
            room -= copy_new(source, into, PurePath(as_path(name)), room)
        except NotOurs:
            left.setdefault("they are links that lead elsewhere, or no files", []).append(name)
        except OSError as failure:
            too_much = "all of it would be too much"
            why = too_much if failure.errno == errno.EFBIG else f"of an error ({failure.strerror})"
            left.setdefault(why, []).append(name)
    return left


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return readable(", ".join(names[:_NAMED])) + (f" and {more} more" if more > 0 else "")
