"""The open questions of an agent: may I, which one, how.

Every question is told as a ``permission_request`` and answered through the agent, once: by the
user, by the agent that needs it no more, or as cancelled when its turn ends. What each kind of
question looks like is in ``question_kinds``.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from janus.agents.acp.jsonrpc import REQUEST_CANCELLED, Json, Reply, failure, result
from janus.agents.agent import Emit
from janus.errors import AlreadyAnswered, InvalidRequest, PermissionNotFound

Answers = Mapping[str, Any]
_ANSWERED = 200


@dataclass(frozen=True, slots=True)
class Question:
    """Something the user has to decide; ``shown`` is what the client is told of it."""

    shown: Json
    #: What the agent gets for one of the options, or for none of them (None, it was cancelled),
    #: and what was filled in. Raises InvalidRequest.
    answer: Callable[[str | None, Answers], Json]
    #: What the agent calls the web page it wants opened, if that is what it asks.
    elicitation: str | None = None

    @property
    def options(self) -> list[str]:
        return [option["id"] for option in self.shown["options"]]


@dataclass(slots=True)
class _Open:
    """A question that waits, and the request it came with."""

    question: Question
    reply: Reply
    call: Any
    told: bool = False
    outcome: Json | None = None


class Questions:
    """The open questions of one agent.

    ``_lock`` guards ``_open``, what is in it, and ``_answered``; it is not held while anything is
    told.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()

    def ask(self, question: Question, reply: Reply, call: Any = None) -> None:
        """Put a question to the user; *call* is the id of the agent's request."""
        request_id = str(uuid.uuid4())
        asked = _Open(question, reply, call)
        with self._lock:
            self._open[request_id] = asked
        self._emit("permission_request", {"request_id": request_id, **question.shown})
        with self._lock:
            asked.told, outcome = True, asked.outcome
        if outcome:  # it was over before it was told, and is told in this order
            self._emit("permission_resolved", outcome)

    def answer(self, request_id: str, option_id: str, answers: Answers | None = None) -> None:
        """The user's choice, and what he filled in.

        Raises PermissionNotFound, AlreadyAnswered, and InvalidRequest, after which the question
        is still open.
        """
        late = AlreadyAnswered("This was answered already, or is not asked any more.")
        with self._lock:
            if request_id in self._answered:
                raise late
            if request_id not in self._open:
                raise PermissionNotFound("The agent asks no such thing.")
            question = self._open[request_id].question
        if option_id not in question.options:
            raise InvalidRequest(f"option_id must be one of {', '.join(question.options)}.")
        body = result(question.answer(option_id, answers or {}))
        if not self._close(request_id, option_id, body):
            raise late

    def withdraw(self, call: Any) -> None:
        """The agent has cancelled the request *call*; one that is not open is no matter."""
        gone = failure(REQUEST_CANCELLED, "Request cancelled")
        for request_id in self._which(lambda asked: _same(asked.call, call)):
            self._close(request_id, None, gone)

    def complete(self, elicitation: Any) -> None:
        """The web page *elicitation* has done what it was opened for, says the agent."""
        for request_id in self._which(
            lambda asked: isinstance(elicitation, str) and asked.question.elicitation == elicitation
        ):
            self._close(request_id, "accept")

    def cancel_all(self) -> None:
        """The turn is over: nobody will answer any more."""
        for request_id in self._which(lambda _: True):
            self._close(request_id, None)

    def _which(self, fits: Callable[[_Open], bool]) -> list[str]:
        with self._lock:
            return [request_id for request_id, asked in self._open.items() if fits(asked)]

    def _close(self, request_id: str, option_id: str | None, body: Json | None = None) -> bool:
        """Whether this was the one that counts: somebody may have been quicker."""
        chosen = "cancelled" if option_id is None else "selected"
        outcome = {"request_id": request_id, "option_id": option_id, "outcome": chosen}
        with self._lock:
            asked = self._open.pop(request_id, None)
            if asked is None:
                return False
            self._answered[request_id] = None
            if len(self._answered) > _ANSWERED:
                self._answered.popitem(last=False)
            asked.outcome = outcome
            told = asked.told
        asked.reply(body or result(asked.question.answer(option_id, {})))
        if told:
            self._emit("permission_resolved", outcome)
        return True


def _same(one: Any, other: Any) -> bool:
    """Whether two ids are one: 1 is not True, nor "1"."""
    return type(one) is type(other) and bool(one == other)
