"""What is known of a session from outside."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from janus.errors import InvalidName, InvalidSessionId
from janus.events import timestamp

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
#: What clients need not know.
_UNTOLD = ("pid", "conversation_id", "protocol")
_NAME = re.compile(r"[a-zA-Z0-9-]{1,50}")


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


def about(session_id: str, event: str | None = None, turn_id: str | None = None) -> dict[str, Any]:
    """``extra`` for a line of the log about a session; see ``logs.FIELDS``."""
    return {"session_id": session_id, "event": event, "turn_id": turn_id}
