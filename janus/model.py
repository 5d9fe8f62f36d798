"""Frozen values that cross threads, views and machines. All of them survive pickle and JSON."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from janus.clock import timestamp
from janus.errors import InvalidName, InvalidSessionId

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[a-zA-Z0-9-]{1,50}")
#: What agents call themselves and their conversations; never what a program takes for an option.
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CONVERSATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+=@-]{0,255}")
#: Fields of a session that clients do not get.
_INTERNAL = ("pid", "conversation_id", "protocol")


@dataclass(frozen=True, slots=True)
class Conversation:
    """An agent's own conversation. Each protocol of an agent has conversations of its own."""

    agent: str
    protocol: str
    id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What remains of a session: its summary, its branch, and its worktree unless removed."""

    session_id: str
    summary: str | None
    summary_saved: bool
    branch: str | None
    worktree_path: str | None


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
    #: The process id of its agent, while it has one.
    pid: int | None = None
    #: The agent's id for the conversation, and the protocol it is held in.
    conversation_id: str | None = None
    protocol: str | None = None

    def identity(self) -> dict[str, object]:
        """Return the fields that outlast its agent: enough to find its work again."""
        lasting = {key: getattr(self, key) for key in ("name", "agent", "branch", "worktree_path")}
        return {**lasting, "created_at": timestamp(self.created_at)}

    def to_json(self) -> dict[str, object]:
        """Return what clients get."""
        times = {key: timestamp(getattr(self, key)) for key in ("created_at", "last_activity")}
        fields = {**asdict(self), **times}
        return {key: value for key, value in fields.items() if key not in _INTERNAL}


def is_id(text: str) -> bool:
    """Whether it is a well-formed session id."""
    return _ID.fullmatch(text) is not None


def check_id(session_id: str) -> str:
    """Return *session_id* if it is well-formed. Raises InvalidSessionId."""
    if not is_id(session_id):
        raise InvalidSessionId(
            "A session id has 1 to 64 letters, digits, dashes or underscores, "
            "the first a letter or digit."
        )
    return session_id


def check_name(name: str) -> str:
    """Return *name* if it is well-formed. Raises InvalidName."""
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
    """The answer of a turn that succeeded. ``stop_reason`` is ``end_turn`` or ``cancelled``."""

    answer: str
    turn_id: str
    stop_reason: str
    timestamp: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. The role is ``user``, ``assistant`` or ``system``."""

    role: str
    content: str
    timestamp: str
    turn_id: str | None
