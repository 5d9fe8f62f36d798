"""One run of cursor-agent in print mode, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from janus.agents.cursor.stream_json import Noise, Result, translate
from janus.agents.process.process import AgentProcess
from janus.events import AgentNotice, ConversationOpened, Emit, Text, Thought, ToolCall
from janus.text import strip_controls

_LINES, _LONGEST = 20, 2000


class Run:
    """Emits what the program says, as part of a turn."""

    def __init__(
        self,
        process: AgentProcess,
        turn_id: str,
        emit: Emit,
        on_opened: Callable[[ConversationOpened], None],
    ) -> None:
        self.process = process
        self.result: Result | None = None
        #: Whether the program has said anything; then it may have done something, too.
        self.has_begun = False
        self._turn_id = turn_id
        self._emit = emit
        self._on_opened = on_opened
        self._noise: list[str] = []
        self._calls: dict[str, ToolCall] = {}

    def follow(self, partial: bool, first: float, total: float) -> None:
        """Emit until the result, or the end; raises TimeoutError, see ``AgentProcess.lines``."""
        for line in translate(self.process.lines(first=first, total=total), partial):
            if isinstance(line, Noise):
                self._keep(line.text)
                continue
            self.has_begun = True
            if isinstance(line, Result):
                self.result = line
                if not line.ok:
                    self._keep(line.text)
                return
            if isinstance(line, ConversationOpened):
                self._on_opened(replace(line, turn_id=self._turn_id))
            elif isinstance(line, Text | Thought | ToolCall | AgentNotice):
                event = replace(line, turn_id=self._turn_id)
                if isinstance(event, ToolCall):
                    self._calls[event.id] = event
                self._emit(event)

    def settle(self, status: str) -> None:
        """The turn is over: calls that the program left running ended as *status*."""
        for call in self._calls.values():
            if call.status == "in_progress":
                self._emit(replace(call, status=status))
        self._calls.clear()

    def complaint(self) -> str:
        """What the program wrote that is no part of the protocol: it tells why it failed."""
        return "\n".join([*self._noise, self.process.tail()])

    def _keep(self, text: str) -> None:
        self._noise = [*self._noise[-_LINES:], strip_controls(text[:_LONGEST])]
