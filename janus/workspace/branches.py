"""The branches that worktrees are made of: one that is there, or a new one."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Callable

from janus.errors import InvalidRequest
from janus.workspace.git import Git, failed

_LONGEST = 250  # bytes; a file cannot have a longer name, and refs are files


def existing(git: Git, branch: str) -> str:
    """The commit of a local *branch*, whatever the user calls so; InvalidRequest if it is none."""
    if not _well_formed(git, branch):
        raise InvalidRequest("branch: This cannot be the name of a branch.")
    if commit := _commit(git, f"refs/heads/{branch}"):
        return commit
    remotes = git.ask("for-each-ref", "--format=%(refname:lstrip=2)", f"refs/remotes/*/{branch}")
    if remotes and "\n" not in remotes:
        command = shlex.join(["git", "branch", "--track", branch, remotes])
        raise InvalidRequest(
            f"branch: {branch} is only on the remote as yet. Make it local first: {command}"
        )
    raise InvalidRequest(f"branch: There is no branch {branch} here.")


def reserve(git: Git, name: str, note: Callable[[str, str], None]) -> tuple[str, str]:
    """A new branch at HEAD, and its commit. Who makes one first has it: git alone decides.

    Both are given to *note* before it is made, if there is none of that name.
    """
    commit = _commit(git, "HEAD")
    if not commit:
        raise InvalidRequest(
            "The repository has no commit yet that a branch could start from. Make the first one."
        )
    # Branches are files: beside one called feature there can be no folder of that name.
    stem = f"feature-{name}" if _commit(git, "refs/heads/feature") else f"feature/{name}"
    for number in itertools.count(1):
        branch = stem if number == 1 else f"{stem}-{number}"
        ref = f"refs/heads/{branch}"
        if _commit(git, ref):
            continue
        note(branch, commit)
        made = git.run("branch", "--no-track", "--", branch, commit)
        if made.returncode == 0:
            return branch, commit
        # The first also finds one that differs in case, where files do not; the second feature/x/y.
        if not (_commit(git, ref) or git.ask("for-each-ref", "--count=1", ref)):
            raise failed(made)
    raise AssertionError("counting does not end")


def forget(git: Git, branch: str, commit: str) -> None:
    """Take a reserved branch back; not if somebody has committed to it."""
    git.ask("update-ref", "-d", f"refs/heads/{branch}", commit)


def _well_formed(git: Git, branch: str) -> bool:
    try:
        size = len(branch.encode())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can say
        return False
    if size > _LONGEST or "\0" in branch or branch.startswith("-"):
        return False
    return git.run("check-ref-format", f"refs/heads/{branch}").returncode == 0


def _commit(git: Git, start: str) -> str:
    """The full hash, or nothing if there is no such commit."""
    done = git.run("rev-parse", "--verify", "--quiet", f"{start}^{{commit}}")
    return done.stdout.strip()
