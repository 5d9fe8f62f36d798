"""What was said in a session whose machine is away, as the log of a new one begins with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from janus.conversation.event_log import EventLog
from janus.conversation.record import Record
from janus.model import events

_SAID = (
    events.UserMessage, events.Note, events.Remark, events.Text, events.ToolCall,
    events.TurnStarted, events.TurnFinished, events.TurnFailed,
)  # fmt: skip
#: Bytes that go to another machine, as one message has them.
_MOST = 700_000
_LOST = "Its machine went away before this was answered."


def said_in(log: EventLog) -> tuple[str, bool]:
    """The newest lines about what was said, and whether that is all; for ``carried``."""
    lines, size, all_of_it = deque[str](), 0, True
    for record in log.all():
        if isinstance(record.event, _SAID):
            lines.append(record.line().decode())
            size += len(msgspec.json.encode(lines[-1]))
        while size > _MOST:
            size -= len(msgspec.json.encode(lines.popleft()))
            all_of_it = False
    return "".join(lines), all_of_it


def carried(
    said: str, origin: str, at: float, first: events.AnyEvent, last: Iterable[events.AnyEvent]
) -> Iterator[bytes]:
    """The lines of a log in which this was said on *origin*, between *first* and *last*, of now.

    Nothing in it is believed: what is no line of a conversation is left out, and nothing of it
    begins to run again.
    """
    found = [(at, first), *_events(said, origin)]
    open_turns = dict.fromkeys(it.turn_id for _, it in found if isinstance(it, events.UserMessage))
    for _, event in found:
        if isinstance(event, events.TurnFinished | events.TurnFailed):
            open_turns.pop(event.turn_id, None)
    lost = [events.TurnFailed(turn, "MACHINE_AWAY", _LOST) for turn in open_turns]
    found += [(at, it) for it in (*lost, *last)]
    for seq, (when, event) in enumerate(found, 1):
        yield Record(seq, min(when, at), event).line()


def _events(said: str, origin: str) -> Iterator[tuple[float, events.AnyEvent]]:
    """What was said, from the first message of the user on; files are named that are not here."""
    begun = False
    for line in said.split("\n"):
        try:
            record = Record.from_line(line.encode())
        except ValueError:
            continue
        event = record.event
        begun = begun or isinstance(event, events.UserMessage)
        if not begun or not isinstance(event, _SAID):
            continue
        if isinstance(event, events.UserMessage):
            left = _left(origin, [it.name for it in event.attachments])
            event = replace(event, content=f"{event.content}{left}", attachments=())
        elif isinstance(event, events.ToolCall):
            left = _left(origin, ["a picture"] * len(event.images))
            event = replace(event, output=f"{event.output}{left}", images=())
        yield record.at, event


def _left(origin: str, names: list[str]) -> str:
    return f"\n\n(Not here, but on {origin}: {', '.join(names)})" if names else ""
