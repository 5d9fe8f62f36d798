"""What is said in a conversation, as events: whose turn it is, what is old, what may be chosen.

    session/update ── receive() ──┬── of another session, or old ──> nothing
                                  └── news ──> events, each with the turn it belongs to

The reader thread of the connection alone receives, and ends turns: so events have the order in
which the agent sent what they are about.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.options import Options, name_of
from janus.agents.acp.replay import Replay
from janus.agents.acp.tool_calls import described
from janus.agents.acp.updates import Updates, object_of
from janus.model.events import (
    AnyEvent,
    CommandsChanged,
    Emit,
    OptionChosen,
    OptionsChanged,
    Remark,
    TitleChanged,
    ToolCall,
    UsageChanged,
)

#: Seconds after a turn, or after its last late words, in which what is said belongs to it still.
#: Real agents are late by milliseconds; what comes after a longer silence is work of its own.
LATE = 2.0
#: What holds for a conversation rather than being said in it: it counts before it is open, too.
_STATE = (CommandsChanged, UsageChanged, TitleChanged)


class Attribution:
    """The turn that runs, and the one before as long as it may have late words; not thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.running: str | None = None
        self._last: str | None = None
        self._spoke = 0.0

    def begin(self, turn_id: str) -> None:
        """From now on the agent speaks in *turn_id*."""
        self.running, self._last = turn_id, None

    def end(self) -> None:
        """The agent has answered, or died."""
        self.running, self._last = None, self.running
        self._spoke = self._now()

    def speaking(self) -> str | None:
        """The turn of what has just been said; None if it belongs to no turn."""
        if self.running is None and self._last is not None:
            now = self._now()
            if now - self._spoke > LATE:
                self._last = None
            self._spoke = now
        return self.running or self._last


class Dialogue:
    """The conversation on one connection.

    ``_lock`` guards all fields but ``replay``, which has its own, and ``session_id``, which is set
    once; it is not held while anything is emitted.
    """

    def __init__(self, emit: Emit) -> None:
        self.replay = Replay()
        self.session_id = ""  # what the agent calls the conversation
        self._emit = emit
        self._lock = threading.Lock()
        self._prompt: str | None = None
        self._turns = Attribution()
        self._updates = Updates()
        self._options = Options()
        self._early: dict[type, AnyEvent] = {}
        self._is_shown = False  # whether the user may know what is chosen

    def open(self, session_id: str, answer: Json) -> str:
        """The agent has opened the conversation, with this *answer*: what comes now is news.

        Returns the model that works, as far as the agent tells it.
        """
        with self._lock:
            self.session_id = session_id
            self._options.opened(answer)
            self.replay.end()
            return self._options.model

    def show(self) -> None:
        """Emit what the user may choose, and what was told of the conversation before it began."""
        with self._lock:
            early, self._early = self._early, {}
            self._is_shown = True
        self._show_options()
        self._emit_all(early.values())

    def _show_options(self) -> None:
        with self._lock:
            options = tuple(self._options.shown)
        if options:
            self._emit(OptionsChanged(options))

    def request(self, option_id: str, value: str) -> tuple[str, Json] | None:
        """How the agent is told of a choice; None if it does not offer it."""
        with self._lock:
            return self._options.request(option_id, value)

    def chosen(self, option_id: str, value: str, answer: Any) -> None:
        """The agent has accepted a choice."""
        with self._lock:
            self._options.chosen(option_id, value, answer)
        self._show_options()

    def recall_options(self, former: Iterable[Json]) -> None:
        """Take the options that an earlier process told, if this one does not speak of any."""
        with self._lock:
            self._options.recall(former)

    def holds(self, option_id: str, value: str) -> bool:
        """Whether the agent has said that an option has this value."""
        with self._lock:
            return self._options.holds(option_id, value)

    @property
    def options(self) -> list[Json]:
        """What the user may choose, with what is chosen."""
        with self._lock:
            return self._options.shown

    def begin_turn(self, turn_id: str, prompt: str) -> None:
        """The agent is given *prompt*: what it says from now on is about that."""
        with self._lock:
            self._prompt = prompt
            self._turns.begin(turn_id)

    def end_turn(self, status: str) -> None:
        """The agent has answered: what it left running in the turn ended as *status*."""
        with self._lock:
            turn_id, self._prompt = self._turns.running, None
            self._turns.end()
            settled = [*self._updates.calls.settle(turn_id, status)]
        self.replay.turn_ended()
        self._emit_all(settled)

    def end(self) -> None:
        """The agent is gone, and so is what it did in the background."""
        self.replay.end()
        with self._lock:
            settled = [*self._updates.calls.settle_all("failed")]
        self._emit_all(settled)

    def receive(self, session_id: Any, update: Json) -> None:
        """Emit what an update means; that of another session is a subagent's, or nobody's."""
        with self._lock:
            opening, before = self.replay.is_open, self._options.shown
            events: list[AnyEvent]
            if self.is_foreign(session_id):
                events = [*self._updates.subagents.hear(session_id, update)]
            elif self._options.apply(update):
                events = [OptionsChanged(tuple(self._options.shown))]
                events += self._switched(before) if self._is_shown else []
            elif self.replay.is_old(update, self._prompt):
                self._updates.recall(update)
                return
            else:
                events = [*self._updates.translate(update, self._turns.speaking())]
            if opening:
                self._early.update({type(it): it for it in events if isinstance(it, _STATE)})
                return
        self._emit_all(events)

    def plan(self, given: Json) -> None:
        """Emit the plan that a tool for todos is *given*, where the agent says so in a call."""
        with self._lock:
            events = [*self._updates.todos(given, self._turns.speaking())]
            if self.replay.is_open:
                self._updates.plan.forget_told()
                return
        self._emit_all(events)

    def speaking(self) -> str | None:
        """The turn in which the agent asks something now."""
        with self._lock:
            return self._turns.speaking()

    def is_foreign(self, session_id: Any) -> bool:
        """Whether this is the id of another session, such as a subagent's."""
        known = self.session_id
        return bool(known) and isinstance(session_id, str) and session_id != known

    def asks_about(self, params: Json) -> tuple[ToolCall, str]:
        """What is known of the tool call that a permission is asked for, and what it is given.

        It is emitted where it is news, in a turn, whose end will settle it: the question may be
        all that tells of it.
        """
        news = object_of(params.get("toolCall"))
        id = news.get("toolCallId")
        with self._lock:
            turn_id, calls = self._turns.speaking(), self._updates.calls
            foreign = self.is_foreign(params.get("sessionId"))
            if not isinstance(id, str) or foreign or self.replay.is_open:
                return described(news, turn_id)
            call = self._updates.report(id, news, turn_id, asks=True)
            settled = call.turn_id == self._turns.running is not None
            events, about = [*calls.tell(id)] if settled else [], calls.about(id)
        self._emit_all(events)
        return call, about

    def decided(self, call_id: str, *, refused: bool) -> None:
        """The user allowed or refused a tool call."""
        calls = self._updates.calls
        with self._lock:
            calls.decided(call_id, refused=refused)
            ended = [*calls.reject(call_id, self._turns.running)] if refused else []
        self._emit_all(ended)

    def _switched(self, before: list[Json]) -> Iterable[AnyEvent]:
        """What the agent has changed of its options by itself: the user relies on his choice."""
        for option in self._options.own_changes(before):
            yield OptionChosen(option["id"], str(option["value"]))
            what = f"its {option['name'].lower()} to {name_of(option)}"
            yield Remark(str(uuid.uuid4()), f"The agent has switched {what} by itself.")

    def _emit_all(self, events: Iterable[AnyEvent]) -> None:
        for event in events:
            self._emit(event)
