"""The one shape of errors. ``errors`` gives it; what an error has beside a message is its own."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire.words import Count, ErrorCode, Reply


class Failure(Reply, frozen=True, kw_only=True):
    """What went wrong, and what is known of it."""

    code: ErrorCode
    message: Annotated[str, Meta(min_length=1, description="Can be read aloud to the user.")]
    turn_id: Annotated[str, Meta(description="Of a turn that failed or goes on.")] | UnsetType = (
        UNSET
    )
    partial: Annotated[str, Meta(description="What the agent had said by then.")] | UnsetType = (
        UNSET
    )
    exit_code: (
        Annotated[int | None, Meta(description="How the agent's process ended.")] | UnsetType
    ) = UNSET
    signal: (
        Annotated[int | str | None, Meta(description="What ended the agent's process.")] | UnsetType
    ) = UNSET
    output: (
        Annotated[str, Meta(description="The agent's last words on its terminal.")] | UnsetType
    ) = UNSET
    retry_seconds: (
        Annotated[
            Count,
            Meta(
                description="The agent died again and again, and is not started for so long, "
                "unless the session is resumed."
            ),
        ]
        | UnsetType
    ) = UNSET
    retry_after: (
        Annotated[Count, Meta(description="Seconds after which to try again, as in `Retry-After`.")]
        | UnsetType
    ) = UNSET
    changed_files: (
        Annotated[
            Count, Meta(description="Files of the worktree with changes that are not committed.")
        ]
        | UnsetType
    ) = UNSET
    new_files: (
        Annotated[
            Count, Meta(description="Files and folders of the worktree that git does not know.")
        ]
        | UnsetType
    ) = UNSET
    files: (
        Annotated[list[str], Meta(max_length=5, description="The first of both.")] | UnsetType
    ) = UNSET
    commits: (
        Annotated[Count, Meta(description="Commits that no other branch or tag has.")] | UnsetType
    ) = UNSET
    unfinished: (
        Annotated[
            str,
            Meta(description="What is half done in the worktree.", examples=["merge", "rebase"]),
        ]
        | UnsetType
    ) = UNSET
    submodules: (
        Annotated[
            bool,
            Meta(
                description="Whether the worktree has submodules of its own, which may have "
                "commits."
            ),
        ]
        | UnsetType
    ) = UNSET


class ErrorBody(Reply, frozen=True, kw_only=True):
    """The body of every failure."""

    error: Failure
    request_id: Annotated[str, Meta(description="As in `X-Request-ID`.")]
