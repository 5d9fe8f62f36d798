"""What happened in a session: its log, and what the log amounts to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from janus.clock import Clock, timestamp
from janus.conversation.event import Event, message_of
from janus.conversation.event_log import EventLog, EventStore
from janus.conversation.state import State
from janus.conversation.summary import recap
from janus.conversation.turn import Turn
from janus.errors import AgentFailed, JanusError, MessageNotFound, StorageFailed
from janus.model import Answer, Conversation, Message

_STOPPED = "Janus was stopped before it answered this. Ask again."
#: These change what is known of a session from outside.
_CHANGES = {"status", "assistant_message", "error", "session_ended"}


class Transcript:
    """The log of one session. Safe to use from any thread: the log has its own lock."""

    def __init__(self, keeper: EventStore, clock: Clock, changed: Callable[[], object]) -> None:
        """Goes on where the keeper's lines end. *changed* is called when the session changed."""
        self._state = State()
        self._log = EventLog(keeper, self._state, clock)
        self._changed = changed
        self.follow = self._log.follow
        self.state = self._log.state
        self.flush = self._log.flush
        self.close = self._log.close

    def come_back(self) -> None:
        """After a restart: say what was not answered, and that no agent is there."""
        unanswered, idle = self._log.look(
            lambda: (self._state.unanswered, self._state.status in ("idle", "stopped"))
        )
        for turn_id in unanswered:
            self.fail(turn_id, AgentFailed(_STOPPED), self.partial(turn_id))
        if unanswered or not idle:
            self.record("status", {"status": "idle"})

    def promise(self, kind: str, data: dict[str, Any]) -> Event:
        """Log what must survive; raises StorageFailed if it cannot, and nothing has happened."""
        return self._log.append(kind, data, promised=True)

    def record(self, kind: str, data: dict[str, Any], promised: bool = False) -> Event:
        """Log what happened; on a full disk it is kept in memory until there is room again."""
        try:
            event = self._log.append(kind, data, promised=promised)
        except StorageFailed:
            event = self._log.append(kind, data)
        if kind in _CHANGES:
            self._changed()
        return event

    def hear(
        self, kind: str, data: dict[str, Any], turn_id: str | None, agent: str, *, working: bool
    ) -> None:
        """Log what an agent told, see ``agents.Emit``; outside of a turn it is not *working*."""
        status = "active" if working else "waiting"
        match kind:
            case "conversation":
                status_data = {
                    "agent": agent,
                    "protocol": data["protocol"],
                    "conversation_id": data["id"],
                    "model": data["model"],
                    "forgotten": bool(data.get("forgotten")),
                }
                # On the disk before the first prompt: without it the agent forgets everything.
                self._tell_status(status, turn_id, status_data, promised=True)
            case "status" | "options":
                self._tell_status(status, turn_id, data)
            case "died":
                how = {name: data.get(name) for name in ("exit_code", "signal")}
                self._tell_status("error", turn_id, {"detail": data["message"], **how})
            case _:
                self.record(kind, {"turn_id": turn_id, **data})

    def fail(self, turn_id: str, error: JanusError, said: str) -> None:
        """Keep what had been *said* in a turn, then log why it failed."""
        if said:
            data = {"turn_id": turn_id, "content": said, "stop_reason": "failed"}
            self.record("assistant_message", data, promised=True)
        data = {"turn_id": turn_id, "code": error.code, "message": str(error)}
        self.record("error", data, promised=True)

    def _tell_status(
        self, status: str, turn_id: str | None, data: dict[str, Any], promised: bool = False
    ) -> None:
        self.record("status", {"status": status, "turn_id": turn_id, **data}, promised)

    def describe(self, session: Mapping[str, Any]) -> None:
        """Log which *session* this is, unless the log says so: it may be all that is left of it."""
        known = self._log.look(lambda: None if self._state.ended else self._state.session)
        if known != session:
            status = self._log.look(lambda: self._state.status)
            status = "idle" if status == "stopped" else status
            self.record("status", {"status": status, "session": dict(session)}, promised=True)

    def known(self) -> dict[str, Any]:
        """What is known of the session from outside, for ``SessionInfo``."""

        def known() -> dict[str, Any]:
            had = self._state.conversation or {}
            return {
                "status": self._state.status,
                "attention": self._state.attention,
                "message_count": self._state.total,
                "conversation_id": had.get("conversation_id"),
                "protocol": had.get("protocol"),
            }

        return self._log.look(known)

    @property
    def ended(self) -> bool:
        """Whether the session was ended, and nobody has spoken in it since."""
        return self._log.look(lambda: self._state.ended)

    @property
    def session(self) -> Mapping[str, Any]:
        """What the log says of the session it belongs to; empty if it says nothing."""
        return self._log.look(lambda: self._state.session or {})

    @property
    def notes(self) -> list[str]:
        """The notes that the agent has not been told."""
        return self._log.look(lambda: [*self._state.notes])

    @property
    def summary(self) -> Mapping[str, Any] | None:
        """The summary of all that was said, if it was made already."""
        return self._log.look(lambda: self._state.summary)

    @property
    def conversation(self) -> Conversation | None:
        """The conversation that an agent had before."""
        match self._log.look(lambda: self._state.conversation):
            case {"agent": str(agent), "protocol": str(protocol), "conversation_id": str(id)}:
                return Conversation(agent, protocol, id)
        return None

    def messages(self) -> list[Message]:
        """Everything that was said, in order."""
        return [message for event in self._log.all() if (message := message_of(event))]

    def recap(self) -> str:
        """What was said before the turns that are not answered yet, for a forgetful agent."""
        unanswered = self._log.look(lambda: self._state.unanswered)
        return recap([said for said in self.messages() if said.turn_id not in unanswered])

    def partial(self, turn_id: str) -> str:
        """What the agent has said so far in a turn that is not finished."""
        return self._log.look(lambda: self._state.partial(turn_id))

    def turn_of(self, message_id: str) -> str | None:
        """The turn of a message that was accepted."""
        return self._log.look(lambda: self._state.accepted.get(message_id))

    def answered(self, turn_id: str) -> Turn:
        """A turn of the past, with its answer."""
        turn = Turn(turn_id, "")
        said = [m for m in self.messages() if m.turn_id == turn_id and m.role != "user"]
        if said and said[-1].role == "assistant":
            last = said[-1]
            turn.answer.set_result(Answer(last.content, turn_id, "end_turn", last.timestamp))
        elif said:
            turn.answer.set_exception(AgentFailed(said[-1].content))
        else:
            turn.answer.set_exception(MessageNotFound("This message was withdrawn."))
        return turn

    def finish(self, turn_id: str, said: str, reason: str) -> Answer:
        """Log the answer of a turn."""
        data = {"turn_id": turn_id, "content": said, "stop_reason": reason}
        event = self.record("assistant_message", data, promised=True)
        return Answer(said, turn_id, reason, timestamp(event.at))
