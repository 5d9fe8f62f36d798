"""Which branch a worktree is on now, whoever switched it; asked for with every list of sessions.

So it is read from git's own files, and git is run only where they do not tell.
"""

from __future__ import annotations

import os
from pathlib import Path

from janus.errors import JanusError
from janus.storage.folder import Folder
from janus.workspace.git import Git, readable

_HEADS = b"ref: refs/heads/"
#: Bytes; such a file is one line.
_LONGEST = 8192


def branch_now(git: Git, worktree: Path) -> str | None:
    """The branch, also while it is being rebased; empty if there is none; None if unknown."""
    try:
        with Folder.open(worktree) as checkout:
            link = os.fsdecode(checkout.read(".git", _LONGEST).removeprefix(b"gitdir: ").strip())
        own = worktree / link
        # What lies in the worktree is not believed: it must be an entry that git made for it.
        with Folder.open(own, follow=True) as folder:
            back = os.fsdecode(folder.read("gitdir", _LONGEST).strip())
            if own.parent.name != "worktrees" or own / back != worktree / ".git":
                return None
            head = folder.read("HEAD", _LONGEST).strip()
            if head == b"ref: refs/heads/.invalid":  # kept in a table, not in files
                return _asked(git, worktree)
            return _name(head) if head.startswith(_HEADS) else _rebased(folder)
    except (OSError, ValueError, JanusError):
        return None


def _rebased(folder: Folder) -> str:
    for kind in ("rebase-merge", "rebase-apply"):
        try:
            with folder.folder(kind) as rebase:
                return _name(b"ref: " + rebase.read("head-name", _LONGEST).strip())
        except OSError:
            continue
    return ""


def _asked(git: Git, worktree: Path) -> str:
    head = git.run("symbolic-ref", "--quiet", "HEAD", at=worktree).stdout.strip()
    return readable(head.removeprefix("refs/heads/"))


def _name(head: bytes) -> str:
    if not head.startswith(_HEADS):
        return ""
    return head.removeprefix(_HEADS).decode("utf-8", "replace")
