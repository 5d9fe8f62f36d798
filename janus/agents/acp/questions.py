"""The open questions of an agent: may I, which one, how.

Every question is emitted as ``QuestionAsked`` and answered through the agent, once: by the user, by
the agent that needs it no more, or as cancelled when its turn or the agent ends. What each kind of
question looks like is in ``question_kinds``.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from janus.agents.acp.jsonrpc import REQUEST_CANCELLED, Json, Reply, failure, result
from janus.errors import AlreadyAnswered, InvalidRequest, PermissionNotFound
from janus.model.events import Emit, QuestionAsked, QuestionClosed, ToolCall

Answers = Mapping[str, Any]
_ANSWERED = 200
#: The option that fills in nothing, in a form and beside choices whose ids are the agent's own.
DECLINE, DECLINE_ALL = "decline", "__decline__"


@dataclass(frozen=True, slots=True)
class Question:
    """Something the user has to decide."""

    #: What the user sees; its id is given when it is asked.
    asked: QuestionAsked
    #: What the agent gets for one of the options, or for none of them (None, it was cancelled),
    #: and what was filled in. Raises InvalidRequest.
    answer: Callable[[str | None, Answers], Json]
    #: What the agent calls the web page it wants opened, if that is what it asks.
    elicitation: str | None = None

    @property
    def options(self) -> list[str]:
        return [option.id for option in self.asked.options]

    def about(self, call: ToolCall) -> Question:
        """The same question, about a tool call."""
        return Question(replace(self.asked, tool_call=call), self.answer, self.elicitation)

    def asked_in(self, turn_id: str | None, *, by_subagent: bool) -> Question:
        """The same question, with the turn it belongs to and who asks it."""
        title = f"A subagent asks: {self.asked.title}" if by_subagent else self.asked.title
        asked = replace(self.asked, turn_id=turn_id, title=title)
        return Question(asked, self.answer, self.elicitation)

    def refuses(self, option_id: str) -> bool:
        """Whether this option forbids what the agent wants to do."""
        kinds = {option.id: option.kind for option in self.asked.options}
        return kinds[option_id].startswith("reject") or option_id in (DECLINE, DECLINE_ALL)


#: Seconds that a question may take to be emitted, at most.
_TOLD = 1.0
#: Called with a question and the option the user chose, before the agent gets it.
OnDecision = Callable[[Question, str], object]


@dataclass(slots=True)
class _Open:
    """A question that waits, and the request it came with."""

    question: Question
    reply: Reply
    call: Any
    emitted: bool = False
    outcome: QuestionClosed | None = None
    #: Set once it was emitted, and its outcome too if it was over by then.
    told: threading.Event = field(default_factory=threading.Event)


class Questions:
    """The open questions of one agent.

    ``_lock`` guards ``_open``, what is in it, and ``_answered``; it is not held while anything is
    emitted.
    """

    def __init__(self, emit: Emit, on_decision: OnDecision = lambda *_: None) -> None:
        self._emit = emit
        self._on_decision = on_decision
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()

    def ask(self, question: Question, reply: Reply, call: Any = None) -> None:
        """Put a question to the user; *call* is the id of the agent's request."""
        request_id = str(uuid.uuid4())
        waiting = _Open(question, reply, call)
        with self._lock:
            self._open[request_id] = waiting
        self._emit(replace(question.asked, request_id=request_id))
        with self._lock:
            waiting.emitted, outcome = True, waiting.outcome
        if outcome:  # it was over before it was emitted: the order is kept
            self._emit(outcome)
        waiting.told.set()

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
        self._close_all(lambda waiting: _same(waiting.call, call), body=gone)

    def complete(self, elicitation: Any) -> None:
        """The web page *elicitation* has done what it was opened for, says the agent."""
        if isinstance(elicitation, str):
            self._close_all(lambda waiting: waiting.question.elicitation == elicitation, "accept")

    def cancel(self, turn_id: str) -> None:
        """The turn is over: nobody answers its questions any more."""
        self._close_all(lambda waiting: waiting.question.asked.turn_id == turn_id)

    def cancel_all(self) -> None:
        """The agent is gone."""
        self._close_all(lambda _: True)

    def _close_all(
        self, fits: Callable[[_Open], bool], option_id: str | None = None, body: Json | None = None
    ) -> None:
        with self._lock:
            ids = [request_id for request_id, waiting in self._open.items() if fits(waiting)]
        for request_id in ids:
            self._close(request_id, option_id, body)

    def _close(self, request_id: str, option_id: str | None, body: Json | None) -> bool:
        """Whether this was the one that counts: somebody may have been quicker."""
        with self._lock:
            waiting = self._open.pop(request_id, None)
            if waiting is None:
                return False
            question, emitted = waiting.question, waiting.emitted
            chosen = "cancelled" if option_id is None else "selected"
            outcome = QuestionClosed(request_id, option_id, chosen, question.asked.turn_id)
            waiting.outcome = outcome
            self._answered[request_id] = None
            if len(self._answered) > _ANSWERED:
                self._answered.popitem(last=False)
        if option_id is not None:
            self._on_decision(question, option_id)
        waiting.reply(body or result(question.answer(option_id, {})))
        if emitted:
            self._emit(outcome)
        else:  # whoever answers is shown that it is answered
            waiting.told.wait(_TOLD)
        return True


def _same(one: Any, other: Any) -> bool:
    """Whether two ids are one: 1 is not True, nor "1"."""
    return type(one) is type(other) and bool(one == other)
