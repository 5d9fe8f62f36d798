"""What the lines of a log amount to in the index.

Only what people and agents said to each other: no thoughts, no tool calls and what they gave, no
notes and contexts that somebody put in between, no errors.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace

from janus.conversation.quoting import own_words
from janus.conversation.record import Record
from janus.memory.history.words import clean
from janus.model import events


@dataclass(frozen=True, slots=True)
class Row:
    """Something that was said in a session, under a ``key`` of its own there.

    ``message`` is the id that clients know it by. It is searched only if it is to be ``found``.
    """

    key: str
    role: str
    message: str | None
    at: float
    text: str
    found: bool = True

    def clean(self) -> Row:
        """The same, as it is kept."""
        return replace(self, text=clean(self.text))


@dataclass(slots=True)
class Change:
    """What becomes of the row with this key.

    *new* takes its place, or is the first of it; *more* text follows; or it is *gone*, or *found*
    from now on.
    """

    key: str
    new: Row | None = None
    more: list[str] = field(default_factory=list)
    found: bool = False
    gone: bool = False

    def after(self, before: Row | None) -> Row | None:
        """The row after it; None if there is none."""
        row = self.new or before
        if row is None or self.gone:
            return None
        text = "".join([row.text, *self.more])
        return replace(row, text=text, found=bool(row.found or self.found))


class Reading:
    """Reads a log, from a place in it. ``turn`` is the one answered last; ``saying`` the key of
    what the agent says outside of any turn.
    """

    def __init__(
        self, offset: int = 0, seq: int = 0, turn: str | None = None, saying: str | None = None
    ) -> None:
        self.offset, self.seq = offset, seq
        self.turn, self.saying = turn, saying
        self._changes: dict[str, Change] = {}

    @property
    def changes(self) -> list[Change]:
        """What is to be changed, in this order."""
        return [*self._changes.values()]

    def take(self, line: bytes) -> bool:
        """Read the next line; what is damaged changes nothing. True, for counting."""
        self.offset += len(line)
        self.seq += 1
        with contextlib.suppress(ValueError):
            self._apply(Record.from_line(line))
        return True

    def _apply(self, record: Record) -> None:
        match record.event:
            case events.UserMessage(turn_id=turn, content=text, message_id=message):
                self.saying = None
                self._say(Row(f"user:{turn}", "user", message or turn, record.at, text, False))
            case events.TurnStarted(turn_id=turn):
                self._change(f"user:{turn}").found = True
            case events.TurnWithdrawn(turn_id=turn):
                self._change(f"user:{turn}").gone = True
            case events.TurnFinished(turn_id=turn, content=text):
                self._answer(turn)
                self._change(f"user:{turn}").found = True
                said = own_words(text)
                self._say(Row(f"answer:{turn}", "assistant", f"{turn}:answer", record.at, said))
            case events.TurnFailed(turn_id=turn):
                self.saying = None
                self._change(f"user:{turn}").found = True
            case events.Text(text=text, turn_id=None):
                self._speak(record, text)
            case events.Text(text=text, turn_id=str(turn)):
                self._answer(turn)
                self._change(f"answer:{turn}").more.append(text)  # lost, unless it comes late
            case events.ToolCall(turn_id=str(turn)):
                self._answer(turn)
            case events.Note():
                self.saying = None
            case events.Summary(content=text, by_agent=True):
                self._say(Row("summary", "summary", None, record.at, text))
            case events.SessionDescribed(name=name):
                self._say(Row("title", "title", None, record.at, name or ""))
                self._changes["title"].gone = not name

    def _speak(self, record: Record, text: str) -> None:
        """The agent says something outside of any turn, or more of it."""
        if self.saying is None:
            message = f"{self.seq}:said"
            self.saying = f"said:{message}"
            self._say(Row(self.saying, "assistant", message, record.at, ""))
        self._change(self.saying).more.append(text)

    def _answer(self, turn: str) -> None:
        """The answer of a turn has begun: what was said outside of one is over."""
        if turn != self.turn:
            self.turn, self.saying = turn, None

    def _say(self, row: Row) -> None:
        self._changes[row.key] = Change(row.key, row)

    def _change(self, key: str) -> Change:
        return self._changes.setdefault(key, Change(key))
