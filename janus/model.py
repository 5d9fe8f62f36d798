"""Frozen values that cross threads, views and machines."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from janus.clock import timestamp
from janus.errors import InvalidName, InvalidSessionId


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as its agent knows it. The two protocols of an agent keep separate stores."""

    agent: str
    protocol: str
    id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left of a session: its summary, its branch, and its worktree unless cleaned up."""

    session_id: str
    summary: str | None
    summary_saved: bool
    branch: str | None
    worktree_path: str | None


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


#: What clients need not know.
_UNTOLD = ("pid", "conversation_id", "protocol")


_NAME = re.compile(r"[a-zA-Z0-9-]{1,50}")


#: What agents call themselves and their conversations; never what a program takes for an option.
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CONVERSATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+=@-]{0,255}")


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session at one moment. Times are in seconds since 1970."""

    session_id: str
    name: str | None
    status: str
    agent: str
    created_at: float
    last_activity: float
    message_count: int = 0
    attention: str | None = None
    branch: str | None = None
    worktree_path: str | None = None
    #: The process of its agent, while it has one.
    pid: int | None = None
    #: Which of its agent's conversations it is, and how that is spoken with.
    conversation_id: str | None = None
    protocol: str | None = None

    def identity(self) -> dict[str, object]:
        """What stays when nobody works in it: all that is needed to find its work again."""
        kept = ("name", "agent", "branch", "worktree_path")
        known = {key: getattr(self, key) for key in kept}
        return {**known, "created_at": timestamp(self.created_at)}

    def to_json(self) -> dict[str, object]:
        """What clients are told."""
        times = {key: timestamp(getattr(self, key)) for key in ("created_at", "last_activity")}
        shown = {**asdict(self), **times}
        return {key: value for key, value in shown.items() if key not in _UNTOLD}


def check_id(session_id: str) -> str:
    """*session_id* itself if it is well-formed, else InvalidSessionId."""
    if not _ID.fullmatch(session_id):
        raise InvalidSessionId(
            "A session id has 1 to 64 letters, digits, dashes or underscores, "
            "the first a letter or digit."
        )
    return session_id


def check_name(name: str) -> str:
    """*name* itself if it is well-formed, else InvalidName."""
    if not _NAME.fullmatch(name):
        raise InvalidName("A session name has 1 to 50 letters, digits or dashes.")
    return name


def is_agent_name(text: object) -> bool:
    """Whether an agent may be called so."""
    return isinstance(text, str) and _AGENT.fullmatch(text) is not None


def is_conversation_id(text: object) -> bool:
    """Whether an agent may call a conversation so."""
    return isinstance(text, str) and _CONVERSATION.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a turn ended well. ``stop_reason`` is ``end_turn`` or ``cancelled``."""

    answer: str
    turn_id: str
    stop_reason: str
    timestamp: str


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation. The role is ``user``, ``assistant`` or ``system``."""

    role: str
    content: str
    timestamp: str
    turn_id: str | None
