"""What a log says of the session it belongs to: it may be all that is left of it."""

from __future__ import annotations

from msgspec.structs import replace

from janus.clock import timestamp
from janus.conversation.snapshot import Snapshot
from janus.model import SessionInfo
from janus.model.events import Listed, SessionDescribed

#: What a session was, its state, its branch (empty if it is on none, None if that is unknown), when
#: it last did something, how many messages it has, and the process of its agent.
Seen = tuple[SessionInfo, Snapshot, str | None, float, int, int | None]


def info_now(
    was: SessionInfo,
    now: Snapshot,
    branch: str | None,
    active: float,
    total: int,
    pid: int | None,
) -> SessionInfo:
    """A session as it is now."""
    opened = now.conversation
    return replace(
        was,
        branch=was.branch if branch is None else branch or None,
        status=now.status,
        last_activity=max(was.last_activity, active),
        attention=now.attention,
        message_count=total,
        title=now.title,
        preview=now.preview,
        changed=now.changed,
        ended_at=now.ended_at,
        end_reason=now.end_reason,
        summary=now.summary.content if now.summary else None,
        pid=pid,
        conversation_id=opened.id if opened else None,
        protocol=opened.protocol if opened else None,
    )


def described(info: SessionInfo) -> SessionDescribed:
    """The event that says which session it is."""
    return SessionDescribed(
        info.name, info.agent, info.branch, info.worktree_path, timestamp(info.created_at)
    )


def listed(info: SessionInfo) -> Listed:
    """What lists show of it once it has ended."""
    return Listed(
        described(info),
        info.title,
        info.preview,
        info.summary or "",
        info.last_activity,
        info.message_count,
        info.conversation_id or "",
        info.protocol or "",
    )
