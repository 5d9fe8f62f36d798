"""Where a branch is checked out, and whether files may be moved there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from janus.errors import ChangedMeanwhile, Conflict, GitFailed
from janus.workspace.git import as_path, quoted, readable
from janus.workspace.landing.owner import Owner
from janus.workspace.snapshots.history import UNFINISHED
from janus.workspace.snapshots.restoring import changed, in_the_way

#: Where a checkout notes the branches that it comes back to, and from what.
_HEADS = {
    "rebase-merge/head-name": "rebase", "rebase-apply/head-name": "rebase",
    "rebase-merge/update-refs": "rebase", "BISECT_START": "bisect",
}  # fmt: skip


def checkout_of(owner: Owner, branch: str) -> Owner | None:
    """The checkout that has the branch, if one has. Raises Conflict where it must not be moved."""
    ref = f"refs/heads/{branch}"
    found = None
    for path, head in _worktrees(owner):
        if not path.is_dir():
            if head == ref:
                raise Conflict(f"{branch} is checked out in {path}, which is not there now.")
            continue
        there = Owner(owner.git, path)
        own = as_path(there.ask("rev-parse", "--absolute-git-dir"))
        for name, what in _HEADS.items():
            if (own / name).is_file():
                lines = (own / name).read_text(errors="surrogateescape").split("\n")
                if ref in lines or branch in lines:
                    raise Conflict(f"A {what} of {branch} is not finished in {path}.")
        if head == ref:
            check_settled(own, path)
            if (own / "index.lock").exists():
                raise Conflict(f"Git is working in {path}: {own / 'index.lock'} is there.")
            found = there
    return found


def check_settled(own: Path, top: Path) -> None:
    """Raises Conflict while something is half done in a checkout, whose git folder is *own*."""
    if half_done := next((it for name, it in UNFINISHED.items() if (own / name).exists()), ""):
        raise Conflict(f"In {top} {half_done} is not finished. Finish or abort that first.")


def check_movable(there: Owner, old: str, new: str) -> None:
    """Raises ChangedMeanwhile, naming files, where moving from *old* to *new* would lose anything.

    Raises GitFailed where a file of it cannot be written, and Conflict for a submodule.
    """
    how = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    parts = iter(there.ask(*how).split("\0"))
    entries = {path: it.split(" ") for it in parts if it and (path := next(parts))}
    if blocked := sorted(there.dirty().keys() & entries.keys()):
        raise changed(blocked, f"Not committed in {there.top}")
    listed = [it for it in there.ask("ls-files", "-z", "-v").split("\0") if it]
    known = {it[2:] for it in listed}
    hidden = {it[2:] for it in listed if it[0].islower() or it[0] == "S"}
    hidden = {path for path in hidden & entries.keys() if os.path.lexists(there.top / path)}
    if hidden:
        raise changed(sorted(hidden), f"Git was told not to look at these in {there.top}")
    added = [path for path, it in entries.items() if it[1] != "000000" and path not in known]
    if blocked := sorted(in_the_way(there.top, known, added)):
        raise changed(blocked, f"In the way in {there.top}, and not known to git")
    for path, it in entries.items():
        if it[1] == "160000":
            _check_submodule(there, path, it[3])
    written = [path for path, it in entries.items() if it[1] not in ("000000", "160000")]
    _check_filters(there, new, written)


def move(there: Owner, old: str, new: str) -> None:
    """Move the files from one commit to another. Raises ChangedMeanwhile: nothing was touched."""
    quietly = ("-c", "core.hooksPath=/dev/null")
    there.run(*quietly, "update-index", "-q", "--refresh")
    done = there.run(*quietly, "read-tree", "-m", "-u", old, new)
    if done.returncode != 0:
        raise ChangedMeanwhile(f"The files could not be moved: {quoted(done.stderr)}")


def _worktrees(owner: Owner) -> list[tuple[Path, str]]:
    """The folder of every worktree, and the ref that is checked out there."""
    text = owner.ask("worktree", "list", "--porcelain", "-z")
    found = []
    for entry in text.split("\0\0"):
        lines = [line.partition(" ") for line in entry.split("\0") if line]
        known = {name: value for name, _, value in lines}
        if "worktree" in known and "bare" not in known:
            found.append((as_path(known["worktree"]), known.get("branch", "")))
    return found


def _check_submodule(there: Owner, path: str, commit: str) -> None:
    at = there.top / path
    has = (at / ".git").exists() and not at.is_symlink()
    if not has or Owner(there.git, at).run("cat-file", "-e", commit, slow=False).returncode != 0:
        raise Conflict(
            f"The submodule {readable(path)} moves to a commit that is not in {at}. What is in "
            "submodules is not landed: push it from there, and fetch it here first."
        )


def _check_filters(there: Owner, new: str, paths: Collection[str]) -> None:
    """Write the files elsewhere first: a filter that fails shows there, and not half way."""
    scratch = Path(tempfile.mkdtemp(prefix="janus-landing-"))
    try:
        index = {"GIT_INDEX_FILE": str(scratch / ".index")}
        there.ask("read-tree", new, environ=index)
        how = ("checkout-index", "-z", "--stdin", f"--prefix={scratch}/files/")
        given = "".join(f"{path}\0" for path in paths)
        done = there.run(*how, given=given, environ=index)
        if done.returncode != 0:
            raise GitFailed(f"Files of this cannot be written: {quoted(done.stderr)}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
