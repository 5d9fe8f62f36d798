"""The sessions of other machines, behind the manager's protocol.

Read here, from the machines' streams; done where the session is.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from janus.clock import Clock
from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State
from janus.conversation.snapshot import Waiting
from janus.conversation.transcript import answer_of, messages, older
from janus.errors import AskTimeout, MachineAway, NotFound, SessionNotFound
from janus.fleet.commands import Commands
from janus.fleet.failures import FleetFailure
from janus.fleet.mirror import Mirror
from janus.fleet.mirrored import MirroredLog
from janus.fleet.new_sessions import NewSessions
from janus.fleet.remote_answers import RemoteAnswers
from janus.fleet.sent_files import SentFiles
from janus.fleet.viewing import ask_view, there
from janus.fleet.words import Word, Words
from janus.logs import device_id
from janus.model import Answer, Answered, Asked, Ended, Message, SessionInfo
from janus.model.events import Image, OwnerTold, QuestionAsked

#: Seconds in which what was done elsewhere is seen here; longer, and it comes with the stream.
_SEEN = 2.0


@dataclass(eq=False)
class RemoteSessions(RemoteAnswers):
    """A ``SessionManager``; see ``MemorySessionManager``. All raise MachineAway."""

    _mirror: Mirror
    _commands: Commands
    _words: Words
    #: What goes with messages, until their machine has it.
    attachments: SentFiles
    _clock: Clock
    _ask_timeout: float

    def waiting(self, session_id: str) -> list[Word]:
        """The words that wait for a session's machine."""
        return self._words.waiting(session_id)

    def knows(self, session_id: str) -> bool:
        return self._mirror.knows(session_id)

    def get(self, session_id: str) -> SessionInfo:
        if info := self._mirror.find(session_id):
            return info
        if not self._mirror.looked:
            raise MachineAway("The list of the machine of this session was not read yet.")
        raise SessionNotFound(f"No session {session_id}: it ended or never existed.")

    def state(self, session_id: str) -> State:
        """With the words that wait for the machine; held are those that are being taken back."""
        info, log = self.get(session_id), self.log(session_id)
        state = log.state(session_id)
        words = [it for it in self._words.waiting(session_id) if not log.turn_of(it.message_id)]
        waiting = [
            Waiting(it.message_id, it.message_id, it.text, it.at, held=it.take_back, voice=it.voice)
            for it in words
        ]
        now = replace(state.now, waiting=(*state.now.waiting, *waiting)) if words else state.now
        project = self._mirror.project(info)
        return replace(
            state, now=now, agent=info.agent, project_id=info.project_id, project=project
        )

    def view(self, asked: Asked, sent: Sequence[str] = ()) -> Answered:
        """What a view answers where a session is, with the files that are *sent* along."""
        info = self.get(asked.session_id)
        with self.attachments.handed(info, sent):
            return ask_view(self._commands, info.machine, asked)

    def record(self, session_id: str, event: OwnerTold) -> None:
        """What this doorway tells its owner is no part of the conversation elsewhere."""

    def glimpse(self, session_id: str) -> State | None:
        return self.state(session_id)

    def asked(self, session_id: str) -> tuple[QuestionAsked, ...]:
        try:
            return self.log(session_id).snapshot.questions
        except MachineAway:  # a list does not wait for that
            return ()

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        return self._mirror.follow(self.get(session_id), seq, heartbeat)

    def said(self, session_id: str) -> Iterator[Message]:
        return messages(self.log(session_id))

    def older(
        self, session_id: str, before: str | None, most: int
    ) -> tuple[tuple[ShownMessage, ...], bool]:
        return older(self.log(session_id), before, most)

    def transcript(self, session_id: str) -> tuple[SessionInfo, list[Message]]:
        return self.get(session_id), [*self.said(session_id)]

    def image(self, session_id: str, image_id: str) -> Image:
        if image := self.log(session_id).image(image_id):
            return image
        raise NotFound("There is no such picture in this session.")

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        **how: Any,
    ) -> SessionInfo:
        """The one that is there already: its machine says whether it is the same."""
        there = self.get(session_id or "").machine
        made = NewSessions(self._mirror, self._commands, lambda id: there)
        return made.create(name, agent, session_id, **how)

    def say(
        self,
        session_id: str | None,
        text: str,
        message_id: str | None = None,
        *,
        voice: bool = False,
        attachments: Sequence[str] = (),
    ) -> State:
        """Accept a message. While the machine is away it waits here, on the doorway's disk."""
        info, id = self.get(session_id or ""), message_id or str(uuid.uuid4())
        session_id = info.session_id
        missing = self.attachments.missing(session_id, attachments)
        if there(self._mirror, session_id) and not self._words.waiting(session_id):
            given = {"text": text, "message_id": id, "attachments": [*attachments]}
            # Where it does not answer, it may have it: then it knows the id.
            with suppress(MachineAway), self.attachments.handed(info, attachments):
                return self._led(info, "say", **given, voice=voice)
        if missing:
            raise NotFound("An attachment of this message is not there. Attach it again.")
        files, now = tuple(attachments), self._clock.time()
        word = Word(session_id, text, id, now, voice, device_id.get(), attachments=files)
        try:
            self._words.put(info.machine, word)
        except FleetFailure as why:
            raise MachineAway(f"This could not be kept for its machine: {why}") from why
        return self.state(session_id)

    def ask(
        self,
        session_id: str,
        question: str,
        message_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Answer:
        id, deadline = message_id or str(uuid.uuid4()), time.monotonic() + self._ask_timeout
        seq = self.log(session_id).seq
        self.say(session_id, question, id, attachments=attachments)
        log = self.log(session_id)
        for _ in log.follow(min(seq, log.seq), 0.25):
            turn = log.turn_of(id)
            if turn and turn not in log.snapshot.unanswered:
                return answer_of(log, turn)
            if time.monotonic() > deadline:
                break
        raise AskTimeout(
            f"No answer within {self._ask_timeout:g} seconds. It will be in the conversation.",
            turn_id=log.turn_of(id) or id, partial="",
        )  # fmt: skip

    def note(self, session_id: str | None, text: str) -> State:
        return self._led(self.get(session_id or ""), "note", text=text)

    def interrupt(
        self, session_id: str, turn_id: str | None = None, *, send_queue: bool = False
    ) -> State:
        """Stop the turn that is seen to run: an order that is late stops no other one."""
        turn = turn_id or self.log(session_id).snapshot.turn
        if turn is None:
            return self.state(session_id)
        return self._led(self.get(session_id), "interrupt", turn_id=turn, send_queue=send_queue)

    def withdraw(self, session_id: str, message_id: str | None) -> State:
        """Take back what waits: here it is asked for, and gone when the machine says so."""
        info = self.get(session_id)
        try:
            if self._words.take_back(info.machine, session_id, message_id):
                return self.state(session_id)
        except FleetFailure as why:
            raise MachineAway(f"This could not be taken back: {why}") from why
        return self._led(info, "withdraw", message_id=message_id)

    def send_queue(self, session_id: str) -> State:
        return self._led(self.get(session_id), "send_queue")

    def choose(self, session_id: str, option_id: str, value: str) -> State:
        return self._led(self.get(session_id), "choose", option_id=option_id, value=value)

    def touch(self, session_id: str) -> SessionInfo:
        """Somebody uses it; of a machine that is away, nothing is known to be used."""
        info = self.get(session_id)
        return self._value(info, "touch") if there(self._mirror, session_id) else info

    def rename(self, session_id: str, name: str) -> SessionInfo:
        return self._value(self.get(session_id), "rename", name=name)

    def resume(self, session_id: str) -> SessionInfo:
        return self._value(self.get(session_id), "resume")

    def end(self, session_id: str, **how: Any) -> Ended:
        info = self.get(session_id)
        ended: Ended = self._commands.send(info.machine, "end", session_id, **how)
        return ended

    def log(self, session_id: str) -> MirroredLog:
        """The whole conversation."""
        try:
            return self._mirror.log(self.get(session_id))
        except FleetFailure as why:
            raise MachineAway(f"This conversation cannot be read now: {why}") from why

    def _value(self, info: SessionInfo, verb: str, **arguments: Any) -> SessionInfo:
        found: SessionInfo = self._commands.send(info.machine, verb, info.session_id, **arguments)
        return replace(found, machine=info.machine)

    def _led(self, info: SessionInfo, verb: str, **arguments: Any) -> State:
        """The state that a command led to, once its events are here."""
        seq = self._commands.send(info.machine, verb, info.session_id, **arguments)
        self.log(info.session_id).reaches(seq, _SEEN)
        return self.state(info.session_id)
