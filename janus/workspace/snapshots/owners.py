"""What the owner has checked out and staged, as a snapshot notes it.

Git is asked only when its own files are others than when it was asked last.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from janus.storage.folder import Folder
from janus.workspace.git import Git
from janus.workspace.gits_files import Signature, loose, signature
from janus.workspace.snapshots.place import QUIETLY, Place
from janus.workspace.snapshots.private import PATIENCE, PrivateIndex

_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_ID = re.compile(rb"\A[0-9a-f]{40,64}\Z")
_BRANCH = re.compile(rb"\Aref: (refs/heads/[^\0\n]{1,1000})\Z")


class Owners:
    """The checkout at one place. For one thread at a time."""

    def __init__(self, git: Git, place: Place) -> None:
        self._git = git
        self._place = place
        self._head: tuple[tuple[object, ...], tuple[str, str]] | None = None
        self._index: tuple[Signature, str] | None = None

    def head(self) -> tuple[str, str]:
        """The commit and the branch that are checked out; each empty if there is none."""
        if self._place.objects is None or self._place.index is None:
            return "", ""
        files = _files_of_head(self._place.index.parent, self._place.objects.parent)
        if files is None or self._head is None or self._head[0] != files:
            found = _told(files) or self._asked()
            if files is None:
                return found
            self._head = files, found
        return self._head[1]

    def index_tree(self, private: PrivateIndex) -> str:
        """The owner's index as a tree, by way of a copy; nothing where it is in a conflict."""
        index = self._place.index
        try:
            if index is None:
                return ""
            with Folder.open(index.parent, follow=True) as owners, owners.opened(index.name) as fd:
                found = owners.stat(index.name)
                if found is None:
                    return ""
                now = signature(found)
                if self._index is None or self._index[0] != now:
                    with (
                        Folder.open(private.path) as own,
                        own.opened("owners-index", _ANEW) as copy,
                        open(fd, "rb", closefd=False) as source,
                        open(copy, "wb", closefd=False) as target,
                    ):
                        shutil.copyfileobj(source, target)
                    copied = {"GIT_INDEX_FILE": str(private.path / "owners-index")}
                    self._index = now, self._ask("write-tree", **copied)
                return self._index[1]
        except OSError:
            return ""

    def _asked(self) -> tuple[str, str]:
        both = self._ask("rev-parse", "HEAD", "--symbolic-full-name", "HEAD")
        if not both:  # a branch without a commit
            both = "\n" + self._ask("symbolic-ref", "--quiet", "HEAD")
        head, _, name = both.partition("\n")
        return head, "" if name == "HEAD" else name.removeprefix("refs/heads/")

    def _ask(self, *args: str, **environ: str) -> str:
        """What the owner's repository says; nothing where it refuses."""
        seen = {**self._place.environ, **environ}
        done = self._git.run(*QUIETLY, *args, at=self._place.top, environ=seen, limit=PATIENCE)
        return done.stdout.removesuffix("\n") if done.returncode == 0 else ""


def _told(files: tuple[object, ...] | None) -> tuple[str, str] | None:
    """The commit and the branch, where the files say both."""
    match files:
        case (bytes(head),):
            return head.decode(), ""
        case (bytes(head), bytes(commit)):
            branch = head.removeprefix(b"ref: refs/heads/")
            return commit.decode(), branch.decode("utf-8", "surrogateescape")
    return None


def _files_of_head(own: Path, common: Path) -> tuple[object, ...] | None:
    """What is another thing when HEAD is another commit or branch; None if files do not tell."""
    head = loose(own / "HEAD")
    if _ID.match(head):
        return (head,)
    branch = _BRANCH.match(head)
    if branch is None or branch[1] == b"refs/heads/.invalid":  # kept in a table, not in files
        return None
    commit = loose(common / os.fsdecode(branch[1]))
    if _ID.match(commit):
        return head, commit
    try:
        return None if commit else (head, signature((common / "packed-refs").stat()))
    except OSError:
        return None
