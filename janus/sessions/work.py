"""The files of sessions: what changed in them, and how it is undone.

It hands out values only; names of files in them are text, whatever bytes they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from janus.errors import Conflict, NotFound
from janus.sessions.registry import Registry
from janus.sessions.session import Session
from janus.workspace.changes.changes import Changed, ChangedLines, Changes, Listings
from janus.workspace.changes.listing import ChangedFile
from janus.workspace.files.fuzzy import best
from janus.workspace.files.names import names_of
from janus.workspace.files.reading import FileContent, read_file
from janus.workspace.git import readable
from janus.workspace.snapshots.snapshots import SessionSnapshots
from janus.workspace.snapshots.undo import Undo, Undone
from janus.workspace.worktrees import Workspace

#: How many files an agent is told of.
_NAMED = 20


class SessionWork:
    """What is done with the files of the sessions of one workspace."""

    def __init__(
        self, workspace: Workspace, registry: Registry, find: Callable[[str], Session]
    ) -> None:
        """*find* finds a session, open or not; it raises SessionNotFound."""
        self._git = workspace.git
        self._snapshots = workspace.snapshots
        self._registry = registry
        self._find = find
        self._listings = Listings()

    def changes(self, session_id: str, turn: str | None, commit: str | None) -> Changed:
        """What changed since the session began, in a turn or in a commit; see ``Changes.of``."""
        session = self._find(session_id)
        found = self._changes(session).of(turn, commit, live=_is_live(session))
        return replace(found, yours=tuple(map(readable, found.yours)))

    def blobs(self, session_id: str) -> Sequence[ChangedFile]:
        """The files that are others than when the session began. Raises GitFailed."""
        session = self._find(session_id)
        found = self._changes(session).of(None, None, live=_is_live(session)).files.files
        return [replace(it, path=readable(it.path)) for it in found]

    def lines(
        self, session_id: str, path: str, turn: str | None, commit: str | None, *, functions: bool
    ) -> ChangedLines:
        """How a file changed; see ``Changes.lines``."""
        session = self._find(session_id)
        live = _is_live(session)
        return self._changes(session).lines(path, turn, commit, live=live, functions=functions)

    def files(self, session_id: str, query: str, most: int) -> list[str]:
        """The paths that fit a few letters best; see ``fuzzy.best``. Raises GitFailed."""
        names = names_of(self._git, self._find(session_id).folder)
        return best(map(readable, names), query, most)

    def file(self, session_id: str, path: str) -> FileContent:
        """What is in a file of the session's folder; see ``read_file``. Raises NotFound."""
        folder = self._find(session_id).folder
        try:
            return read_file(folder, path)
        except NotFound:
            # A name that stands for another one, with bytes that are no text.
            same = [it for it in names_of(self._git, folder) if readable(it) == path]
            if not same or same == [path]:
                raise
            return read_file(folder, same[0])

    def look_at_undo(self, session_id: str, step: str) -> Undone:
        """What undoing a turn, or another step, would do. Raises NotFound, GitFailed."""
        return self._undo(self._find(session_id)).look(step)

    def undo(self, session_id: str, step: str, paths: list[str] | None, tree: str | None) -> Undone:
        """Undo it; the agent is told with the next message. See ``Undo.undo``.

        Raises Conflict while an agent works in these files.
        """
        session = self._find(session_id)
        with self._quiet(session):
            undone = self._undo(session).undo(step, paths, tree)
            if session.runner.snapshots:
                session.runner.snapshots.measure()
        names = [readable(it.path) for it in undone.files if not it.kept]
        self._tell(session, "The user undid changes to these files", names)
        return undone

    @contextlib.contextmanager
    def _quiet(self, session: Session) -> Iterator[None]:
        """No turn begins in the folder meanwhile. Raises Conflict while an agent works there."""
        with self._snapshots_of(session).held():
            for other in (session, *self._registry.all()):
                now = other.log.snapshot
                if other.folder == session.folder and (now.turn or now.running_tools):
                    raise Conflict("The agent is working in these files. Stop it, or wait for it.")
            yield

    def _tell(self, session: Session, what: str, names: Sequence[str]) -> None:
        """Tell the agent, with the next message, that files are others now."""
        if names:
            session.tell(f"{what}: {', '.join(names[:_NAMED])}")

    def _snapshots_of(self, session: Session) -> SessionSnapshots:
        return self._snapshots.of(session.id, session.folder)

    def _changes(self, session: Session) -> Changes:
        return Changes(self._snapshots_of(session), self._listings)

    def _undo(self, session: Session) -> Undo:
        return Undo(self._git, self._snapshots_of(session))


def _is_live(session: Session) -> bool:
    return not session.log.snapshot.ended
