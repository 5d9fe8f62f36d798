"""What was said in a conversation, as the events that it would have been in Janus."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from janus.agents.acp.outputs import text_of
from janus.agents.acp.updates import Updates
from janus.model import events
from janus.text import sanitize

Json = dict[str, Any]
Dated = tuple[float, events.AnyEvent]
_KEPT = (events.Text, events.Thought, events.ToolCall, events.Image, events.PlanChanged)
_PICTURE = "(a picture)"


def as_events(updates: Iterable[tuple[float, Json]]) -> Iterator[Dated]:
    """The turns that *updates* tell of, each begun by what the user said and finished."""
    history = _History()
    for at, update in updates:
        for when, event in history.take(at, update):
            yield when, sanitize(event)
    for when, event in history.close():
        yield when, sanitize(event)


class _History:
    """Takes updates one by one, in order."""

    def __init__(self) -> None:
        self._updates = Updates()
        self._at = 0.0  # of what was said last
        self._turn: str | None = None
        self._asked: list[str] = []  # what the user said, while he is saying it
        self._message: object = None
        self._answer: list[str] = []

    def take(self, at: float, update: Json) -> Iterator[Dated]:
        """The events of one update."""
        at = max(at, self._at)
        if update.get("sessionUpdate") == "user_message_chunk":
            yield from self._heard(at, update)
            return
        turn = self._turn or str(uuid.uuid4())
        for event in self._updates.translate(update, turn):
            if isinstance(event, events.TitleChanged):
                yield at, event
            elif isinstance(event, _KEPT):
                yield from self._begin(turn, at)
                self._at = at
                if isinstance(event, events.Text):
                    self._answer.append(event.text)
                yield at, event

    def close(self) -> Iterator[Dated]:
        """The end of the turn, if one runs."""
        if self._turn is None:
            return
        turn, reason = self._turn, "cancelled" if self._asked else "end_turn"
        yield from self._begin(turn, self._at)
        for event in self._updates.calls.settle(turn, "cancelled"):
            yield self._at, event
        yield self._at, events.TurnFinished(turn, "".join(self._answer), reason)
        self._turn, self._answer = None, []

    def _heard(self, at: float, update: Json) -> Iterator[Dated]:
        message, text = update.get("messageId"), text_of(update.get("content")) or _PICTURE
        if self._asked and message == self._message and isinstance(message, str):
            self._asked.append(text)
            return
        yield from self.close()
        self._at, self._turn = at, str(uuid.uuid4())
        self._message, self._asked = message, [text]

    def _begin(self, turn: str, at: float) -> Iterator[Dated]:
        """The beginning of the turn, unless it was told."""
        if self._turn == turn and not self._asked:
            return
        asked, self._asked = "".join(self._asked), []
        if asked:
            yield self._at, events.UserMessage(turn, asked)
        else:
            self._turn, self._at = turn, at  # the agent began it
        yield self._at, events.TurnStarted(turn)
