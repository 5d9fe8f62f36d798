"""Where sessions work: in the workspace, or each in a worktree of its own, which may be gone."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from janus.agents.process.orphans import mark_environ
from janus.config import Settings
from janus.logs import about
from janus.model import SessionInfo
from janus.sessions.session import Session
from janus.sessions.setup import SetUp
from janus.workspace.root import Worktree
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)


class SessionPlaces:
    """Looks for them, prepares new ones, and makes those anew that are gone."""

    def __init__(self, settings: Settings, workspace: Workspace, mark: str) -> None:
        """What is started carries *mark* in its environment."""
        self._settings, self._workspace, self._mark = settings, workspace, mark
        #: Raises StorageFailed where the workspace was moved or replaced: nothing is made then.
        self.check_workspace = workspace.check_there

    def folder(self, info: SessionInfo) -> Path:
        """Where the agent of a session works, whether it is there or not."""
        if info.worktree_path is None:
            return self._settings.workspace
        return self._workspace.place_of(info.session_id)

    def check(self, info: SessionInfo) -> None:
        """Raises StorageFailed or WorktreeGone where nobody can work there."""
        self.check_workspace()
        if info.worktree_path is not None:
            self._workspace.check_worktree(info.session_id, info.branch)

    def set_up(self, session: Session, made: Worktree) -> None:
        """Have the owner's command run there before the first message; see ``begin``."""
        if command := self._settings.setup_command:
            environ = mark_environ(self._settings.environ, self._mark)
            environ["ROOT_WORKTREE_PATH"] = str(self._settings.workspace)  # as other tools call it
            limit, runner = self._settings.turn_limit, session.runner
            runner.setup = SetUp(command, made.folder, environ, limit, session.id, runner.receive)

    def begin(self, session: Session, made: Worktree) -> None:
        """Tell the user what there is to know of a new worktree, and begin its set-up."""
        for words in made.told:
            log.warning("Session %s: %s", session.id, words, extra=about(session.id))
            session.tell(words)
        if session.runner.setup:
            session.runner.setup.start()

    def make_anew(self, session: Session) -> None:
        """Make the worktree of a session again, of its branch, or of a new one if that is gone.

        Nothing happens where it is there, or never was. Raises what ``Workspace.adding_worktree``
        raises.
        """
        info = session.info
        if info.worktree_path is None or not self._workspace.is_gone(info.session_id):
            return
        adding = partial(self._workspace.adding_worktree_anew, info.session_id)
        with adding(name=info.name or "", branch=info.branch) as made:
            self.set_up(session, made)
        self.begin(session, made)
        extra = about(info.session_id, "worktree_made_anew")
        log.info("Session %s: its worktree is made anew", info.session_id, extra=extra)
