"""Frozen values that cross threads, views and machines. All of them survive pickle and JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from msgspec import Struct, to_builtins

from janus.clock import timestamp
from janus.errors import InvalidName, InvalidSessionId

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[a-zA-Z0-9-]{1,50}")
#: What its owner calls it later: one line of any script, without what deceives a reader.
_TITLE = re.compile(
    r"(?! )[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]{1,80}(?<! )"
)
#: What agents call themselves and their conversations; never what a program takes for an option.
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CONVERSATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+=@-]{0,255}")
#: How Janus may speak with an agent.
PROTOCOLS = ("acp", "print")
#: Fields of a session that clients do not get.
_INTERNAL = ("pid", "conversation_id", "protocol")
#: Fields of a session that ended.
_OF_ENDED = ("ended_at", "end_reason", "summary")


@dataclass(frozen=True, slots=True)
class Conversation:
    """An agent's own conversation. Each protocol of an agent has conversations of its own."""

    agent: str
    #: None while it has not begun, as ``id`` is.
    protocol: str | None
    id: str | None
    #: What the agent's options were when it was heard of last.
    options: tuple[dict[str, Any], ...] = ()
    #: What holds of them in every process of it, by their ids.
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much changed: files, and lines that came and went."""

    files: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What remains of a session: its summary, its branch, and its worktree unless removed."""

    session_id: str
    summary: str | None
    summary_saved: bool
    branch: str | None
    worktree_path: str | None
    branch_deleted: bool = False
    #: On what ground its branch is in another one, where its commits are not.
    landed: str = ""


class Bundle(Struct, frozen=True):
    """What a branch has up to a *commit* that is on no remote: without *data* where that is
    nothing, or its *size* in bytes is too large.
    """

    LARGEST: ClassVar[int] = 8 << 20

    commit: str
    data: bytes = b""
    size: int = 0


class SessionInfo(Struct, frozen=True):
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
    #: Its first and its newest words, for lists.
    title: str = ""
    preview: str = ""
    #: How much its files changed since it began, if that was measured.
    changed: Amount | None = None
    #: When and why it ended (``ended``, ``idle``, ``crashed`` or ``limit``), and what it was about.
    ended_at: float | None = None
    end_reason: str | None = None
    summary: str | None = None
    project_id: str = ""
    #: The machine that has it, if that is another one.
    machine: str = ""

    def identity(self) -> dict[str, object]:
        """Return the fields that outlast its agent: enough to find its work again."""
        lasting = {key: getattr(self, key) for key in ("name", "agent", "branch", "worktree_path")}
        return {**lasting, "created_at": timestamp(self.created_at)}

    def to_json(self) -> dict[str, object]:
        """Return what clients get."""
        times = {key: timestamp(getattr(self, key)) for key in ("created_at", "last_activity")}
        if self.ended_at is not None:
            times["ended_at"] = timestamp(self.ended_at)
        fields = {**to_builtins(self), **times}
        absent = [*(() if self.ended_at is not None else _OF_ENDED)]
        absent += [] if self.machine else ["machine"]
        return {key: value for key, value in fields.items() if key not in (*_INTERNAL, *absent)}


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """A project at one moment. ``branch`` and ``changed_files`` are None where git tells none."""

    project_id: str
    name: str
    path: str
    branch: str | None
    changed_files: int | None
    open_sessions: int
    #: How many of its sessions need their user.
    needs: int
    #: Why nothing can be done in it, or what else its owner should know.
    problem: str | None


@dataclass(frozen=True, slots=True)
class MachineInfo:
    """Another machine of the fleet. ``asleep_since`` is None while it is there."""

    machine_id: str
    name: str
    online: bool
    #: Seconds since 1970, by the doorway's clock.
    asleep_since: float | None
    version: str
    agents: tuple[str, ...]
    #: Processes that want to run, for each core.
    load: float
    open_sessions: int
    #: When its Janus began, in seconds since 1970, by its own clock.
    since: float = 0.0
    #: Why what is said to it has to wait.
    problem: str | None = None


def is_id(text: str) -> bool:
    """Whether a session may have this id."""
    return _ID.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a session may have this name."""
    return _NAME.fullmatch(text) is not None


def is_title(text: str) -> bool:
    """Whether a session may be called so by its owner, once it is there."""
    return _TITLE.fullmatch(text) is not None


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
    if not is_name(name):
        raise InvalidName("A session name has 1 to 50 letters, digits or dashes.")
    return name


def check_title(title: str) -> str:
    """Return *title* if a session may be called so. Raises InvalidName."""
    if not is_title(title):
        raise InvalidName("A session is called by 1 to 80 characters on one line.")
    return title


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
class ReadOut:
    """What is read out before a spoken yes to a question: ``option_id`` is what that yes chooses.

    ``digest`` stands for the question and all its words; it comes back with the yes, so that
    nothing else can be allowed than what was heard.
    """

    words: str
    option_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. The role is ``user``, ``assistant`` or ``system``."""

    role: str
    content: str
    timestamp: str
    turn_id: str | None
