"""Let the work of a session in: commit, discard, merge, push, a pull request.

Each is looked at first, with `dry_run`, and then done as it was shown, or refused.
"""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.translation import shown
from janus.blueprints.wire import landing as told
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.state import State
from janus.blueprints.work import CHANGING, Paths, Tree
from janus.runtime import manager_here

bp = Blueprint("landing", __name__, url_prefix="/api")

Message = Annotated[str, Meta(pattern=wire.VISIBLE, max_length=wire.LONG)]
Branch = Annotated[
    str, Meta(min_length=1, max_length=250, pattern="^[^\\x00-\\x20\\x7f-][^\\x00]*$")
]


class LandingBody(wire.Body, frozen=True, kw_only=True):
    """What is landed."""

    session_id: wire.SessionId
    #: What was shown by `dry_run`; needed without it.
    tree: Tree | None = None
    #: Only tell what would be done.
    dry_run: bool = False


class CommitBody(LandingBody, frozen=True, kw_only=True):
    """What to commit."""

    #: Made from the session if absent.
    message: Message | None = None
    #: These files only. Else all, or where the session has no worktree of its own, those that its
    #: agent changed.
    paths: Paths | None = None


@bp.post("/commit")
@endpoint(*CHANGING, at_owner="do")
def commit(body: CommitBody) -> told.CommitReply:
    """Commit, as the owner would: with his name, his hooks and his signature.

    What else is staged stays staged. A hook that refuses is quoted, and then nothing is committed.
    """
    landings = manager_here(body.session_id).work
    which = body.session_id, body.message, body.paths
    done = landings.look_at_commit(*which) if body.dry_run else landings.commit(*which, body.tree)
    return told.CommitReply.of(
        done,
        session_id=body.session_id,
        dry_run=body.dry_run,
        files=[*done.files],
        rewritten=[*done.rewritten],
        told=[*done.told],
    )


class DiscardBody(LandingBody, frozen=True, kw_only=True):
    """What to discard."""

    #: These files only; else as for a commit.
    paths: Paths | None = None


@bp.post("/discard")
@endpoint(*CHANGING, at_owner="do")
def discard(body: DiscardBody) -> told.DiscardReply:
    """Discard what is not committed: each file becomes what it was when the session began.

    One that was committed since becomes what the commit has. A snapshot is taken first.
    """
    landings = manager_here(body.session_id).work
    which = body.session_id, body.paths
    done = landings.look_at_discard(*which) if body.dry_run else landings.discard(*which, body.tree)
    return told.DiscardReply.of(
        done, session_id=body.session_id, dry_run=body.dry_run, files=[*done.files]
    )


class MergeBody(LandingBody, frozen=True, kw_only=True):
    """What to merge into which branch."""

    #: The branch that the workspace itself is on, if absent.
    into: Branch | None = None
    message: Message | None = None
    #: As one commit, without the history of the branch.
    squash: bool = False


@bp.post("/merge")
@endpoint(*CHANGING, errors.MergeConflict, at_owner="do")
def merge(body: MergeBody) -> told.MergeReply:
    """Merge the session's branch into another one.

    Only what is committed. Where the other branch is checked out its files move along, unless
    something there is not committed, or in the way: that is named, and nothing is touched.
    """
    landings = manager_here(body.session_id).work
    id, into = body.session_id, body.into
    if body.dry_run:
        look, done = landings.look_at_merge(id, into), None
    else:
        done = landings.merge(id, into, body.tree, body.message, squash=body.squash)
        look = done.look
    return told.MergeReply.of(
        look,
        session_id=id,
        dry_run=body.dry_run,
        conflicts=[*look.conflicts],
        files=[*look.files],
        commit=done.commit if done else "",
        told=[*done.told] if done else [],
        undo_id=done.undo_id if done else None,
    )


@bp.get("/branches")
@endpoint(*SESSION, errors.GitFailed, at_owner="read")
def branches(query: wire.OneSession) -> told.Branches:
    """The local branches that the session's own can be merged into, at most 200."""
    found = manager_here(query.session_id).work.branches(query.session_id)
    return told.Branches(session_id=query.session_id, branches=[*map(wire.readable, found)])


class ResolveBody(wire.Body, frozen=True, kw_only=True):
    """Which conflicts the agent is asked to resolve."""

    session_id: wire.SessionId
    #: The branch that the workspace itself is on, if absent.
    into: Branch | None = None
    message_id: wire.MessageId | None = None


@bp.post("/merge/resolve")
@endpoint(*CHANGING, errors.QueueFull, errors.TooManySessions, at_owner="do")
def resolve(body: ResolveBody) -> State:
    """Ask the agent to resolve what a merge conflicts in; it is told the places."""
    manager = manager_here(body.session_id)
    text = manager.work.conflict_text(body.session_id, body.into)
    return shown(manager.say(body.session_id, text, body.message_id))


class PushBody(wire.Body, frozen=True, kw_only=True):
    """Whose branch to push."""

    session_id: wire.SessionId
    #: Only tell what would be done.
    dry_run: bool = False


@bp.post("/push")
@endpoint(*SESSION, errors.GitFailed, at_owner="do")
def push(body: PushBody) -> told.PushReply:
    """Push the session's branch, and nothing else, to the remote of its owner.

    With the login that git has by itself: what would ask for a password fails at once.
    """
    landings, id = manager_here(body.session_id).work, body.session_id
    done = landings.look_at_push(id) if body.dry_run else landings.push(id)
    compare = landings.compare(id, done)
    return told.PushReply.of(done, session_id=id, dry_run=body.dry_run, compare=compare)


class PullRequestBody(wire.Body, frozen=True, kw_only=True):
    """What to ask for."""

    session_id: wire.SessionId
    #: The branch that the workspace itself is on, if absent.
    into: Branch | None = None
    #: The title; made from the session if absent.
    title: wire.Word | None = None
    #: The text below it.
    message: Message | None = None


@bp.post("/pull-request")
@endpoint(*SESSION, errors.GitFailed, at_owner="do")
def pull_request(body: PullRequestBody) -> told.PullRequestReply:
    """Push the branch and open a pull request, by gh or glab; without them `url` is where to."""
    landings, id = manager_here(body.session_id).work, body.session_id
    pushed, opened = landings.pull_request(id, body.into, body.title, body.message or "")
    return told.PullRequestReply(
        session_id=id,
        url=opened.url,
        state=opened.state,
        checks=[told.Check(name=name, state=state) for name, state in opened.checks],
        branch=pushed.branch,
        remote=pushed.remote,
    )
