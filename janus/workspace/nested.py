"""Other repositories and worktrees inside a tree that is about to be deleted.

Git says nothing of what it ignores, and agents make worktrees and clones in ignored folders. They
are found by looking at every folder, at any depth, without following a link and without believing
or running anything in them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from janus.errors import WorktreeDirty

#: What lies in a folder that is a checkout of some kind.
_CHECKOUTS = {".git", ".hg", ".jj", ".sl", ".svn", ".bzr", "_darcs", ".pijul", ".fslckout"}
#: What lies in a folder that is a repository of git without a checkout.
_BARE = {"HEAD", "objects", "refs"}
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Nested:
    """A folder in the tree: ``name`` is its path in there; ``link`` is where its ``.git`` file
    leads, if that is one; ``is_bare`` if it has no checkout."""

    name: str
    link: Path | None = None
    is_bare: bool = False


def nested_in(tree: Path, limit: float) -> list[Nested]:
    """Every repository and checkout below *tree*, but for the tree itself.

    Raises WorktreeDirty where nobody can tell, also when it takes more than *limit* seconds.
    """
    deadline = time.monotonic() + limit
    found = []
    for name, names in _folders(tree):
        if time.monotonic() > deadline:
            raise WorktreeDirty(
                "The session's worktree is too large to be searched for other repositories in "
                f"{limit:g} seconds. Raise JANUS_GIT_TIMEOUT, or remove the worktree by force."
            )
        if name and (names & _CHECKOUTS or names >= _BARE):
            link = _link(tree / name) if ".git" in names else None
            found.append(Nested(name, link, is_bare=not names & _CHECKOUTS))
    return sorted(found, key=lambda one: one.name)


def _folders(tree: Path) -> Iterator[tuple[str, set[str]]]:
    """The path of every folder in the tree, and the names in it; the tree itself first."""
    todo = [""]
    while todo:
        name = todo.pop()
        try:
            fd = os.open(tree / name, _FOLDER)
            try:
                with os.scandir(fd) as entries:
                    listed = [(it.name, it.is_dir(follow_symlinks=False)) for it in entries]
            finally:
                os.close(fd)
        except FileNotFoundError:  # it went meanwhile
            continue
        except OSError as failure:
            raise WorktreeDirty(
                f"The folder {name or tree.name!r} in the session's worktree cannot be searched "
                f"for other repositories: {failure.strerror}. Make it readable, or remove the "
                "worktree by force."
            ) from failure
        yield name, {it for it, _ in listed}
        # What is in the .git of a repository goes with that repository.
        below = [it for it, is_folder in listed if is_folder and it != ".git"]
        todo += [os.path.join(name, it) for it in below]  # noqa: PTH118


def _link(folder: Path) -> Path | None:
    """Where the ``.git`` file of a linked worktree or a submodule leads."""
    try:
        fd = os.open(folder / ".git", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        text = os.read(fd, 8192)
    except OSError:  # a folder
        return None
    finally:
        os.close(fd)
    path = text.removeprefix(b"gitdir:").strip()
    if not text.startswith(b"gitdir:") or b"\0" in path:
        return None
    return folder / os.fsdecode(path)
