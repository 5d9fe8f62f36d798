"""What is landed, as clients are told."""

from __future__ import annotations

from typing import Literal

from janus.blueprints.wire import words
from janus.blueprints.wire.changes import CommitId, FilePath, TreeId


class CommitReply(words.Reply, frozen=True, kw_only=True):
    """What was committed, or would be."""

    session_id: words.SessionId
    dry_run: bool
    tree: TreeId
    #: The branch that is checked out; empty if none is.
    branch: str
    #: The message, yours or one made from the session.
    message: str
    files: list[FilePath]
    #: Empty with `dry_run`.
    commit: CommitId
    #: What git and the hooks said.
    output: str
    #: Files that a hook made others than they were.
    rewritten: list[FilePath]
    #: What else there is to say, such as that a hook did not end: the commit was made all the same.
    told: list[str]
    undo_id: str | None


class DiscardReply(words.Reply, frozen=True, kw_only=True):
    """What was discarded, or would be."""

    session_id: words.SessionId
    dry_run: bool
    tree: TreeId
    files: list[FilePath]
    undo_id: str | None


class MergeReply(words.Reply, frozen=True, kw_only=True):
    """What was merged, or would be."""

    session_id: words.SessionId
    dry_run: bool
    #: What the branch has then: send it along with the yes.
    tree: TreeId
    into: str
    #: Commits: what is merged, and where the other branch is.
    source: CommitId
    target: CommitId
    #: Files that both sides changed in the same places: then it cannot be merged.
    conflicts: list[FilePath]
    fast_forward: bool
    #: How many commits are new in the other branch.
    commits: words.Count
    #: Files of the other branch that change, at most 10,000.
    files: list[FilePath]
    #: On what ground all of it is in the other branch already, in words; empty where it is not, or
    #: where nothing was merged yet.
    landed: str
    #: Where the other branch is then; empty with `dry_run`.
    commit: CommitId
    #: What is to be known, in sentences.
    told: list[str]
    undo_id: str | None


class Branches(words.Reply, frozen=True, kw_only=True):
    """Where a session's branch can be merged to."""

    session_id: words.SessionId
    #: Local branches without its own: that of the workspace first, then those committed to last.
    branches: list[str]


class PushReply(words.Reply, frozen=True, kw_only=True):
    """What was pushed, or would be. It cannot be undone."""

    session_id: words.SessionId
    dry_run: bool
    remote: str
    branch: str
    commit: CommitId
    #: How many commits the remote did not have.
    commits: words.Count
    #: The page of the remote, and where a pull request is opened there; empty where nobody knows.
    url: str
    compare: str
    #: `current`: it had all of it. Empty with `dry_run`.
    state: Literal["", "pushed", "new", "current", "forced"]
    output: str


class Check(words.Reply, frozen=True, kw_only=True):
    """A check of a pull request."""

    name: str
    state: str


class PullRequestReply(words.Reply, frozen=True, kw_only=True):
    """The pull request, or where it is opened."""

    session_id: words.SessionId
    #: Its page; where neither gh nor glab is installed, the page to open it on; or empty.
    url: str
    #: Such as `open`; empty where it is still to be opened.
    state: str
    checks: list[Check]
    branch: str
    remote: str
