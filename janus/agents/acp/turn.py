"""One turn of an ACP agent, from its prompt to the answer."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event
from typing import Any

from janus.text import strip_controls

_LONGEST_REASON = 100


class Turn:
    """A turn that runs; ``answer`` is what the agent says to the prompt.

    ``ended`` is set when all it owned is settled, ``woken`` then, or when somebody cancels it.
    """

    def __init__(self, id: str, cancelled: Event) -> None:
        self.id = id
        self.answer: Future[Any] = Future()
        self.woken, self.ended = Event(), Event()
        self._cancelled = cancelled
        self._overdue = False

    @property
    def is_cancelling(self) -> bool:
        """Whether somebody wants it to end, or it is over its limit."""
        return self._cancelled.is_set() or self._overdue

    @property
    def status(self) -> str:
        """How its tool calls ended that the agent did not finish.

        ``completed``, if the agent says the turn went well: it never said that a call failed.
        """
        if self.is_cancelling or self.reason == "cancelled":
            return "cancelled"
        return "completed" if self._is_answered else "failed"

    @property
    def reason(self) -> str:
        """Why the agent ended it, in its own word."""
        answer = self.answer.result() if self._is_answered else None
        reason = answer.get("stopReason") if isinstance(answer, dict) else None
        return strip_controls(str(reason or "end_turn"))[:_LONGEST_REASON]

    @property
    def _is_answered(self) -> bool:
        return self.answer.done() and self.answer.exception() is None

    def wait(self, limit: float) -> bool:
        """Wait until it ends or is cancelled; False, and it is overdue, if that takes longer."""
        self._overdue = not self.woken.wait(limit) and not self._cancelled.is_set()
        return not self._overdue
