"""A branch of another computer as one of this one's own: as the remote has it, or by a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from janus.errors import GitFailed, InvalidRequest
from janus.model import Bundle
from janus.workspace.branches import well_formed
from janus.workspace.git import Git, readable
from janus.workspace.landing.bundles import elsewhere, take_in
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pushing import hidden, quiet_ssh, remote_of

_MOST = 100


@dataclass(frozen=True, slots=True)
class Fetched:
    """A local branch, how many of its commits no remote has, and why not all of them came."""

    name: str
    unpushed: int = 0
    why: str = ""


def fetched(git: Git, owner: Owner, branch: str, bundle: Bundle | None = None) -> Fetched:
    """A local branch where the *bundle* or else the remote's *branch* is, checked out nowhere.

    Its name may be numbered: no branch that is there is moved. Raises InvalidRequest, GitFailed.
    """
    if not well_formed(git, branch):
        raise InvalidRequest("branch: This cannot be the name of a branch.")
    remote = pushed = why = ""
    try:
        remote = remote_of(owner, branch)
        pushed = _fetch(owner, remote, branch)
    except (InvalidRequest, GitFailed) as failure:
        if bundle is None:
            raise
        why = str(failure)
    if bundle is None or (pushed and _leads_to(owner, pushed, bundle.commit)):
        return Fetched(_local(owner, branch, pushed, f"{remote}/{branch}"))
    try:
        take_in(owner, branch, bundle, partial(_fetch, owner, remote, "*"))
    except GitFailed as failure:
        if not pushed:
            raise GitFailed(f"{why} Its commits that were not pushed: {failure}") from failure
        return Fetched(_local(owner, branch, pushed, f"{remote}/{branch}"), why=str(failure))
    name = _local(owner, branch, bundle.commit, f"{remote}/{branch}" if pushed else "")
    only = owner.look("rev-list", "--count", bundle.commit, "--not", *elsewhere(owner))
    return Fetched(name, int(only or 0))


def _fetch(owner: Owner, remote: str, branch: str) -> str:
    """The commit of the remote's *branch*; nothing where that means several. Raises GitFailed."""
    if not remote:
        return ""
    ref = f"refs/remotes/{remote}/{branch}"
    how = ("fetch", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    given = ("--", remote, f"+refs/heads/{branch}:{ref}")
    done = owner.run(*how, *given, environ=quiet_ssh(owner))
    if done.returncode != 0:
        why = "it is not there" if "find remote ref" in done.stderr else hidden(done.stderr.strip())
        raise GitFailed(f"The remote {remote} does not give {readable(branch)}: {why}.")
    return owner.commit(ref)


def _leads_to(owner: Owner, commit: str, before: str) -> bool:
    return owner.run("merge-base", "--is-ancestor", before, commit, slow=False).returncode == 0


def _local(owner: Owner, branch: str, commit: str, upstream: str) -> str:
    """The name of a local branch at *commit*, a new one if need be. Raises GitFailed."""
    for number in range(1, _MOST):
        name = branch if number == 1 else f"{branch}-{number}"
        here = f"refs/heads/{name}"
        known = owner.commit(here)
        if known == commit and not owner.look("for-each-ref", "--format=%(worktreepath)", here):
            return name
        if not known and not owner.run("branch", "--no-track", "--", name, commit).returncode:
            if upstream:
                owner.run("branch", f"--set-upstream-to={upstream}", "--", name)
            return name
    raise GitFailed(f"There is no room for another branch called {readable(branch)}.")
