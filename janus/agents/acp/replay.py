"""Tells the history that an agent replays from news: Janus' own log has the history already.

    session/load ──> history ──> the answer ──> more history ──> quiet ──> news

The protocol wants all of the history before the answer; some agents begin with it after that, some
even replay what they were asked to resume without. What comes after the quiet is recognised by
its beginning: somebody says what is not the prompt of now.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.outputs import text_of

#: Seconds of quiet that end a history: where it came before the answer, and where it is late.
QUIET, LATE_QUIET = 0.08, 0.4
#: Seconds to wait for a history that has not begun when the agent answers, and for the longest.
PATIENCE, LONGEST = 1.5, 10.0
_HISTORY = (
    "user_message_chunk",
    "agent_message_chunk",
    "agent_thought_chunk",
    "tool_call",
    "tool_call_update",
    "plan",
)


class Replay:
    """The history of one process.

    ``_changed`` guards all fields; it is waited on, and otherwise held for assignments only.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._changed = threading.Condition()
        self.is_open = True  # whether all that comes is old: the conversation is being opened
        self._last: float | None = None  # when something old came
        self._expected = False  # whether more may come after the end
        self._old = False  # whether it does
        self._marked = 0.0  # since when
        self._user = ""  # what the user said, piece by piece
        self._calls: set[str] = set()

    def is_old(self, update: Json, prompt: str | None) -> bool:
        """Whether an update is history; *prompt* is what the agent works on now."""
        kind = update.get("sessionUpdate")
        if kind not in _HISTORY:
            return False
        with self._changed:
            old = self.is_open or self._comes_late(update, prompt)
            if old:
                self._last = self._now()
                if isinstance(call := update.get("toolCallId"), str):
                    self._calls.add(call)
                self._changed.notify_all()
            return old

    def await_end(self, patience: float) -> None:
        """Wait for the end of the history, once the agent has answered.

        Lasts *patience* seconds if nothing came before the answer, and nothing comes.
        """
        with self._changed:
            self._expected = True
            answered = self._now()
            early = self._last is not None
            if not early:
                self._changed.wait_for(lambda: self._last is not None or not self.is_open, patience)
            while self.is_open and self._last is not None:
                quiet = LATE_QUIET if self._last > answered else QUIET
                left = max(self._last, answered) + quiet - self._now()
                if left <= 0 or self._now() - answered > LONGEST:
                    break
                self._changed.wait(left)

    def end(self) -> None:
        """From now on there are news. Callable from any thread, also twice."""
        with self._changed:
            self.is_open = False
            self._changed.notify_all()

    def turn_ended(self) -> None:
        """The agent has answered something new: it is through with what is old."""
        with self._changed:
            self._expected = self._old = False

    def _comes_late(self, update: Json, prompt: str | None) -> bool:
        kind, call = update.get("sessionUpdate"), update.get("toolCallId")
        now = self._now()
        quiet = 0.0 if self._last is None else now - self._last
        if quiet > LATE_QUIET or now - self._marked > LONGEST:
            self._old = False
        if kind != "user_message_chunk":
            self._user = ""
        elif self._expected:
            self._user += text_of(update.get("content"))
            self._old, self._marked = not _repeats(self._user, prompt), now
        if not isinstance(call, str):
            return self._old
        if not self._old and kind == "tool_call":
            self._calls.discard(call)  # an id that is used anew
        return self._old or call in self._calls


def _repeats(said: str, prompt: str | None) -> bool:
    """Whether *said* is the prompt, its beginning, or the prompt with something around it."""
    said, prompt = said.strip(), (prompt or "").strip()
    return bool(prompt) and (prompt.startswith(said) or prompt in said)
