"""What the agents ask, and the answers to it: by hand, or by voice."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from janus.conversation.shown import State
from janus.errors import ConsentUnclear, PermissionNotFound
from janus.model import ReadOut
from janus.model.events import AnswerHeard, QuestionAsked
from janus.sessions.reading import Readings
from janus.sessions.session import Session
from janus.voice.consent import is_consent
from janus.voice.reading_out import read_out


class Answers(Readings):
    """The part of ``MemorySessionManager`` that is about what the agents ask."""

    #: The commands that may be allowed by voice.
    voice_commands: Collection[str] = ()

    def read_out(self, session_id: str, request_id: str) -> ReadOut:
        """What to read out before a question is answered by voice.

        Raises PermissionNotFound, and ConsentUnclear where only a hand may answer.
        """
        session = self._registry.find(session_id)
        asked = _open(session, request_id)
        if asked is None:
            raise PermissionNotFound("The agent asks no such thing, or not any more.")
        return read_out(asked, session.folder, self.voice_commands)

    def answer(
        self,
        session_id: str,
        request_id: str,
        option_id: str,
        answers: dict[str, Any] | None = None,
        *,
        spoken: str | None = None,
        again: str = "",
        digest: str | None = None,
    ) -> State:
        """Answer what the agent asked; see ``Agent.answer``.

        What is *spoken* allows only what ``read_out`` says, whose *digest* comes with it, and only
        if it is a yes, as must be what was heard *again*. It is kept with the decision. Raises
        ConsentUnclear.
        """
        session = self._used(session_id)
        asked = _open(session, request_id) if spoken is not None else None
        if asked and spoken is not None:  # nobody can know the id of a question before it is open
            try:
                self._check(session, asked, option_id, (spoken, again), digest)
            except ConsentUnclear:
                session.log.append(AnswerHeard(request_id, option_id, spoken, taken=False))
                raise
            session.log.append(AnswerHeard(request_id, option_id, spoken, taken=True))
        session.agent.answer(request_id, option_id, answers)
        return self._told(session)

    def _check(
        self,
        session: Session,
        asked: QuestionAsked,
        option_id: str,
        said: tuple[str, ...],
        digest: str | None,
    ) -> None:
        """Raises ConsentUnclear unless it is a yes to what was read out; any words refuse."""
        chosen = next((it for it in asked.options if it.id == option_id), None)
        if chosen and chosen.kind.startswith("reject"):
            return
        found = read_out(asked, session.folder, self.voice_commands)
        if option_id != found.option_id:
            raise ConsentUnclear("By voice it can be allowed once, and no more than that.")
        if digest not in (None, found.digest):
            raise ConsentUnclear("What was read out is not what is asked now. Hear it again.")
        if not all(map(is_consent, said)):
            raise ConsentUnclear('That is no clear yes. Say: "allow it once", and nothing else.')

    def _used(self, session_id: str) -> Session:
        """A session that somebody uses now."""
        (session := self._registry.find(session_id)).touch()
        return session


def _open(session: Session, request_id: str) -> QuestionAsked | None:
    questions = session.log.snapshot.questions
    return next((it for it in questions if it.request_id == request_id), None)
