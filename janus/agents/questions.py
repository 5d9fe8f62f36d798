"""What an ACP agent asks its user: may I, which one, how.

Every question is told as a ``permission_request`` and answered through the agent, once: by the
user, or as cancelled when its turn ends. How an answer is written depends on who asks.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from janus.agents import Emit
from janus.agents.jsonrpc import Reply, result
from janus.errors import AlreadyAnswered, InvalidRequest, PermissionNotFound

Json = dict[str, Any]
#: The answer for one of the options, or for none of them (None): it was cancelled.
Answer = Callable[[str | None], Json]
_ANSWERED, _TEXT = 200, 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """Something the user has to decide; ``shown`` is what the client is told of it."""

    shown: Json
    answer: Answer

    @property
    def options(self) -> list[str]:
        return [option["id"] for option in self.shown["options"]]


class Questions:
    """The open questions of one agent.

    ``_lock`` guards ``_open`` and ``_answered``.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._open: OrderedDict[str, tuple[Question, Reply]] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()

    def ask(self, question: Question, reply: Reply) -> None:
        """Put a question to the user."""
        request_id = str(uuid.uuid4())
        with self._lock:
            self._open[request_id] = question, reply
        self._emit("permission_request", {"request_id": request_id, **question.shown})

    def answer(self, request_id: str, option_id: str) -> None:
        """The user's choice. Raises PermissionNotFound, AlreadyAnswered, InvalidRequest."""
        with self._lock:
            if request_id in self._answered:
                raise AlreadyAnswered("This was answered already, or its turn has ended.")
            if request_id not in self._open:
                raise PermissionNotFound("The agent asks no such thing.")
            question, _ = self._open[request_id]
            if option_id not in question.options:
                raise InvalidRequest(f"option_id must be one of {', '.join(question.options)}.")
        self._close(request_id, option_id)

    def cancel_all(self) -> None:
        """The turn is over: nobody will answer any more."""
        with self._lock:
            waiting = [*self._open]
        for request_id in waiting:
            self._close(request_id, None)

    def _close(self, request_id: str, option_id: str | None) -> None:
        with self._lock:
            question, reply = self._open.pop(request_id, (None, None))
            if question is None or reply is None:
                return  # somebody was quicker
            self._answered[request_id] = None
            if len(self._answered) > _ANSWERED:
                self._answered.popitem(last=False)
        reply(result(question.answer(option_id)))
        outcome = {"option_id": option_id, "outcome": "selected" if option_id else "cancelled"}
        self._emit("permission_resolved", {"request_id": request_id, **outcome})


def permission(params: Json, call: Json) -> Question:
    """``session/request_permission``: *call* is what is known of the tool call it is about.

    A refusal is the choice of a reject option. ``cancelled`` would end the turn, and with some
    agents the session.
    """
    options = [_option(option) for option in params.get("options") or []]

    def answer(option_id: str | None) -> Json:
        if option_id is None:
            return {"outcome": {"outcome": "cancelled"}}
        return {"outcome": {"outcome": "selected", "optionId": option_id}}

    named = call["title"] != call["kind"]
    shown = {
        "kind": "permission",
        "title": call["title"] if named else "The agent wants to do something.",
        "text": _whole(params.get("toolCall"), call["title"]),
        "tool_call": call,
        "options": options,
    }
    return Question(shown, answer)


def _whole(call: Any, title: str) -> str:
    """What is asked for, if the *title* does not say all of it: who allows it must see it."""
    match call:
        case {"rawInput": {"command": str(text)}} | {"title": str(text)} if text not in title:
            rest = len(text) - _TEXT
            return text[:_TEXT] + (f"\n… and {rest} characters more" if rest > 0 else "")
    return ""


def _option(option: Any) -> Json:
    option = option if isinstance(option, dict) else {}
    id = str(option.get("optionId") or "")
    return {"id": id, "name": str(option.get("name") or id), "kind": str(option.get("kind") or "")}


def elicitation(params: Json) -> Question | None:
    """``elicitation/create`` with one field of given values, or a web page to open; else None."""
    accept, decline = {"action": "accept"}, {"action": "decline"}
    if params.get("mode") == "url":
        shown = {"title": str(params.get("message") or ""), "url": str(params.get("url") or "")}
        options = [("accept", "Done"), ("decline", "No")]
        return _choice(shown, options, {"accept": accept, "decline": decline}, {"action": "cancel"})
    match params.get("requestedSchema"):
        case {"properties": dict(fields)} if len(fields) == 1:
            [(name, schema)] = fields.items()
            values = _values(schema)
        case _:
            return None
    if not values:
        return None
    answers: dict[str, Json] = {
        str(value): {"action": "accept", "content": {name: value}} for value, _ in values
    }
    options = [(str(value), title) for value, title in values]
    shown = {"title": str(params.get("message") or name)}
    return _choice(
        shown,
        [*options, ("__decline__", "None of these")],
        {**answers, "__decline__": decline},
        {"action": "cancel"},
    )


def _values(schema: Any) -> list[tuple[Any, str]]:
    match schema:
        case {"oneOf": [*choices]}:
            values = [(one.get("const"), one.get("title")) for one in choices]
            return [(value, str(title or value)) for value, title in values]
        case {"enum": [*values]}:
            return [(value, str(value)) for value in values]
        case {"type": "boolean"}:
            return [(True, "Yes"), (False, "No")]
    return []


def cursor_question(params: Json) -> Question | None:
    """``cursor/ask_question`` with one question; more than one is skipped (None)."""
    match params.get("questions"):
        case [{"id": str(id), "options": [*options]} as question]:
            pairs = [(str(o.get("id")), str(o.get("label") or o.get("id"))) for o in options]
        case _:
            return None
    answers: dict[str, Json] = {
        option: {
            "outcome": {
                "outcome": "answered",
                "answers": [{"questionId": id, "selectedOptionIds": [option]}],
            }
        }
        for option, _ in pairs
    }
    skip: Json = {"outcome": {"outcome": "skipped", "reason": "The user skipped the question."}}
    return _choice(
        {"title": str(question.get("prompt") or params.get("title") or "")},
        [*pairs, ("__skip__", "Skip")],
        {**answers, "__skip__": skip},
        {"outcome": {"outcome": "cancelled"}},
    )


def cursor_plan(params: Json) -> Question:
    """``cursor/create_plan``: go ahead, or not."""
    title = str(params.get("name") or "Go ahead with this plan?")
    return _choice(
        {"title": title, "text": str(params.get("plan") or params.get("overview") or "")},
        [("accept", "Go ahead"), ("reject", "No")],
        {
            "accept": {"outcome": {"outcome": "accepted"}},
            "reject": {"outcome": {"outcome": "rejected", "reason": "The user said no."}},
        },
        {"outcome": {"outcome": "cancelled"}},
    )


def _choice(
    shown: Json, options: list[tuple[str, str]], answers: dict[str, Json], cancelled: Json
) -> Question:
    listed = [{"id": id, "name": name, "kind": ""} for id, name in options]
    return Question(
        {"kind": "question", **shown, "options": listed},
        lambda option: cancelled if option is None else answers[option],
    )
