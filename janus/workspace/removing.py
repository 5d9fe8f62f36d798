"""Remove the worktree of a session: in one step for whoever looks, and for a crash."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from janus.errors import GitFailed, InvalidRequest, JanusError, WorktreeDirty
from janus.workspace.landing.landed import landed
from janus.workspace.landing.notes import LandingNotes
from janus.workspace.notes import Note, WorktreeNotes
from janus.workspace.registry import WorktreeRegistry
from janus.workspace.root import WorktreeRoot
from janus.workspace.unsaved_work import work_in

log = logging.getLogger(__name__)


@contextlib.contextmanager
def logged() -> Iterator[None]:
    """Log what undoing fails with: the caller gets the failure that made it necessary."""
    try:
        yield
    except (OSError, JanusError) as failure:
        log.warning("Cannot undo what was begun: %s", failure)


class WorktreeRemover:
    """Removes worktrees that the notes say we made."""

    def __init__(
        self, root: WorktreeRoot, registry: WorktreeRegistry, notes: WorktreeNotes,
        landings: LandingNotes,
    ) -> None:  # fmt: skip
        self._root = root
        self._registry = registry
        self._notes = notes
        self._landings = landings

    def check(self, session_id: str) -> str:
        """Raises WorktreeDirty, with what would be lost or is merged nowhere, if there is any.

        Returns on what ground its commits are in another branch, where git does not say so.
        """
        registry = self._registry
        path, known = self._root.path_of(session_id), registry.all()
        if path not in known or not path.exists():
            return ""
        try:
            registry.check_inside(path)
        except JanusError as broken:
            raise WorktreeDirty(
                "Git does not know the session's worktree any more, so nobody can tell what is "
                "in it. It can be removed by force; its branch stays."
            ) from broken
        into = registry.git.run("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip()
        there = landed(registry.git, path, into, self._landings.of_session(session_id))
        work, details = work_in(registry.git, path, known[path], known, there)
        if work:
            cure, lost = "Commit and merge it", "what is not committed is lost"
            if "repositories" in details:
                cure = "Move what you need of them elsewhere, commit and merge the rest"
                lost += ", and so is all in those repositories"
            cure += f", or remove the worktree by force: then its branch stays, and {lost}."
            raise WorktreeDirty(f"The session's worktree has {', '.join(work)}. {cure}", **details)
        return there

    def remove(self, session_id: str, *, force: bool = False) -> bool:
        """Remove the session's worktree, never its branch; False if git knows of none.

        Raises what ``check`` raises, unless by *force*; or GitFailed, also where Janus has no
        record that it made it.
        """
        path = self._root.path_of(session_id)
        try:
            if path not in self._registry.all():
                return False
        except InvalidRequest:
            return False
        if not force:
            self.check(session_id)
        note = self._notes.of(session_id)
        if note is None:
            raise GitFailed(
                f"Janus has no record that it made the worktree {path}, so it does not delete it. "
                f"Remove it with: git worktree remove {path}"
            )
        if os.path.lexists(path):
            self._delete(path, note)
        self._registry.forget_missing(path)
        with logged():
            self._notes.remove(session_id)
        return True

    def finish(self, note: Note) -> None:
        """Finish a removal that a crash cut short. Raises OSError, GitFailed."""
        path = self._root.path_of(note.session_id)
        if note.removing:
            self._root.delete(note.removing)
        if os.path.lexists(path):  # it had not begun
            self._notes.made(note.session_id)
        else:
            self._registry.forget_missing(path)
            self._notes.remove(note.session_id)

    def _delete(self, path: Path, note: Note) -> None:
        """Half a worktree would look like one: it gets another name first, which is noted."""
        root, going = self._root, f".old-{path.name}-{secrets.token_hex(8)}"
        try:
            if not root.has(path):
                raise OSError("it is no real folder of yours")
            self._notes.write(replace(note, step="removing", removing=going))
            root.rename(path.name, going)
            try:
                root.delete(going)
            except OSError:
                root.rename(going, path.name)
                self._notes.made(note.session_id)
                raise
        except OSError as failure:
            raise GitFailed(f"The worktree cannot be deleted: {failure}") from failure
