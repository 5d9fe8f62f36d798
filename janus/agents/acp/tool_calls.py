"""The tool calls of a conversation: what is known of each, and the turn that began it.

news with a toolCallId ── report() ──> ToolCall, whole, with the turn that began the call
the end of a turn ────── settle() ──> a ToolCall for each that the agent left open
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from msgspec.structs import replace

from janus.agents.acp.diffs import TITLE_LIMIT, cut, output_of
from janus.agents.acp.jsonrpc import Json
from janus.events import ToolCall

#: How many calls are remembered; of older ones news come as those of new calls.
REMEMBERED = 1000
_RUNNING = "in_progress"
_STATUSES = {"pending": _RUNNING, "in_progress": _RUNNING, "completed": "completed"}


class ToolCalls:
    """The calls by their ids; not thread-safe."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, ToolCall] = OrderedDict()
        self._refused: set[str] = set()
        self._unfinished: set[str] = set()  # reported, and not as finished

    def get(self, id: str) -> ToolCall | None:
        """What is known of a call; None if it was not reported."""
        return self._calls.get(id)

    def report(
        self, id: str, news: Json, turn_id: str | None, *, begins: bool = False, asks: bool = False
    ) -> ToolCall:
        """All that is known of a call, with its *news*.

        *turn_id* is the turn of a call that is not known yet, and of one that *begins*: some
        agents number their calls anew in each turn. Where the agent *asks* whether it may, that
        begins a call, unless the agent has reported one and has not finished it.
        """
        known, reported = self._calls.get(id), not asks or id in self._unfinished
        begins = begins or not reported
        if known is None or (begins and turn_id is not None and known.turn_id != turn_id):
            self._refused.discard(id)
            known = begun(id, turn_id)
        call = updated(known, news)
        if id in self._refused and news.get("status"):
            call = replace(call, status="rejected")
        unfinished = reported and call.status == _RUNNING
        (self._unfinished.add if unfinished else self._unfinished.discard)(id)
        self._calls[id] = call
        self._forget()
        return call

    def decided(self, id: str, *, refused: bool) -> None:
        """The user allowed a call, or refused it: then ``rejected`` is how it ends."""
        (self._refused.add if refused else self._refused.discard)(id)

    def reject(self, id: str, running: str | None) -> Iterator[ToolCall]:
        """End a call that was refused, unless the turn that is *running* will settle it."""
        call = self._calls.get(id)
        if call and id in self._unfinished and call.turn_id != running:
            yield self._end(id, "rejected")

    def settle(self, turn_id: str | None, status: str) -> Iterator[ToolCall]:
        """End the calls of a turn that its agent left open, as *status*.

        Later news may still change them: an agent may go on working in the background.
        """
        for id, call in self._calls.items():
            if call.turn_id == turn_id and call.status == _RUNNING:
                yield self._end(id, status)

    def settle_all(self, status: str) -> Iterator[ToolCall]:
        """The same for every turn: the agent is gone."""
        for turn_id in dict.fromkeys(call.turn_id for call in self._calls.values()):
            yield from self.settle(turn_id, status)

    def _end(self, id: str, status: str) -> ToolCall:
        ended = "rejected" if id in self._refused else status
        self._calls[id] = replace(self._calls[id], status=ended)
        return self._calls[id]

    def _forget(self) -> None:
        if len(self._calls) > REMEMBERED:
            ended = (id for id, call in self._calls.items() if call.status != _RUNNING)
            id = next(ended, next(iter(self._calls)))
            del self._calls[id]
            self._refused.discard(id)
            self._unfinished.discard(id)


def begun(id: str, turn_id: str | None) -> ToolCall:
    """A call of which nothing is known."""
    return ToolCall(id, "", "other", "", _RUNNING, turn_id=turn_id)


def updated(call: ToolCall, news: Json) -> ToolCall:
    """*call* with the *news* of it; what they do not speak of stays."""
    status = news.get("status")
    return replace(
        call,
        name=str(news.get("name") or call.name),
        kind=str(news.get("kind") or call.kind),
        title=str(news.get("title") or call.title or news.get("kind") or call.kind)[:TITLE_LIMIT],
        status=_STATUSES.get(str(status), "failed") if status else call.status,
        output=cut(output_of(news)) or call.output,
    )
