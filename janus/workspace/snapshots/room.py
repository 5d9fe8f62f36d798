"""How much room the snapshots of a workspace take, and whose can go where that is too much."""

from __future__ import annotations

import os
from pathlib import Path

from janus.workspace.git import Git
from janus.workspace.snapshots.chain import REFS
from janus.workspace.snapshots.place import QUIETLY

#: What keeps commits beside snapshots.
_OTHERS = ("--not", "--branches", "--tags", "--remotes")
#: Commits that are looked for elsewhere at once.
_AT_ONCE = 500


def used(git: Git, kept: Path) -> int:
    """Bytes that snapshots alone need, in the repository and in the folder *kept*.

    Raises GitFailed, ServerStopping.
    """
    how = ("rev-list", "--objects", "--disk-usage", f"--glob={REFS}*", *_OTHERS, "--")
    done = git.run(*QUIETLY, *how, slow=True)
    return size_of(kept) + (int(done.stdout.strip() or 0) if done.returncode == 0 else 0)


def needed(git: Git, session_id: str) -> bool:
    """Whether commits are in no branch, tag or remote, and stay only by a session's snapshots.

    Such as those of a branch that was squashed, or was taken back. Raises as ``used`` does.
    """
    how = ("log", "--first-parent", "--format=%P", f"{REFS}{session_id}", "--")
    found = git.run(*QUIETLY, *how, slow=True)
    if found.returncode != 0:  # there is no such ref
        return False
    heads = [*dict.fromkeys(it for line in found.stdout.split("\n") for it in line.split()[1:])]
    for at in range(0, len(heads), _AT_ONCE):
        some = heads[at : at + _AT_ONCE]
        count = ("rev-list", "--count", "--max-count=1", *some, *_OTHERS, "--")
        if git.ask(*QUIETLY, *count, slow=True) != "0":
            return True
    return False


def size_of(folder: Path) -> int:
    """The bytes of all files in a folder; what goes meanwhile is not counted."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - many
            except OSError:
                continue
    return total
