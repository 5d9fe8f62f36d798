"""One turn of an ACP agent, from its prompt to the answer."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event
from typing import Any

from janus.agents.acp.jsonrpc import Json
from janus.agents.process.begun import TICKS_A_SECOND, ticks
from janus.text import strip_controls

_LONGEST_REASON = 100
#: Statuses of tool calls that are over.
_OVER = ("completed", "failed", "cancelled", "rejected")


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
        self._began = ticks()
        self._running: dict[str, int] = {}  # tool calls, and when each was first heard of

    def note(self, call: Json) -> None:
        """The agent tells of a tool call."""
        id, status = call.get("toolCallId"), call.get("status")
        if not isinstance(id, str) or self.is_cancelling:
            return  # what ends now may have been cut off from what it ran
        if status in _OVER:
            self._running.pop(id, None)
        else:
            self._running.setdefault(id, ticks())

    @property
    def busy_since(self) -> int | None:
        """When what it runs began at the earliest; None if it runs nothing."""
        if not self._running:
            return None
        # A command may begin a little before its agent tells of it.
        return max(self._began, min(self._running.values()) - TICKS_A_SECOND)

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
