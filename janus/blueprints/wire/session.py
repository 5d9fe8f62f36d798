"""A session, as lists and calls about it tell clients."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from janus.blueprints.wire import words
from janus.blueprints.wire.state import Permission


class ResumeQuery(words.OneSession, frozen=True, kw_only=True):
    """Which session is meant, and what to do if its worktree is gone."""

    #: Make it anew then: of its branch, or of a new one where that is gone, too.
    anew: bool = False


class ConversationMessage(words.Reply, frozen=True, kw_only=True):
    """One entry of a conversation."""

    role: Literal["user", "assistant", "system"]
    content: str
    timestamp: words.Time
    turn_id: words.TurnId


class SessionInfo(words.Reply, frozen=True, kw_only=True):
    """A session."""

    session_id: words.SessionId
    name: str | None
    status: words.Status
    #: The agent's name.
    agent: str
    #: Its own git branch; null if it works in the workspace itself.
    branch: str | None
    #: Its own worktree; null if it works in the workspace itself.
    worktree_path: str | None
    created_at: words.Time
    last_activity: words.Time
    message_count: words.Count
    attention: words.Attention
    project_id: words.ProjectId
    #: What its project is called.
    project: str
    #: Its first words, for where it has no name; empty until something was said.
    title: str
    #: The beginning of its newest words.
    preview: str
    #: How much the files changed since it began; null while nobody knows.
    changed: words.Amount | None = None
    #: What goes on with it in a terminal; null if its agent has no such command, or was not asked
    #: anything yet.
    resume_command: str | None
    #: What its agent asks now, in the list of open sessions; absent where that is nothing, or too
    #: much for a list: then it is in the state.
    permissions: list[Permission] | UnsetType = UNSET
    #: The machine that has it, as in `/api/fleet`; absent where that is this one.
    machine: words.Short | UnsetType = UNSET
    #: When it ended; absent while it is open, as the next two are.
    ended_at: words.Time | UnsetType = UNSET
    #: `ended` by its owner, `idle` for too long, `crashed` and not used any more, or to make room
    #: under the `limit`.
    end_reason: words.EndReason | UnsetType = UNSET
    #: What it was about, if anything was said.
    summary: str | UnsetType | None = UNSET
    #: Only where one session is asked for.
    conversation: list[ConversationMessage] | UnsetType = UNSET
