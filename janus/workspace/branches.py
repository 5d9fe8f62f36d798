"""The branches that worktrees are made of: one that is there, or a new one."""

from __future__ import annotations

import contextlib
import itertools
import logging
import shlex
from collections.abc import Callable

from janus.errors import InvalidRequest, JanusError
from janus.storage.folder import Folder
from janus.workspace.git import Git, as_path, failed, readable

log = logging.getLogger(__name__)

#: How many names are looked at in one go.
_FIRST = 6
_LONGEST = 250  # bytes; a file cannot have a longer name, and refs are files


def existing(git: Git, branch: str) -> str:
    """The commit of a local *branch*, whatever the user calls so; InvalidRequest if it is none."""
    if not well_formed(git, branch):
        raise InvalidRequest("branch: This cannot be the name of a branch.")
    if commit := _commit(git, f"refs/heads/{branch}"):
        return commit
    remotes = git.ask("for-each-ref", "--format=%(refname:lstrip=2)", f"refs/remotes/*/{branch}")
    if remotes and "\n" not in remotes:
        command = readable(shlex.join(["git", "branch", "--track", branch, remotes]))
        raise InvalidRequest(
            f"branch: {branch} is only on the remote as yet. Make it local first: {command}"
        )
    raise InvalidRequest(f"branch: There is no branch {branch} here.")


def reserve(git: Git, name: str, note: Callable[[str, str], None]) -> tuple[str, str]:
    """A new branch at HEAD, and its commit. Who makes one first has it: git alone decides.

    Both are given to *note* before it is made, if there is none of that name.
    """
    plain = f"feature/{name}"
    known = _commits(git, ["HEAD", "refs/heads/feature", *_refs(plain)])
    commit = known["HEAD"]
    if not commit:
        raise InvalidRequest(
            "The repository has no commit yet that a branch could start from. Make the first one."
        )
    # Branches are files: beside one called feature there can be no folder of that name.
    stem = f"feature-{name}" if known["refs/heads/feature"] else plain
    for number in itertools.count(1):
        branch = stem if number == 1 else f"{stem}-{number}"
        ref = f"refs/heads/{branch}"
        if known[ref] if ref in known else _commit(git, ref):
            continue
        note(branch, commit)
        try:
            made = git.run("branch", "--no-track", "--", branch, commit, slow=True)
        except JanusError:
            with contextlib.suppress(JanusError):  # it may be there: git was ended afterwards
                forget(git, branch, commit)
            raise
        if made.returncode == 0:
            return branch, commit
        # The first also finds one that differs in case, where files do not; the second feature/x/y.
        if not (_commit(git, ref) or git.ask("for-each-ref", "--count=1", ref)):
            raise failed(made)
    raise AssertionError("counting does not end")


def _refs(stem: str) -> list[str]:
    """The first names that a branch may have."""
    return [f"refs/heads/{stem}", *(f"refs/heads/{stem}-{number}" for number in range(2, _FIRST))]


def forget(git: Git, branch: str, commit: str) -> None:
    """Take a reserved branch back; not if it is gone, or somebody has committed to it.

    Raises GitFailed.
    """
    ref = f"refs/heads/{branch}"
    if git.run("update-ref", "-d", ref, commit).returncode != 0:
        _remove_left_lock(git, ref, commit)
        if _commit(git, ref) == commit:
            git.ask("update-ref", "-d", ref, commit)


def forget_merged(git: Git, branch: str, *, landed: bool = False) -> bool:
    """Delete a branch whose commits other branches or tags have, all of them; whether it is gone.

    Of one that has *landed*, as one commit say, it is enough that Janus itself keeps them.

    Raises GitFailed.
    """
    ref = f"refs/heads/{branch}"
    commit = _commit(git, ref)
    if not commit:
        return True
    others = [f"--exclude={branch}", "--branches", "--remotes", "--tags"]
    others += ["--glob=refs/janus/*"] if landed else []
    if git.ask("rev-list", "--count", "--max-count=1", commit, "--not", *others, slow=True) != "0":
        return False
    in_use = git.ask("for-each-ref", "--format=%(worktreepath)", ref)
    if in_use or git.run("update-ref", "-d", ref, commit).returncode != 0:
        return False  # it is checked out again, or somebody has just committed to it
    git.run("config", "--local", "--remove-section", f"branch.{branch}")
    return True


def _remove_left_lock(git: Git, ref: str, commit: str) -> None:
    """Remove the lock file of a branch that we were making when our git was killed.

    Git cannot take it away if it is killed right after it made it, and then refuses that branch for
    good. Nothing else than this commit can be in one of ours; a link is not followed.
    """
    *folders, name = f"{ref}.lock".split("/")
    with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
        common = git.folder / as_path(git.ask("rev-parse", "--git-common-dir"))
        folder = opened.enter_context(Folder.open(common, follow=True))
        for step in folders:
            folder = opened.enter_context(folder.folder(step))
        if f"{commit}\n".encode().startswith(folder.read(name, len(commit) + 1)):
            log.warning("Removing %s, which a git that was killed has left", folder.path / name)
            folder.remove(name)


def well_formed(git: Git, branch: str) -> bool:
    try:
        size = len(branch.encode())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can say
        return False
    if size > _LONGEST or "\0" in branch or branch.startswith("-"):
        return False
    return git.run("check-ref-format", f"refs/heads/{branch}").returncode == 0


def _commit(git: Git, start: str) -> str:
    """The full hash, or nothing if there is no such commit."""
    return _commits(git, [start])[start]


def _commits(git: Git, starts: list[str]) -> dict[str, str]:
    """The full hash of each, or nothing if there is no such commit."""
    how = ("cat-file", "--batch-check=%(objecttype) %(objectname)")
    lines = git.ask(*how, given="".join(f"{it}^{{commit}}\n" for it in starts)).split("\n")
    return {
        start: line.removeprefix("commit ") if line.startswith("commit ") else ""
        for start, line in zip(starts, lines, strict=True)
    }
