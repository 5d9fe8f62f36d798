"""A branch of another computer as one of this one's own: as the remote has it, or by a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from janus.errors import GitFailed, InvalidRequest
from janus.model import Bundle
from janus.workspace.branches import well_formed
from janus.workspace.git import Git, quoted, readable
from janus.workspace.landing.bundles import elsewhere, take_in
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pushing import hidden, quiet_ssh, remote_of

_MOST = 100
_ABSENT = "it is not there"


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
        ref = f"refs/remotes/{remote}/{branch}"
        if refused := _fetch(owner, remote, f"+refs/heads/{branch}:{ref}"):
            why = f"The remote {remote} does not give {readable(branch)}: {refused}."
        else:
            pushed = owner.commit(ref)
    except (InvalidRequest, GitFailed) as failure:
        why = str(failure)
    upstream = f"{remote}/{branch}" if pushed else ""
    if bundle and not (pushed and _leads_to(owner, pushed, bundle.commit)):
        answers = remote and (pushed or _ABSENT in why)
        try:
            take_in(owner, branch, bundle, partial(_fetch, owner, remote) if answers else None)
        except GitFailed as failure:
            if not pushed:
                raise GitFailed(f"{why} Its commits that were not pushed: {failure}") from failure
            return Fetched(_local(owner, branch, pushed, upstream), why=str(failure))
        only = owner.look("rev-list", "--count", bundle.commit, "--not", *elsewhere(owner))
        return Fetched(_local(owner, branch, bundle.commit, upstream), int(only or 0))
    if not pushed:
        raise GitFailed(why)
    return Fetched(_local(owner, branch, pushed, upstream))


def _fetch(owner: Owner, remote: str, *refs: str) -> str:
    """Fetch these, or what is usual there; why it could not be, if so. Raises GitFailed."""
    how = ("fetch", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    done = owner.run(*how, "--", remote, *refs, environ=quiet_ssh(owner))
    if done.returncode == 0:
        return ""
    return _ABSENT if "find remote ref" in done.stderr else quoted(hidden(done.stderr)).rstrip(".")


def _leads_to(owner: Owner, commit: str, before: str) -> bool:
    how = ("merge-base", "--is-ancestor", "--end-of-options", before, commit)
    return owner.run(*how, slow=False).returncode == 0


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
