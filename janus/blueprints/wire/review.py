"""A review, as clients are told."""

from __future__ import annotations

from typing import Literal

from janus.blueprints.wire import words
from janus.blueprints.wire.changes import CommitId, FilePath


class ReviewComment(words.Reply, frozen=True, kw_only=True):
    """A comment that waits."""

    comment_id: str
    path: FilePath
    #: `old`: on lines that were removed. `new`: on those that are there now.
    side: Literal["old", "new"]
    start: words.Count
    end: words.Count
    #: What was in the file on that side.
    blob: CommitId
    quote: str
    text: str
    at: words.At
    #: The file is another one by now: the lines may be elsewhere, or gone.
    stale: bool


class ViewedChange(words.Reply, frozen=True, kw_only=True):
    """A change of a file that was looked at."""

    path: FilePath
    old_blob: CommitId
    blob: CommitId


class ReviewReply(words.Reply, frozen=True, kw_only=True):
    """The comments that wait, the oldest first, and the changes that were looked at."""

    session_id: words.SessionId
    comments: list[ReviewComment]
    viewed: list[ViewedChange]
