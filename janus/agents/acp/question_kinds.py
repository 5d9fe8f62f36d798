"""What each kind of question looks like, and how its answer is written: that depends on who asks.

session/request_permission    may I?
elicitation/create            which one? what? or: open this page
cursor/ask_question           which one?
cursor/create_plan            like this?

A question that one tap answers has its answers as options. Any other has ``fields`` to fill in, and
the options ``accept`` and ``decline``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from janus.agents.acp.diffs import cut
from janus.agents.acp.form_fields import ID, Choice, Field, fields_of, fill
from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.questions import Answers, Question
from janus.agents.acp.updates import object_of
from janus.events import QuestionAsked, QuestionOption, ToolCall

_TEXT = 10_000
_DECLINE = "__decline__"


def permission(params: Json, call: ToolCall) -> Question:
    """``session/request_permission``: *call* is what is known of the tool call it is about.

    A refusal is the choice of a reject option. ``cancelled`` would end the turn, and with some
    agents the session.
    """

    asked = QuestionAsked(
        request_id="",
        kind="permission",
        title=call.title if call.title != call.kind else "The agent wants to do something.",
        options=tuple(_option(object_of(option)) for option in params.get("options") or []),
        text=_whole(params.get("toolCall"), call.title),
        tool_call=call,
    )
    return Question(asked, _permission_answer)


def _permission_answer(option_id: str | None, _: Answers) -> Json:
    if option_id is None:
        return {"outcome": {"outcome": "cancelled"}}
    return {"outcome": {"outcome": "selected", "optionId": option_id}}


def _whole(call: Any, title: str) -> str:
    """What is asked for, if the *title* does not say all of it: who allows it must see it."""
    match call:
        case {"rawInput": {"command": str(text)}} | {"title": str(text)} if text not in title:
            return cut(text, _TEXT)
    return ""


def _option(option: Json) -> QuestionOption:
    id = str(option.get("optionId") or "")
    return QuestionOption(id, str(option.get("name") or id), str(option.get("kind") or ""))


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
    return form(
        message or str(schema.get("title") or "The agent has a question."),
        str(schema.get("description") or ""),
        fields,
        lambda content: {"action": "accept", "content": content},
        {"action": "decline"},
        {"action": "cancel"},
    )


def _web_page(params: Json) -> Question:
    id = params.get("elicitationId")
    return choice(
        str(params.get("message") or ""),
        {"accept": ("Done", {"action": "accept"}), "decline": ("No", {"action": "decline"})},
        {"action": "cancel"},
        url=str(params.get("url") or ""),
        elicitation=id if isinstance(id, str) else None,
    )


def _one_tap(message: str, field: Field) -> Question | None:
    """A form with one field of given values, whose values are the options."""
    values = field.choices
    if field.kind == "boolean":
        values = (Choice("True", "Yes", True), Choice("False", "No", False))
    elif field.kind != "choice" or not all(_fits(choice.id) for choice in values):
        return None
    options: dict[str, tuple[str, Json]] = {
        it.id: (it.name, {"action": "accept", "content": {field.id: it.value}}) for it in values
    }
    options[_DECLINE] = ("None of these", {"action": "decline"})
    return choice(message or field.id, options, {"action": "cancel"})


def _fits(id: str) -> bool:
    return bool(id.strip()) and len(id) <= ID and id != _DECLINE


def choice(
    title: str,
    options: Mapping[str, tuple[str, Json]],
    cancelled: Json,
    *,
    text: str = "",
    url: str = "",
    elicitation: str | None = None,
) -> Question:
    """A question that one tap answers: *options* are their names and what the agent gets."""
    shown = tuple(QuestionOption(id, name) for id, (name, _) in options.items())
    asked = QuestionAsked("", "question", title, shown, text, url)
    return Question(asked, lambda id, _: cancelled if id is None else options[id][1], elicitation)


def form(
    title: str,
    text: str,
    fields: list[Field],
    accepted: Callable[[Json], Json],
    declined: Json,
    cancelled: Json,
) -> Question:
    """A question with fields to fill in: *accepted* makes of them what the agent gets."""

    def answer(option_id: str | None, answers: Answers) -> Json:
        if option_id == "accept":
            return accepted(fill(fields, answers))
        return cancelled if option_id is None else declined

    options = (QuestionOption("accept", "Send"), QuestionOption("decline", "No answer"))
    drawn = tuple(field.shown for field in fields)
    return Question(QuestionAsked("", "question", title, options, text, fields=drawn), answer)
