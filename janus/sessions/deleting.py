"""Forget a session for good: whatever was said in it, wherever Janus wrote it down."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence

import msgspec

from janus.conversation.record import numbered
from janus.conversation.transcript import opened_in, summary_files
from janus.logs import about
from janus.memory.summaries import FOLDER
from janus.sessions.archive import Archive
from janus.sessions.registry import Registry
from janus.sessions.session import Session
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: Summaries of deleted sessions that are still in the workspace, which is away: ids and names.
_LEFT = "summaries-left.json"
_DECODER = msgspec.json.Decoder(dict[str, list[str]])


class SessionDeleter:
    """Deletes sessions that ended; ``_lock`` guards the note of what is left in the workspace."""

    def __init__(
        self,
        registry: Registry,
        archive: Archive,
        workspace: Workspace,
        store: Store,
        forgetting: Sequence[Callable[[str], None]],
        forget: Callable[[str], object],
    ) -> None:
        """*forgetting* remove what else lies on the disk; they raise OSError.

        *forget* is given the id of what was deleted, to forget what else is known of it.
        """
        self._registry = registry
        self._archive = archive
        self._workspace = workspace
        self._store = store
        self._forgetting = forgetting
        self._forget = forget
        self._lock = threading.Lock()

    def delete(self, session: Session) -> str | None:
        """See ``MemorySessionManager.delete``. A crash in between is made up for by ``finish``."""
        id, workspace = session.id, self._workspace
        self._registry.retire(id)
        try:
            if workspace.path_of(id).exists():
                workspace.remove_worktree(id)
            files = [*summary_files(session.log.all())]
            opened = {*opened_in(session.log.all())}
            self._leave(id, files)
            self._archive.delete(id, opened, self._forget_all)
        finally:
            self._archive.unbar(id)
            session.log.close()
        self.remove_left()
        workspace.forget(id)
        self._forget(id)
        log.info("Session %s: deleted", id, extra=about(id, "deleted"))
        return session.info.agent if session.info.conversation_id else None

    def finish(self) -> None:
        """Finish what a crash interrupted, before the sessions of the last time are looked for."""
        for id in self._archive.load_deleted():
            try:
                records = (record for _, record, _ in numbered(self._store.lines(id)) if record)
                self._leave(id, [*summary_files(records)])
                self._forget_all(id)
                self._workspace.forget(id)
                self._store.remove_log(id)
            except OSError as failure:
                told = about(id, "storage_failed")
                log.error("Session %s is not deleted yet: %s", id, failure.strerror, extra=told)
        self.remove_left()

    def _forget_all(self, id: str) -> None:
        for forget in self._forgetting:
            forget(id)

    def _leave(self, id: str, files: list[str]) -> None:
        """Note which files of a session are to be removed from the workspace, with what its agent
        was handed there.
        """
        with self._lock:
            self._write({**self._left(), id: files})

    def remove_left(self) -> None:
        """Remove what deleted sessions left in the workspace; where it is away, call it again."""
        with self._lock:
            left = self._left()
            remove = self._workspace.published.remove
            forget = self._workspace.handed.forget
            gone = {id for id in left if remove(FOLDER, left[id], id) & forget(id)}
            still = {id: files for id, files in left.items() if id not in gone}
            if still != left:
                self._write(still)

    def _left(self) -> dict[str, list[str]]:
        try:
            return _DECODER.decode(self._store.read(_LEFT) or b"{}")
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("%s cannot be read (%s); it is put aside", _LEFT, damage)
            with contextlib.suppress(OSError):
                self._store.put_aside(_LEFT)
            return {}

    def _write(self, left: dict[str, list[str]]) -> None:
        self._store.replace(_LEFT, msgspec.json.encode(left) + b"\n")
