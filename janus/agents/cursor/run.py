"""One run of cursor-agent in print mode: its command line, and what came of it.

cursor-agent -p --output-format stream-json --stream-partial-output --trust
             [--resume=ID] [-- PROMPT]
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from itertools import chain

from msgspec.structs import replace

from janus.agents.cursor.stream_json import Noise, Result, Translator
from janus.agents.joiner import run_together
from janus.agents.process.process import AgentProcess
from janus.agents.todos import Plan
from janus.model.events import (
    AgentNotice,
    ConversationOpened,
    Emit,
    PlanChanged,
    Text,
    Thought,
    ToolCall,
)
from janus.text import strip_controls

log = logging.getLogger(__name__)

PARTIAL, TRUST = "--stream-partial-output", "--trust"
#: The kernel takes 128 KiB an argument. Longer prompts go to stdin, which most builds read.
_LONGEST_ARGUMENT = 120_000
_UNKNOWN_OPTION = re.compile(r"unknown option '(--[a-z-]+)'")
_CONFIG_RACE = "cli-config.json.tmp"
#: How much is kept of what is no part of the protocol: lines, and characters of each.
_LINES, _LONGEST = 20, 2000


def fits(prompt: str) -> bool:
    """Whether a prompt can be an argument."""
    return len(prompt.encode()) <= _LONGEST_ARGUMENT


class Command:
    """How the program is called, with the options that this build knows."""

    def __init__(self, program: Sequence[str]) -> None:
        self._program = program
        self._options = [PARTIAL, TRUST]

    @property
    def is_partial(self) -> bool:
        """Whether the answer comes in deltas."""
        return PARTIAL in self._options

    def argv(self, conversation: str | None, prompt: str) -> list[str]:
        """The arguments for one turn; the *conversation* is part of its option, and never one."""
        argv = [*self._program, "-p", "--output-format", "stream-json", *self._options]
        if conversation:
            argv.append(f"--resume={conversation}")
        if fits(prompt):
            argv += ["--", prompt]  # without "--" a prompt that begins with a dash is an option
        return argv

    def adapt(self, complaint: str) -> bool:
        """Whether another try may go better than the one that ended with this *complaint*."""
        unknown = _UNKNOWN_OPTION.search(complaint)
        if unknown and unknown[1] in self._options:
            log.info("%s does not know %s; leaving it out", self._program[0], unknown[1])
            self._options.remove(unknown[1])
            return True
        return _CONFIG_RACE in complaint  # builds before 2026.07 race for it when two start at once


class Run:
    """Emits what the program says, as part of a turn."""

    def __init__(
        self,
        process: AgentProcess,
        turn_id: str,
        emit: Emit,
        on_opened: Callable[[ConversationOpened], None],
        plan: Plan,
    ) -> None:
        self.process = process
        self.result: Result | None = None
        #: Whether the program has said anything; then it may have done something, too.
        self.has_begun = False
        self._turn_id = turn_id
        self._emit = emit
        self._on_opened = on_opened
        self._plan = plan
        self._noise: list[str] = []
        self._calls: dict[str, ToolCall] = {}

    def follow(self, partial: bool, first: float, total: float) -> None:
        """Emit until the result, or the end; raises TimeoutError, see ``AgentProcess.batches``."""
        turn = Translator(partial, self._plan)
        heard = (run_together(turn.feed(it)) for it in self.process.batches(first, total))
        for line in chain(chain.from_iterable(heard), turn.rest()):
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
            elif isinstance(line, Text | Thought | ToolCall | PlanChanged | AgentNotice):
                event = replace(line, turn_id=self._turn_id)
                if isinstance(event, ToolCall):
                    self._calls[event.id] = event
                self._emit(event)

    @property
    def status(self) -> str:
        """How the turn ended, and what it left running."""
        return "completed" if self.result and self.result.ok else "failed"

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
