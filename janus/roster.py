"""Which sessions there are: kept on the disk, and found again at the next start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from janus.errors import InvalidName, InvalidSessionId
from janus.events import Event, seconds
from janus.session_info import SessionInfo, about, check_id, check_name
from janus.sessions_file import SessionsFile
from janus.store import Store
from janus.workspace import Workspace

log = logging.getLogger(__name__)

#: Seconds until what could not be saved is tried again.
_RETRY = 5.0


class Roster:
    """Keeps the sessions file as the sessions are.

    What must be on the disk before it is acknowledged is saved at once; all other changes soon, on
    a thread of its own. ``_saving`` is held while the file is written, so that an older list never
    replaces a newer one; it guards ``_covered`` and ``_saved``. Those who had to wait for it find
    their change saved by whoever was first. ``_counting`` guards ``_asked``.
    """

    def __init__(self, file: SessionsFile, sessions: Callable[[], list[SessionInfo]]) -> None:
        """*sessions* tells what to save, and may try what else could not be written."""
        self._file = file
        self._sessions = sessions
        self._saving = threading.Lock()
        self._counting = threading.Lock()
        self._asked = self._covered = 0
        self._saved = True
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janus-roster", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def changed(self) -> None:
        """Save soon. Returns at once."""
        self._woken.set()

    def save(self) -> bool:
        """Save now; False if something is not on the disk by now: then it is tried again."""
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._saving:
            if self._covered < mine and not self._stopping.is_set():
                with self._counting:
                    self._covered = self._asked
                self._saved = self._file.save(self._sessions())
            if not self._saved:
                self._woken.set()
            return self._saved

    def stop(self) -> None:
        """Save a last time. May be called twice."""
        self.save()
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            try:
                if not self.save():
                    self._stopping.wait(_RETRY)
            except Exception:
                log.exception("Cannot save the sessions; trying again")
                self._stopping.wait(_RETRY)


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
                event = Event.from_line(line)
            except ValueError:
                continue
            info = info or SessionInfo(session_id, None, "idle", "", event.at, event.at)
            info = replace(info, last_activity=event.at)
            if isinstance(told := event.data.get("session"), dict):
                names = ("name", "agent", "branch", "worktree_path")
                info = replace(info, **{name: told[name] for name in names if name in told})
                info = replace(info, created_at=seconds(told["created_at"]))
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
        return Event.from_line(store.last_line(session_id)).kind == "session_ended"
    except ValueError:
        return False


def _is_id(text: str) -> bool:
    try:
        check_id(text)
    except InvalidSessionId:
        return False
    return True
