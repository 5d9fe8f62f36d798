"""Find the sessions of the last time: in the file, in logs, in worktrees."""

from __future__ import annotations

from dataclasses import replace

from janus.clock import seconds
from janus.conversation.record import Record, numbered
from janus.errors import InvalidName
from janus.events import SessionDescribed, SessionEnded
from janus.logs import about
from janus.model import SessionInfo, check_name, is_agent_name, is_id
from janus.sessions.saver import log
from janus.sessions.sessions_file import SessionsFile
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace


def remembered(file: SessionsFile, store: Store, workspace: Workspace) -> list[SessionInfo]:
    """The sessions of the last time, the oldest first.

    From the file; from logs that have no entry in it and do not say that their session ended; and,
    where there is no good file, from the worktrees. Raises CannotServe.
    """
    saved = file.load()
    found = {info.session_id: info for info in saved or []}
    logs = [id for id in store.logs() if is_id(id)]
    for id in logs:
        if _has_ended(store, id):
            found.pop(id, None)
        elif id not in found and (told := from_log(store, workspace, id)):
            log.warning("Session %s is rebuilt from its log", id, extra=about(id, "state_rebuilt"))
            found[id] = told
    if saved is None:
        for id, info in _from_worktrees(workspace).items():
            if id not in logs:
                log.warning(
                    "Session %s is rebuilt from its worktree", id, extra=about(id, "state_rebuilt")
                )
                found.setdefault(id, info)
    return sorted(found.values(), key=lambda info: info.created_at)


def from_log(store: Store, workspace: Workspace, session_id: str) -> SessionInfo | None:
    """What the log of a session says of it; None if it has none, or one that says nothing.

    Lines that cannot be read, or tell what cannot be, are left out.
    """
    info: SessionInfo | None = None
    file = store.open_log(session_id)
    try:
        for _, record, _ in numbered(file.lines()):
            if record is None:
                continue
            info = info or SessionInfo(session_id, None, "idle", "", record.at, record.at)
            info = replace(info, last_activity=record.at)
            if isinstance(record.event, SessionDescribed):
                info = _described(info, record.event, workspace)
    except OSError as failure:
        log.error("Cannot read the log of session %s: %s", session_id, failure.strerror)
        return None
    finally:
        file.close()
    return info


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
        name=event.name if event.name and _is_name(event.name) else None,
        branch=event.branch,
        agent=event.agent if is_agent_name(event.agent) else "",
        worktree_path=path if event.worktree_path else None,
        created_at=created_at,
    )


def _from_worktrees(workspace: Workspace) -> dict[str, SessionInfo]:
    found = {}
    for id, worktree in workspace.worktrees().items():
        if is_id(id):
            at = worktree.path.stat().st_mtime
            path = str(worktree.path)
            found[id] = SessionInfo(
                id,
                _name(worktree.branch),
                "idle",
                "",
                at,
                at,
                branch=worktree.branch,
                worktree_path=path,
            )
    return found


def _name(branch: str | None) -> str | None:
    """What the session on this branch was called, most likely."""
    name = (branch or "").rpartition("/")[2]
    return name if _is_name(name) else None


def _has_ended(store: Store, session_id: str) -> bool:
    try:
        return isinstance(Record.from_line(store.last_line(session_id)).event, SessionEnded)
    except ValueError:
        return False


def _is_name(text: str) -> bool:
    try:
        check_name(text)
    except InvalidName:
        return False
    return True
