"""One turn of an ACP agent, from its prompt to the answer."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from threading import Event
from typing import Any

from janus.text import strip_controls

_LONGEST_REASON = 100


class Turn:
    """A turn that runs; ``answer`` is what the agent says to the prompt."""

    def __init__(self, id: str, cancelled: Event) -> None:
        self.id = id
        self.answer: Future[Any] = Future()
        self._cancelled = cancelled
        self._overdue = threading.Event()
        self._woken = threading.Event()
        self._ended = threading.Event()

    @property
    def is_cancelling(self) -> bool:
        """Whether somebody wants it to end, or it is over its limit."""
        return self._cancelled.is_set() or self._overdue.is_set()

    @property
    def status(self) -> str:
        """How its tool calls ended that the agent did not finish.

        ``completed``, if the agent says the turn went well: it never said that a call failed.
        """
        if self.is_cancelling or self.reason == "cancelled":
            return "cancelled"
        failed = not self.answer.done() or self.answer.exception() is not None
        return "failed" if failed else "completed"

    @property
    def reason(self) -> str:
        """Why the agent ended it, in its own word."""
        answered = self.answer.done() and self.answer.exception() is None
        answer = self.answer.result() if answered else None
        reason = answer.get("stopReason") if isinstance(answer, dict) else None
        return strip_controls(str(reason or "end_turn"))[:_LONGEST_REASON]

    def wait(self, limit: float) -> bool:
        """Wait until it ends or is cancelled; False, and it is overdue, if that takes longer."""
        if self._woken.wait(limit) or self._cancelled.is_set():
            return True
        self._overdue.set()
        return False

    def wait_for_end(self, timeout: float | None = None) -> bool:
        """Wait until it has ended and all it owned is settled; False if that takes longer."""
        return self._ended.wait(timeout)

    def wake(self) -> None:
        """Somebody cancels it."""
        self._woken.set()

    def end(self) -> None:
        """The agent has answered, or died, and all the turn owned is settled."""
        self._ended.set()
        self._woken.set()
