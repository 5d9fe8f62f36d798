"""Find the sessions of the last time: in the file, in logs, in worktrees."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from janus.clock import possible, seconds
from janus.conversation.event_log import EventLog
from janus.conversation.record import Record, numbered
from janus.logs import about
from janus.model import SessionInfo, is_agent_name, is_conversation_id, is_id, is_title
from janus.model.events import SessionDescribed, SessionEnded
from janus.sessions.saver import log
from janus.sessions.sessions_file import SessionsFile
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace


@dataclass(frozen=True, slots=True)
class Remembered:
    """The open sessions of the last time, the oldest first, with the bytes of their log, and
    whether that was only glimpsed at; those that ended; and the ids of those that ended under an
    earlier version, whose whole log has to be read.
    """

    open: list[tuple[SessionInfo, int, bool]]
    ended: list[SessionInfo]
    unread: list[str]


def remembered(file: SessionsFile, store: Store, workspace: Workspace) -> Remembered:
    """What is known of all sessions.

    Open are those in the file and those with a log that does not say that they ended; where there
    is no good file, also those with a worktree. Raises CannotServe.
    """
    saved = file.load()
    found = {info.session_id: info for info in saved or []}
    ended, unread = list[SessionInfo](), list[str]()
    glimpsed = set()
    logs = {it.session_id: it for it in store.ends() if is_id(it.session_id)}
    for id, log_end in logs.items():
        if end := _end(log_end.line):
            found.pop(id, None)
            if info := _listed(id, end, workspace):
                ended.append(info)
            else:
                unread.append(id)
        elif id not in found and (told := _glimpse(store, workspace, id)):
            log.warning("Session %s is rebuilt from its log", id, extra=about(id, "state_rebuilt"))
            found[id] = told
            glimpsed.add(id)
    if saved is None:
        for id, info in _from_worktrees(workspace).items():
            if id not in logs:
                log.warning(
                    "Session %s is rebuilt from its worktree", id, extra=about(id, "state_rebuilt")
                )
                found.setdefault(id, info)
    infos = sorted(found.values(), key=lambda info: info.created_at)
    sizes = {id: it.size for id, it in logs.items()}
    known = [(it, sizes.get(it.session_id, 0), it.session_id in glimpsed) for it in infos]
    return Remembered(known, ended, unread)


def _glimpse(store: Store, workspace: Workspace, session_id: str) -> SessionInfo | None:
    """What the beginning and the end of a log say of its session: it may be long."""
    info: SessionInfo | None = None
    lines = [*store.first_lines(session_id), store.last_line(session_id)]
    for _, record, _ in numbered(lines):
        if record is None:
            continue
        info = info or SessionInfo(session_id, None, "idle", "", record.at, record.at)
        info = replace(info, last_activity=record.at)
        if isinstance(record.event, SessionDescribed):
            info = _described(info, record.event, workspace)
    return info


def from_log(store: Store, workspace: Workspace, session_id: str) -> SessionInfo | None:
    """What the log of a session says of it; None if it has none, or one that says nothing.

    Lines that cannot be read, or tell what cannot be, are left out.
    """
    file = store.open_log(session_id)
    try:
        read = EventLog(file)
        first = next(read.all(), None)
    except OSError as failure:
        log.error("Cannot read the log of session %s: %s", session_id, failure.strerror)
        return None
    finally:
        file.close()
    if first is None:
        return None
    now = read.snapshot
    info = SessionInfo(session_id, None, "idle", "", first.at, now.last_said or first.at)
    if now.session:
        info = _described(info, now.session, workspace)
    return replace(
        info,
        status="stopped" if now.ended else "idle",
        title=now.title,
        preview=now.preview,
        message_count=read.total,
        ended_at=now.ended_at,
        end_reason=now.end_reason,
        summary=now.summary.content if now.summary else None,
        conversation_id=now.conversation.id if now.conversation else None,
        protocol=now.conversation.protocol if now.conversation else None,
    )


def _end(line: bytes) -> Record | None:
    """The last line of a log, where it says that the session ended."""
    try:
        record = Record.from_line(line)
    except ValueError:
        return None
    return record if isinstance(record.event, SessionEnded) else None


def _listed(session_id: str, end: Record, workspace: Workspace) -> SessionInfo | None:
    """What lists show of a session, by the last line of its log; None if that does not say."""
    assert isinstance(end.event, SessionEnded)
    if (it := end.event.listed) is None:
        return None
    info = SessionInfo(session_id, None, "stopped", "", end.at, possible(it.last_activity))
    return replace(
        _described(info, it.session, workspace),
        title=it.title,
        preview=it.preview,
        message_count=it.message_count,
        ended_at=end.at,
        end_reason=end.event.cause,
        summary=it.summary or None,
        conversation_id=it.conversation_id if is_conversation_id(it.conversation_id) else None,
        protocol=it.protocol or None,
    )


def _described(info: SessionInfo, event: SessionDescribed, workspace: Workspace) -> SessionInfo:
    """*info* with what its log says of the session, as far as that can be.

    Where the worktree is follows from the id: a path in a log is not believed.
    """
    try:
        created_at = seconds(event.created_at)
    except (ValueError, OverflowError, OSError):
        created_at = info.created_at
    path = str(workspace.path_of(info.session_id))
    return replace(
        info,
        name=event.name if event.name and is_title(event.name) else None,
        branch=event.branch,
        agent=event.agent if is_agent_name(event.agent) else "",
        worktree_path=path if event.worktree_path else None,
        created_at=created_at,
    )


def _from_worktrees(workspace: Workspace) -> dict[str, SessionInfo]:
    found = {}
    for id, worktree in workspace.worktrees().items():
        if is_id(id):
            at, branch = worktree.path.stat().st_mtime, worktree.branch
            info = SessionInfo(id, _name(branch), "idle", "", at, at, branch=branch)
            found[id] = replace(info, worktree_path=str(worktree.path))
    return found


def _name(branch: str | None) -> str | None:
    """What the session on this branch was called, most likely."""
    name = (branch or "").rpartition("/")[2]
    return name if is_title(name) else None
