"""What each kind of question looks like, and how its answer is written: that depends on who asks.

session/request_permission    may I?
elicitation/create            which one? what? or: open this page
cursor/ask_question           which one?
cursor/create_plan            like this?

A question that one tap answers has its answers as options. Any other has ``fields`` to fill in, and
the options ``accept`` and ``decline``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from janus.agents.acp_updates import object_of
from janus.agents.fields import FIELDS, ID, Field, choices_of, fields_of, fill
from janus.agents.jsonrpc import Json
from janus.agents.questions import Answers, Question

_TEXT = 10_000
_DECLINE = "__decline__"


def permission(params: Json, call: Json) -> Question:
    """``session/request_permission``: *call* is what is known of the tool call it is about.

    A refusal is the choice of a reject option. ``cancelled`` would end the turn, and with some
    agents the session.
    """
    options = [_option(option) for option in params.get("options") or []]

    def answer(option_id: str | None, _: Answers) -> Json:
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
    """``elicitation/create`` with a flat form to fill in, or a web page to open; else None."""
    if params.get("mode") == "url":
        return _web_page(params)
    schema = object_of(params.get("requestedSchema"))
    try:
        fields = fields_of(schema)
    except ValueError:
        return None
    [first, *more] = fields
    message = str(params.get("message") or "")
    if not more and (question := _one_tap(message, first)):
        return question
    shown = {"title": message or str(schema.get("title") or "The agent has a question.")}
    if schema.get("description"):
        shown["text"] = str(schema["description"])
    return _form(
        shown,
        fields,
        lambda content: {"action": "accept", "content": content},
        {"action": "decline"},
        {"action": "cancel"},
    )


def _web_page(params: Json) -> Question:
    shown = {"title": str(params.get("message") or ""), "url": str(params.get("url") or "")}
    options = [("accept", "Done"), ("decline", "No")]
    answers: dict[str, Json] = {id: {"action": id} for id, _ in options}
    id = params.get("elicitationId")
    return _choice(
        shown, options, answers, {"action": "cancel"}, id if isinstance(id, str) else None
    )


def _one_tap(message: str, field: Field) -> Question | None:
    """A form with one field of given values, whose values are the options."""
    if field.kind == "boolean":
        values: list[tuple[str, str, Any]] = [("True", "Yes", True), ("False", "No", False)]
    elif field.kind == "choice" and all(_fits(choice.id) for choice in field.choices):
        values = [(choice.id, choice.name, choice.value) for choice in field.choices]
    else:
        return None
    answers: dict[str, Json] = {
        id: {"action": "accept", "content": {field.id: value}} for id, _, value in values
    }
    return _choice(
        {"title": message or field.id},
        [*((id, name) for id, name, _ in values), (_DECLINE, "None of these")],
        {**answers, _DECLINE: {"action": "decline"}},
        {"action": "cancel"},
    )


def _fits(id: str) -> bool:
    return bool(id.strip()) and len(id) <= ID and id != _DECLINE


def cursor_question(params: Json) -> Question | None:
    """``cursor/ask_question``; what cannot be shown is None."""
    try:
        fields = [_cursor_field(question) for question in params["questions"]]
    except (ValueError, KeyError, TypeError):
        return None
    if not 0 < len(fields) <= FIELDS or len({field.id for field in fields}) < len(fields):
        return None
    skipped: Json = {"outcome": {"outcome": "skipped", "reason": "The user skipped the question."}}
    cancelled: Json = {"outcome": {"outcome": "cancelled"}}
    title = str(params.get("title") or "")
    [first, *more] = fields
    if more or first.kind == "choices":
        shown = {"title": title or "The agent has some questions."}
        return _form(shown, fields, _cursor_answer, skipped, cancelled)
    pairs = [(choice.id, choice.name) for choice in first.choices]
    return _choice(
        {"title": first.title if first.title != first.id else title},
        [*pairs, ("__skip__", "Skip")],
        {**{id: _cursor_answer({first.id: id}) for id, _ in pairs}, "__skip__": skipped},
        cancelled,
    )


def _cursor_field(question: Any) -> Field:
    match question:
        case {"id": str(id), "options": [*options]} if id:
            kind = "choices" if question.get("allowMultiple") else "choice"
            choices = choices_of((str(one["id"]), one.get("label")) for one in options)
            return Field(id, kind, str(question.get("prompt") or id), "", True, choices)
    raise ValueError("not a question")


def _cursor_answer(chosen: Json) -> Json:
    answers = [
        {"questionId": id, "selectedOptionIds": ids if isinstance(ids, list) else [ids]}
        for id, ids in chosen.items()
    ]
    return {"outcome": {"outcome": "answered", "answers": answers}}


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
    shown: Json,
    options: list[tuple[str, str]],
    answers: dict[str, Json],
    cancelled: Json,
    elicitation: str | None = None,
) -> Question:
    def answer(option_id: str | None, _: Answers) -> Json:
        return cancelled if option_id is None else answers[option_id]

    return Question({"kind": "question", **shown, "options": _listed(options)}, answer, elicitation)


def _form(
    shown: Json,
    fields: list[Field],
    accepted: Callable[[Json], Json],
    declined: Json,
    cancelled: Json,
) -> Question:
    def answer(option_id: str | None, answers: Answers) -> Json:
        if option_id == "accept":
            return accepted(fill(fields, answers))
        return cancelled if option_id is None else declined

    options = _listed([("accept", "Send"), ("decline", "No answer")])
    drawn = [field.shown for field in fields]
    return Question({"kind": "question", **shown, "fields": drawn, "options": options}, answer)


def _listed(options: list[tuple[str, str]]) -> list[Json]:
    return [{"id": id, "name": name, "kind": ""} for id, name in options]
