"""The one shape of errors. ``errors`` gives it; what an error has beside a message is its own."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire.words import Count, ErrorCode, Reply, Told


class Failure(Reply, frozen=True, kw_only=True):
    """What went wrong, and what is known of it."""

    code: ErrorCode
    #: Can be read aloud to the user.
    message: Told
    #: Of a turn that failed or goes on.
    turn_id: str | UnsetType = UNSET
    #: What the agent had said by then.
    partial: str | UnsetType = UNSET
    #: How the agent's process ended.
    exit_code: int | UnsetType | None = UNSET
    #: What ended the agent's process.
    signal: int | str | UnsetType | None = UNSET
    #: The agent's last words on its terminal.
    output: str | UnsetType = UNSET
    #: The agent died again and again, and is not started for so long, unless the session is
    #: resumed.
    retry_seconds: Count | UnsetType = UNSET
    #: Seconds after which to try again, as in `Retry-After`.
    retry_after: Count | UnsetType = UNSET
    #: Files of the worktree with changes that are not committed.
    changed_files: Count | UnsetType = UNSET
    #: Files and folders of the worktree that git does not know.
    new_files: Count | UnsetType = UNSET
    #: The first of both.
    files: Annotated[list[str], Meta(max_length=5)] | UnsetType = UNSET
    #: Commits that no other branch or tag has.
    commits: Count | UnsetType = UNSET
    #: What is half done in the worktree.
    unfinished: Annotated[str, Meta(examples=["merge", "rebase"])] | UnsetType = UNSET
    #: Whether the worktree has submodules of its own, which may have commits.
    submodules: bool | UnsetType = UNSET


class ErrorBody(Reply, frozen=True, kw_only=True):
    """The body of every failure."""

    error: Failure
    #: As in `X-Request-ID`.
    request_id: str
