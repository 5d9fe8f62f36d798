"""Push a session's branch to where its owner would, and nothing else; nothing asks and hangs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from janus.errors import GitFailed, InvalidRequest
from janus.workspace.git import quoted
from janus.workspace.landing.links import address_of
from janus.workspace.landing.owner import Owner, output_of

_STATES = {" ": "pushed", "+": "forced", "*": "new", "=": "current"}


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was pushed where. ``state`` is ``pushed``, ``new``, or ``current`` if all was there.

    Without a ``state`` it is what would be pushed. ``url`` is where people look at the remote.
    """

    remote: str
    branch: str
    commit: str
    commits: int
    url: str = ""
    state: str = ""
    output: str = ""


def look_at_push(owner: Owner) -> Pushed:
    """What would be pushed. Raises InvalidRequest where there is no branch or no remote."""
    branch = owner.look("symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/")
    commit = owner.commit("HEAD")
    if not branch or not commit:
        raise InvalidRequest("No branch is checked out here that could be pushed.")
    remote = remote_of(owner, branch)
    there = owner.commit(f"refs/remotes/{remote}/{branch}")
    new = ("rev-list", "--count", commit, *(("--not", there) if there else ("--not", "--remotes")))
    url = address_of(owner.look("remote", "get-url", "--push", remote))
    return Pushed(remote, branch, commit, int(owner.look(*new) or 0), url)


def push(owner: Owner) -> Pushed:
    """Push the branch, and set up its upstream. Raises GitFailed with the reason of the remote."""
    found = look_at_push(owner)
    ref = f"refs/heads/{found.branch}"
    # All spelled out: the owner's own configuration may mean other refs, or all of them.
    how = ("push", "--porcelain", "--no-follow-tags", "--no-recurse-submodules", "--set-upstream")
    mirror = ("-c", f"remote.{found.remote}.mirror=false")
    known = f"refs/remotes/{found.remote}/{found.branch}"
    before = owner.commit(known)
    try:
        done = owner.run(*mirror, *how, found.remote, f"{ref}:{ref}", environ=quiet_ssh(owner))
    except GitFailed as late:
        if before != found.commit == owner.commit(known):
            arrived = GitFailed(f"The branch was pushed, but not all of it ended. {late}")
            arrived.ended = late.ended
            raise arrived from late
        if late.ended:
            raise
        raise GitFailed(
            f"{late} The remote does not answer, or something waits for an answer that nobody can "
            f"give here. Push once by hand: git push {found.remote} {found.branch}"
        ) from late
    said = hidden(output_of(done))
    if done.returncode != 0:
        raise GitFailed(_refused(done.stdout, done.stderr), output=said)
    flags = [line[:1] for line in done.stdout.split("\n") if line[1:2] == "\t"]
    state = _STATES.get(flags[0] if flags else " ", "pushed")
    return Pushed(
        found.remote, found.branch, found.commit, found.commits, found.url, state, said
    )  # fmt: skip


def hidden(text: str) -> str:
    """The text without the passwords that addresses have in them."""
    return re.sub(r"://[^/@\s]{1,300}@", "://", text)


def remote_of(owner: Owner, branch: str) -> str:
    """The remote of a branch. Raises InvalidRequest where there is none."""
    names = owner.look("remote").split("\n")
    keys = (f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote")
    chosen = [owner.look("config", "--get", key) for key in keys]
    found = next((it for it in [*chosen, "origin"] if it in names and it), names[0])
    if not found or found.startswith("-") or "=" in found:
        raise InvalidRequest("The repository has no remote to push to. Add one: git remote add")
    return found


def quiet_ssh(owner: Owner) -> dict[str, str]:
    """That ssh asks nothing, unless the owner uses something else."""
    command = owner.look("config", "--get", "core.sshCommand") or "ssh"
    plain = command.split(" ")[0].rpartition("/")[2] == "ssh"
    return {"GIT_SSH_COMMAND": f"{command} -oBatchMode=yes"} if plain else {}


def _refused(lines: str, words: str) -> str:
    rejected = next((it for it in lines.split("\n") if it.startswith("!")), "")
    reason = rejected.rpartition("\t")[2]
    remote = " ".join(
        it.removeprefix("remote:").strip() for it in words.split("\n") if it.startswith("remote:")
    )
    if "fetch first" in reason or "non-fast-forward" in reason:
        return f"The remote has commits that are not here {reason}. Fetch and merge them first."
    if reason:
        return hidden(f"The remote refused it: {reason} {remote}".strip())
    why = hidden(quoted(words))
    if "Host key verification failed" in why:
        return (
            "The key of that host is not known on this computer, or is another one than it was. "
            f"Connect once by hand with ssh, and compare it. {why}"
        )
    if "terminal prompts disabled" in why or "Permission denied" in why:
        return f"The remote wants a login that git cannot give by itself. Push once by hand. {why}"
    return f"Nothing was pushed: {why}"
