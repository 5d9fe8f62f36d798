"""Let the work of sessions in: commit, discard, merge, push, a pull request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from janus.errors import Conflict, InvalidRequest, JanusError
from janus.sessions.registry import Registry
from janus.sessions.review_text import conflict_text
from janus.sessions.session import Session
from janus.sessions.work import SessionWork
from janus.workspace.git import readable
from janus.workspace.landing.checkouts import checkout_of
from janus.workspace.landing.committing import Committed, Committing
from janus.workspace.landing.conflicts import quoted_conflicts
from janus.workspace.landing.discarding import Discarded, Discarding
from janus.workspace.landing.landed import ground
from janus.workspace.landing.links import compare_link
from janus.workspace.landing.looking import MergeLook
from janus.workspace.landing.merging import Merged, Merging
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pull_request import PullRequest, open_pull_request
from janus.workspace.landing.pushing import Pushed, look_at_push, push
from janus.workspace.snapshots.undo import Undone
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: Characters of a message that is made from the session.
_SUBJECT = 72
#: Branches that are listed.
_BRANCHES = 200


class SessionLandings(SessionWork):
    """What ``SessionWork`` can, and more: each is looked at first, and refused if that changed."""

    def __init__(
        self, workspace: Workspace, registry: Registry, find: Callable[[str], Session]
    ) -> None:
        super().__init__(workspace, registry, find)
        self._workspace = workspace
        self._merging = Merging(workspace.landings)

    def look_at_commit(
        self, session_id: str, message: str | None, paths: list[str] | None
    ) -> Committed:
        """What would be committed, and with which message. Raises GitFailed."""
        session = self._find(session_id)
        chosen = self._chosen(session, paths)
        found = self._committing(session).look(message or _subject(session), chosen)
        return replace(found, files=tuple(map(readable, found.files)))

    def commit(
        self, session_id: str, message: str | None, paths: list[str] | None, tree: str | None
    ) -> Committed:
        """Commit; see ``Committing.commit``. Raises Conflict while an agent works there."""
        session = self._find(session_id)
        with self._quiet(session):
            chosen = self._chosen(session, paths)
            words = message or _subject(session)
            done = self._committing(session).commit(words, chosen, _shown(tree))
        session.tell(f"The user committed: {done.message}")
        names = (tuple(map(readable, it)) for it in (done.files, done.rewritten))
        files, rewritten = names
        return replace(done, files=files, rewritten=rewritten)

    def look_at_discard(self, session_id: str, paths: list[str] | None) -> Discarded:
        """What would be discarded. Raises GitFailed."""
        session = self._find(session_id)
        found = self._discarding(session).look(self._chosen(session, paths))
        return replace(found, files=tuple(map(readable, found.files)))

    def discard(self, session_id: str, paths: list[str] | None, tree: str | None) -> Discarded:
        """Discard; see ``Discarding.discard``. Raises Conflict while an agent works there."""
        session = self._find(session_id)
        with self._quiet(session):
            done = self._discarding(session).discard(self._chosen(session, paths), _shown(tree))
        files = tuple(map(readable, done.files))
        self._tell(session, "The user discarded changes to these files", files)
        return replace(done, files=files)

    def look_at_merge(self, session_id: str, into: str | None) -> MergeLook:
        """What merging would give; see ``Merging.look``."""
        session = self._find(session_id)
        owner = self._owner(session)
        found = self._merging.look(owner, session_id, self._into(owner, into))
        names = (tuple(map(readable, it)) for it in (found.files, found.conflicts))
        files, conflicts = names
        where = ground(owner, found, self._workspace.landings.of_session(session_id))
        return replace(found, files=files, conflicts=conflicts, landed=where)

    def merge(
        self, session_id: str, into: str | None, tree: str | None, message: str | None,
        *, squash: bool,
    ) -> Merged:  # fmt: skip
        """Merge as it was looked at; see ``Merging.merge``. Raises Conflict while it works."""
        session = self._find(session_id)
        with self._quiet(session):
            owner = self._owner(session)
            target = self._into(owner, into)
            self._check_quiet_at(checkout_of(owner, target))
            words = message or f"{_subject(session)}\n\nMerged from session {session_id}."
            done = self._merging.merge(
                owner, session_id, target, _shown(tree), words, squash=squash
            )  # fmt: skip
        session.tell(f"The user merged this branch into {target}.")
        return done

    def branches(self, session_id: str) -> list[str]:
        """Where its branch can be merged to: the workspace's own first, then those used last."""
        owner = self._owner(self._find(session_id))
        how = ("--sort=-committerdate", f"--count={_BRANCHES}", "--format=%(refname)")
        refs = owner.ask("for-each-ref", *how, "refs/heads").split("\n")
        main, own = _branch(Owner(self._git, self._workspace.folder)), _branch(owner)
        names = dict.fromkeys([main, *(it.removeprefix("refs/heads/") for it in refs)])
        return [it for it in names if it not in ("", own)]

    def conflict_text(self, session_id: str, into: str | None) -> str:
        """What to ask the agent where merging conflicts. Raises Conflict where it does not."""
        session = self._find(session_id)
        owner = self._owner(session)
        found = self._merging.look(owner, session_id, self._into(owner, into))
        if not found.conflicts:
            raise Conflict(f"Merging into {found.into} conflicts nowhere. Look at it again.")
        return conflict_text(found.into, quoted_conflicts(owner, found))

    def undo(self, session_id: str, step: str, paths: list[str] | None, tree: str | None) -> Undone:
        """Undo a turn, or what was done here; see ``Undo.undo`` and ``Merging.undo``."""
        session = self._find(session_id)
        landing = self._workspace.landings.of(step)
        if landing is None:
            return super().undo(session_id, step, paths, tree)
        with self._quiet(session):
            owner = self._owner(session)
            self._check_quiet_at(checkout_of(owner, landing.into))
            done = self._merging.undo(owner, step)
        session.tell(f"The user took the merge into {done.into} back.")
        return Undone(self._snapshots_of(session).now()[0], (), (), done.undo_id)

    def look_at_undo(self, session_id: str, step: str) -> Undone:
        """See ``SessionWork.look_at_undo``; of a merge the branch is named."""
        session = self._find(session_id)
        done = self._workspace.landings.of(step)
        if done is None:
            return super().look_at_undo(session_id, step)
        words = f"{done.into} goes back from {done.new[:10]} to {done.old[:10]}."
        return Undone(self._snapshots_of(session).now()[0], (), (words,))

    def look_at_push(self, session_id: str) -> Pushed:
        """What would be pushed where. Raises InvalidRequest, GitFailed."""
        return look_at_push(self._owner(self._find(session_id)))

    def push(self, session_id: str) -> Pushed:
        """Push the branch; see ``pushing.push``."""
        return push(self._owner(self._find(session_id)))

    def compare(self, session_id: str, pushed: Pushed) -> str:
        """Where a pull request of it is opened in a browser; empty where nobody knows."""
        try:
            into = self._into(self._owner(self._find(session_id)), None)
        except InvalidRequest:  # it works on the workspace's own branch
            return ""
        return compare_link(pushed.url, pushed.branch, into)

    def pull_request(
        self, session_id: str, into: str | None, title: str | None, text: str
    ) -> tuple[Pushed, PullRequest]:
        """Push the branch, and open a pull request for it; see ``open_pull_request``."""
        session = self._find(session_id)
        owner = self._owner(session)
        target = self._into(owner, into)
        pushed = push(owner)
        return pushed, open_pull_request(owner, pushed, target, title or _subject(session), text)

    def mend(self, *, here: bool) -> None:
        """Finish or take back what a crash interrupted, if the workspace is *here*."""
        if not here or not self._workspace.landings.all():
            return
        try:
            for words in self._merging.mend(Owner(self._git, self._workspace.folder)):
                log.warning("%s", words)
        except JanusError as failure:
            log.warning("What was being merged could not be looked at: %s", failure)

    def _check_quiet_at(self, there: Owner | None) -> None:
        """Raises Conflict while an agent works where files are going to move."""
        for other in self._registry.all() if there else ():
            now, folder = other.log.snapshot, other.folder.resolve()
            inside = there and folder.is_relative_to(there.top) and not other.info.worktree_path
            if inside and (now.turn or now.running_tools):
                raise Conflict("An agent is working where this would be merged to. Wait for it.")

    def _into(self, owner: Owner, into: str | None) -> str:
        """The branch that is meant, or else the one that the workspace itself is on."""
        target = into or _branch(Owner(self._git, self._workspace.folder))
        if not target:
            raise InvalidRequest("into: The workspace is on no branch. Say into which one.")
        if target == _branch(owner):
            raise InvalidRequest(f"into: This session works on {target} itself. Say another one.")
        return target

    def _owner(self, session: Session) -> Owner:
        return Owner.of(self._git, self._snapshots_of(session).place)

    def _committing(self, session: Session) -> Committing:
        return Committing(self._git, self._snapshots_of(session))

    def _discarding(self, session: Session) -> Discarding:
        return Discarding(self._git, self._snapshots_of(session))

    def _chosen(self, session: Session, paths: list[str] | None) -> list[str] | None:
        """All, in a worktree of its own; in the owner's folder only what the agent changed."""
        if paths is not None or session.info.worktree_path:
            return paths
        owner, changed = self._owner(session), self._changes(session).of(None, None, live=True)
        agents = {path for path, by in changed.whose.items() if by != "you"}
        return sorted(agents & owner.dirty().keys())


def _branch(owner: Owner) -> str:
    return owner.look("symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/")


def _shown(tree: str | None) -> str:
    if tree is None:
        raise InvalidRequest("tree: Look first, with dry_run, and send the tree that you saw.")
    return tree


def _subject(session: Session) -> str:
    """The first line of a message, from what was asked."""
    title = session.info.title or session.info.name or "Changes"
    first: str = title.split("\n")[0].strip()
    return first if len(first) <= _SUBJECT else f"{first[: _SUBJECT - 1].rstrip()}…"
