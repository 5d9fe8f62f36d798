"""Find the sessions of the last time: in the file, in logs, in worktrees."""

from __future__ import annotations

from dataclasses import replace

from janus.clock import seconds
from janus.conversation.record import Record
from janus.errors import InvalidName, InvalidSessionId
from janus.events import SessionDescribed, SessionEnded
from janus.logs import about
from janus.model import SessionInfo, check_id, check_name
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
    logs = [id for id in store.logs() if _is_id(id)]
    for id in logs:
        if _has_ended(store, id):
            found.pop(id, None)
        elif id not in found and (told := from_log(store, id)):
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


def from_log(store: Store, session_id: str) -> SessionInfo | None:
    """What the log of a session says of it; None if it has none, or one that says nothing."""
    info: SessionInfo | None = None
    file = store.open_log(session_id)
    try:
        for line in file.lines():
            try:
                record = Record.from_line(line)
            except ValueError:
                continue
            at = record.at
            info = info or SessionInfo(session_id, None, "idle", "", at, at)
            info = replace(info, last_activity=at)
            if isinstance(described := record.event, SessionDescribed):
                info = replace(
                    info,
                    name=described.name,
                    agent=described.agent,
                    branch=described.branch,
                    worktree_path=described.worktree_path,
                    created_at=seconds(described.created_at),
                )
    except OSError as failure:
        log.error("Cannot read the log of session %s: %s", session_id, failure.strerror)
        return None
    return info


def _from_worktrees(workspace: Workspace) -> dict[str, SessionInfo]:
    found = {}
    for id, worktree in workspace.worktrees().items():
        if _is_id(id):
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
    try:
        return check_name(name)
    except InvalidName:
        return None


def _has_ended(store: Store, session_id: str) -> bool:
    try:
        return isinstance(Record.from_line(store.last_line(session_id)).event, SessionEnded)
    except ValueError:
        return False


def _is_id(text: str) -> bool:
    try:
        check_id(text)
    except InvalidSessionId:
        return False
    return True
