"""The questions that cursor-agent asks in its own extension of ACP."""

from __future__ import annotations

from typing import Any

from janus.agents.acp.form_fields import FIELDS, Field, choices_of
from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.question_kinds import choice, form
from janus.agents.acp.questions import Question


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
        title = title or "The agent has some questions."
        return form(title, "", fields, _cursor_answer, skipped, cancelled)
    options = {it.id: (it.name, _cursor_answer({first.id: it.id})) for it in first.choices}
    options["__skip__"] = ("Skip", skipped)
    return choice(first.title if first.title != first.id else title, options, cancelled)


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
    rejected = {"outcome": "rejected", "reason": "The user said no."}
    return choice(
        str(params.get("name") or "Go ahead with this plan?"),
        {
            "accept": ("Go ahead", {"outcome": {"outcome": "accepted"}}),
            "reject": ("No", {"outcome": rejected}),
        },
        {"outcome": {"outcome": "cancelled"}},
        text=str(params.get("plan") or params.get("overview") or ""),
    )
