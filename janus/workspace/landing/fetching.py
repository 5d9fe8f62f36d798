"""A branch of the remote as one of this computer's own."""

from __future__ import annotations

from janus.errors import GitFailed, InvalidRequest
from janus.workspace.branches import well_formed
from janus.workspace.git import Git, readable
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pushing import hidden, quiet_ssh, remote_of

_MOST = 100


def fetched(git: Git, owner: Owner, branch: str) -> str:
    """A local branch where the remote's *branch* is, checked out nowhere: its name, maybe numbered.

    No branch that is there is moved. Raises InvalidRequest, GitFailed.
    """
    if not well_formed(git, branch):
        raise InvalidRequest("branch: This cannot be the name of a branch.")
    remote = remote_of(owner, branch)
    ref = f"refs/remotes/{remote}/{branch}"
    how = ("fetch", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    given = ("--", remote, f"+refs/heads/{branch}:{ref}")
    done = owner.run(*how, *given, environ=quiet_ssh(owner))
    if done.returncode != 0:
        why = "it is not there" if "find remote ref" in done.stderr else hidden(done.stderr.strip())
        raise GitFailed(f"The remote {remote} does not give {readable(branch)}: {why}.")
    commit = owner.commit(ref)
    for number in range(1, _MOST):
        name = branch if number == 1 else f"{branch}-{number}"
        here = f"refs/heads/{name}"
        known = owner.commit(here)
        if known == commit and not owner.look("for-each-ref", "--format=%(worktreepath)", here):
            return name
        if (
            not known
            and not owner.run("branch", "--track", "--", name, f"{remote}/{branch}").returncode
        ):
            return name
    raise GitFailed(f"There is no room for another branch called {readable(branch)}.")
