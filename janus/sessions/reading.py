"""What is read of the sessions: nothing here makes one, starts an agent, or takes a place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State
from janus.conversation.transcript import messages, older
from janus.errors import NotFound
from janus.model import Message, SessionInfo
from janus.model.events import Image, OwnerTold, QuestionAsked
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.session import Session


class Readings:
    """The part of ``MemorySessionManager`` that is read. It hands out values only."""

    def __init__(self, registry: Registry, opener: SessionOpener, project_id: str) -> None:
        #: Which project this is, and what that is called now.
        self.project_id, self.project = project_id, ""
        self._registry = registry
        self._opener = opener

    def folder(self, session_id: str) -> Path:
        """Where a session works. Raises SessionNotFound."""
        return self._registry.find(session_id).folder

    def all(self) -> list[SessionInfo]:
        """Every session that has begun, the oldest first."""
        resting = {it.info.session_id: it.info for it in self._registry.resting()}
        begun = {session.id: session.info for session in self._registry.begun()}
        return sorted({**resting, **begun}.values(), key=lambda info: info.created_at)

    @property
    def open_sessions(self) -> int:
        """How many there are of these."""
        return self._registry.count

    @property
    def messages_waiting(self) -> int:
        """How many messages wait for their turn, in the sessions that are awake."""
        return sum(len(it.log.snapshot.waiting) for it in self._registry.begun())

    def knows(self, session_id: str) -> bool:
        """Whether there is, or was, a session of this id."""
        return self._registry.knows(session_id)

    def get(self, session_id: str) -> SessionInfo:
        """The session as it is now. Raises SessionNotFound."""
        return self._registry.find(session_id).info

    def conversation(self, session_id: str) -> list[Message]:
        """Everything that was said, in order."""
        return [*self.said(session_id)]

    def said(self, session_id: str) -> Iterator[Message]:
        """The same, one by one as it is read: it can be long."""
        return messages(self._registry.find(session_id).log)

    def older(
        self, session_id: str, before: str | None, most: int
    ) -> tuple[tuple[ShownMessage, ...], bool]:
        """Older messages, also of a session that ended; see ``transcript.older``."""
        return older(self._readable(session_id).log, before, most)

    def transcript(self, session_id: str) -> tuple[SessionInfo, list[Message]]:
        """The session, which may have ended, and everything that was said in it."""
        session = self._readable(session_id)
        return session.info, [*messages(session.log)]

    def state(self, session_id: str) -> State:
        """The state of a session; an empty one if there is none. Nothing is made."""
        session = self._opener.look(session_id)
        return self._told(session) if session else State(session_id=session_id)

    def glimpse(self, session_id: str) -> State | None:
        """The state of a session that is awake: no log is read for it."""
        session = self._registry.get(session_id)
        return self._told(session) if session else None

    def asked(self, session_id: str) -> tuple[QuestionAsked, ...]:
        """What the agent of a session that is awake asks now."""
        session = self._registry.get(session_id)
        return session.log.snapshot.questions if session else ()

    def await_session(self, session_id: str, timeout: float) -> bool:
        """Whether the session is open, after *timeout* seconds at most; false once it stops."""
        return self._registry.await_session(session_id, timeout) is not None

    @property
    def stopping(self) -> bool:
        """Whether ``stop`` was called."""
        return self._registry.stopping

    def image(self, session_id: str, image_id: str) -> Image:
        """A picture that the session's agent has shown. Raises NotFound."""
        session = self._opener.look(session_id)
        if session and (image := session.log.image(image_id)):
            return image
        raise NotFound("There is no such picture in this session.")

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """Yield what happens after event *seq*; see ``EventLog.follow``.

        A session that does not exist yet is waited for.
        """
        session = self._opener.look(session_id)
        while session is None:
            session = self._registry.await_session(session_id, heartbeat)
            if session is None:
                if self._registry.stopping:
                    return
                yield None
        yield from session.log.follow(seq, heartbeat)

    def record(self, session_id: str, event: OwnerTold) -> None:
        """Keep in the log what its owner was told; nothing if it is not awake."""
        with suppress(ValueError):  # it is closed
            if session := self._registry.get(session_id):
                session.log.append(event)

    def _told(self, session: Session) -> State:
        return replace(session.state(), project_id=self.project_id, project=self.project)

    def _readable(self, session_id: str) -> Session:
        """A session, open or not. Raises SessionNotFound."""
        return self._opener.look(session_id) or self._registry.find(session_id)
