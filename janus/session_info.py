"""What is known of a session from outside."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from janus.errors import InvalidName, InvalidSessionId
from janus.events import timestamp

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
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

    def to_json(self) -> dict[str, object]:
        times = {key: timestamp(getattr(self, key)) for key in ("created_at", "last_activity")}
        return {**asdict(self), **times}


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
