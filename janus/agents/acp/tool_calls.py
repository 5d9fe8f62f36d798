"""The tool calls of a conversation: what is known of each, and the turn that began it.

news with a toolCallId ── report() ──> ToolCall, whole, with the turn that began the call
what has to be told ───── tell() ────> that, unless it was told, or a moment ago
the end of a turn ─────── settle() ──> a ToolCall for each that the agent left open
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from janus.agents.acp.diffs import TITLE_LIMIT, cut
from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.outputs import Output
from janus.agents.acp.raw import command_in, told_of
from janus.model.events import Image, ToolCall

#: How many calls are remembered; of older ones news come as those of new calls.
REMEMBERED = 1000
#: Output that grows is told whole each time: after these seconds, and later after a tenth of the
#: time the call has taken, so that its cost does not grow with the number of the pieces.
_PAUSE, _SHARE = 0.25, 0.1
#: Ids of pictures that were told already: the latest.
_PICTURES = 500
_ABOUT = 10_000
_RUNNING = "in_progress"
_STATUSES = {
    "pending": _RUNNING,
    "in_progress": _RUNNING,
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "rejected": "rejected",
}


@dataclass(slots=True)
class _Known:
    """What is known of a call, and what was told of it."""

    call: ToolCall
    began: float
    output: Output = field(default_factory=Output)
    #: All that the tool is given, as far as that can be shown.
    about: str = ""
    command: str = ""
    refused: bool = False
    unfinished: bool = False  # reported, and not as finished
    told: ToolCall | None = None
    told_at: float = 0.0


class ToolCalls:
    """The calls by their ids; not thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._calls: OrderedDict[str, _Known] = OrderedDict()
        self._pictures: OrderedDict[str, None] = OrderedDict()
        self._withheld: set[str] = set()

    def get(self, id: str) -> ToolCall | None:
        """What is known of a call; None if it was not reported."""
        known = self._calls.get(id)
        return known.call if known else None

    def about(self, id: str) -> str:
        """All that the tool is given, in a text for who has to decide about it."""
        known = self._calls.get(id)
        return known.about if known else ""

    def report(
        self, id: str, news: Json, turn_id: str | None, *, begins: bool = False, asks: bool = False
    ) -> ToolCall:
        """All that is known of a call, with its *news*.

        *turn_id* is the turn of a call that is not known yet, and of one that *begins*: some
        agents number their calls anew in each turn. Where the agent *asks* whether it may, that
        begins a call, unless the agent has reported one and has not finished it.
        """
        known = self._calls.get(id)
        reported = not asks or (known is not None and known.unfinished)
        begins = begins or not reported
        if known is None or (begins and turn_id is not None and known.call.turn_id != turn_id):
            known = _Known(begun(id, turn_id), self._now())
        _update(known, news, asks=asks)
        if known.refused and news.get("status"):
            known.call = replace(known.call, status="rejected")
        known.unfinished = reported and known.call.status == _RUNNING
        self._calls[id] = known
        self._forget()
        return known.call

    def tell(self, id: str) -> Iterator[Image | ToolCall]:
        """A call and its new pictures, unless all that was told; growing output now and then."""
        known = self._calls.get(id)
        if known is None or known.call == known.told:
            return
        now = self._now()
        if known.told is not None and known.call.status == _RUNNING:
            pause = max(_PAUSE, (now - known.began) * _SHARE)
            same = replace(known.told, output=known.call.output) == known.call
            if same and now - known.told_at < pause:
                self._withheld.add(id)
                return
        known.told_at = now
        yield from self._tell(id, known)

    def overdue(self) -> Iterator[Image | ToolCall]:
        """The calls whose output was withheld, once that is long enough ago."""
        for id in [*self._withheld]:
            yield from self.tell(id)

    def decided(self, id: str, *, refused: bool) -> None:
        """The user allowed a call, or refused it: then ``rejected`` is how it ends."""
        if known := self._calls.get(id):
            known.refused = refused

    def reject(self, id: str, running: str | None) -> Iterator[Image | ToolCall]:
        """End a call that was refused, unless the turn that is *running* will settle it."""
        known = self._calls.get(id)
        if known and known.unfinished and known.call.turn_id != running:
            yield from self._end(id, known, "rejected")

    def settle(self, turn_id: str | None, status: str) -> Iterator[Image | ToolCall]:
        """End the calls of a turn that its agent left open, as *status*.

        Later news may still change them: an agent may go on working in the background.
        """
        for id, known in self._calls.items():
            if known.call.turn_id == turn_id and known.call.status == _RUNNING:
                yield from self._end(id, known, status)

    def settle_all(self, status: str) -> Iterator[Image | ToolCall]:
        """The same for every turn: the agent is gone."""
        for turn_id in dict.fromkeys(known.call.turn_id for known in self._calls.values()):
            yield from self.settle(turn_id, status)

    def _end(self, id: str, known: _Known, status: str) -> Iterator[Image | ToolCall]:
        status = "rejected" if known.refused else status
        known.call = replace(known.call, status=status, output=known.output.shown(status))
        yield from self._tell(id, known)

    def _tell(self, id: str, known: _Known) -> Iterator[Image | ToolCall]:
        self._withheld.discard(id)
        for picture in known.output.pictures.values():
            if picture.id not in self._pictures:
                self._pictures[picture.id] = None
                yield replace(picture, turn_id=known.call.turn_id)
        while len(self._pictures) > _PICTURES:
            self._pictures.popitem(last=False)
        known.told = known.call
        yield known.call

    def _forget(self) -> None:
        if len(self._calls) > REMEMBERED:
            ended = (id for id, known in self._calls.items() if known.call.status != _RUNNING)
            id = next(ended, next(iter(self._calls)))
            del self._calls[id]
            self._withheld.discard(id)


def begun(id: str, turn_id: str | None) -> ToolCall:
    """A call of which nothing is known."""
    return ToolCall(id, "", "other", "", _RUNNING, turn_id=turn_id)


def described(news: Json, turn_id: str | None) -> tuple[ToolCall, str]:
    """A call of which only these *news* are known, and all that its tool is given."""
    known = _Known(begun("", turn_id), 0.0)
    _update(known, news, asks=True)
    return known.call, known.about


def _update(known: _Known, news: Json, *, asks: bool) -> None:
    """Take the *news* of a call; what they do not speak of, or in no sense, stays."""
    call = known.call
    known.output.take(news, asks=asks)
    known.about = cut(told_of(news.get("rawInput")), _ABOUT) or known.about
    kind, status = _text(news, "kind") or call.kind, _text(news, "status")
    title = _text(news, "title") or call.title
    known.command = command_in(news.get("rawInput")) or known.command
    if kind == "execute" and known.command not in title:
        title = known.command  # a description of it could say anything
    status = _STATUSES.get(status, call.status)
    known.call = replace(
        call,
        name=_text(news, "name") or call.name,
        kind=kind,
        title=(title or kind)[:TITLE_LIMIT],
        status=status,
        output=known.output.shown(status),
        images=tuple(known.output.pictures),
        changes=known.output.changes,
    )


def _text(news: Json, field: str) -> str:
    value: Any = news.get(field)
    return value if isinstance(value, str) else ""
