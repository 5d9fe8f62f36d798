"""What the sessions of a project leave for new ones, and what a new one is given of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from janus.clock import Clock
from janus.conversation.snapshot import Snapshot
from janus.errors import NotFound
from janus.logs import about
from janus.memory.context import Context, Material, Past, compose
from janus.memory.kept import Kept, KeptContexts
from janus.memory.lines import MOST, Line, MemoryLines, line_of
from janus.memory.shares import size
from janus.model import SessionInfo, check_id
from janus.model.events import ContextGiven
from janus.sessions.archive import Archive
from janus.sessions.session import Session
from janus.sessions.turn import Turn
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: How often a context is made anew because what it tells of was deleted meanwhile.
_ATTEMPTS = 3
#: Ended sessions that are looked through for summaries.
_ENDED = 20


class SessionMemory:
    """The lines that sessions leave, and the contexts that they were given."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        begun: Callable[[], Iterable[Session]],
        workspace: Workspace,
        clock: Clock,
    ) -> None:
        """Nothing is read before ``load``. *begun* are the open sessions that may leave a line."""
        self._archive = archive
        self._begun = begun
        self._workspace = workspace
        self._clock = clock
        self._lines = MemoryLines(store)
        self._kept = KeptContexts(store)
        #: What each session left, and of which state of it that is true.
        self._seen = WeakKeyDictionary[Session, tuple[SessionInfo, Snapshot, Line | None]]()

    def load(self) -> None:
        """Read what earlier sessions left."""
        self._lines.load()

    def complete(self) -> None:
        """Add a line for what ended and has none, as after an earlier version."""
        for info in self._archive.page(MOST, None).sessions:
            if not self._lines.has(info.session_id) and (line := line_of(info)):
                self._lines.note(line)

    def lines(self) -> list[Line]:
        """What each session left by now, the newest first; 100 at most."""
        for session in self._begun():
            self.note(session)
        return self._lines.all()

    def strike(self, session_id: str) -> None:
        """Tell no new session of this one any more. Raises NotFound, StorageFailed."""
        self._lines.strike(check_id(session_id))

    def is_struck(self, session_id: str) -> bool:
        """Whether no agent is to be told of this session."""
        return self._lines.is_struck(session_id)

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session that is being deleted. Raises OSError."""
        self._lines.forget(session_id)
        self._kept.forget(session_id)

    def given(self, session_id: str) -> Kept:
        """What a session was given. Raises NotFound."""
        if kept := self._kept.get(check_id(session_id)):
            return kept
        raise NotFound(
            "This session was given nothing, or what it told of was deleted since, and so was it."
        )

    def note(self, session: Session) -> None:
        """Remember what a session leaves by now."""
        seen = session.info, session.log.snapshot
        known = self._seen.get(session)
        if known is None or known[0] is not seen[0] or known[1] is not seen[1]:
            known = self._seen[session] = (*seen, line_of(*seen))
        if line := known[2]:
            self._lines.note(line)

    def save(self) -> None:
        """Remember what all leave by now, on the disk; what it does not take is tried again."""
        self.lines()
        self._lines.save()
        self._kept.save()

    def ahead_of(self, session: Session, turn: Turn) -> str:
        """What the agent is told ahead of the words of a turn, until it has answered one.

        A command of the agent goes alone: behind other words it would be none.
        """
        if session.log.snapshot.answered or turn.prompt.startswith("/"):
            return ""
        try:
            text = self._text(session, turn)
        except Exception:
            log.exception(
                "Session %s begins without a context", session.id, extra=about(session.id)
            )
            return ""
        return f"{text}\n\n" if text else ""

    def _text(self, session: Session, turn: Turn) -> str:
        before = self._kept.get(session.id) if session.log.snapshot.context else None
        if before and all(map(self._lines.has, before.sessions)):
            return before.text
        context = self._composed(session.id, voice=turn.voice)
        if context is None:
            return ""
        session.log.record(ContextGiven(size(context.text), context.sources))
        return context.text

    def _composed(self, session_id: str, *, voice: bool) -> Context | None:
        """A context for a session, which is kept; None if there is nothing to tell."""
        for _ in range(_ATTEMPTS):
            context = compose(self._material(session_id, voice=voice))
            if context is None:
                return None
            now = self._clock.time()
            self._kept.put(session_id, Kept(now, context.text, context.sources, context.sessions))
            if all(map(self._lines.has, context.sessions)):
                return context
            self._kept.forget(session_id)
        return None

    def _material(self, session_id: str, *, voice: bool) -> Material:
        lines = [line for line in self.lines() if line.session_id != session_id]
        told = {line.session_id for line in lines}
        ended = self._archive.page(_ENDED, None).sessions
        return Material(
            voice=voice,
            files=self._workspace.context_files(),
            lines=lines,
            summaries=[
                Past(it.session_id, it.ended_at or 0.0, it.name or it.title, it.summary)
                for it in ended
                if it.summary and it.session_id in told
            ],
            changed=self._workspace.changed_lately(self._clock.time()),
        )
