"""On what ground all of a branch is in another one, also where its commits are not.

A squash makes another commit of the same work: git calls the branch unmerged for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from janus.errors import GitFailed, InvalidRequest
from janus.workspace.git import Git
from janus.workspace.landing.looking import MergeLook, look
from janus.workspace.landing.notes import Landing
from janus.workspace.landing.owner import Owner

#: Branches that local ones are compared with, at most.
_TRIED = 5


def ground(owner: Owner, now: MergeLook, landings: Sequence[Landing]) -> str:
    """Why nothing of commit ``now.source`` is lost without its branch; empty if nobody can say so.

    *landings* are those of its session that were not undone.
    """
    for it in landings:
        if it.into == now.into and it.source == now.source:
            asked = owner.run("merge-base", "--is-ancestor", it.new, now.target, slow=False)
            if asked.returncode == 0:
                return f"It was merged into {now.into} as it is now, and that is still in it."
    if now.commits and not now.conflicts and not now.files:
        base = owner.look("merge-base", now.target, now.source)
        began, here, there = (
            owner.look("rev-parse", f"{it}^{{tree}}") for it in (base, now.source, now.target)
        )
        if began == here:  # commits that change nothing are nowhere else
            return ""
        if here == there:
            return f"{now.into} has just the same files."
        return f"Merging it into {now.into} would change nothing there."
    return ""


def landed(git: Git, top: Path, into: str, landings: Sequence[Landing]) -> str:
    """The same of what is checked out in *top*: in branch *into*, or where it was merged to."""
    owner = Owner(git, top)
    for branch in [*dict.fromkeys([*(it.into for it in landings), into])][-_TRIED:]:
        try:
            found = ground(owner, look(owner, "HEAD", branch), landings)
        except (GitFailed, InvalidRequest):  # gone, unrelated, or a history that is cut
            continue
        if found:
            return found
    return ""
