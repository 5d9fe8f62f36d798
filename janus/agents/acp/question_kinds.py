"""What each kind of question looks like, and how its answer is written: that depends on who asks.

session/request_permission    may I?
elicitation/create            which one? what? or: open this page
cursor/ask_question           which one?
cursor/create_plan            like this?

A question that one tap answers has its answers as options. Any other has ``fields`` to fill in, and
the options ``accept`` and ``decline``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from janus.agents.acp.diffs import TITLE_LIMIT, cut
from janus.agents.acp.form_fields import FIELDS, ID, Choice, Field, choices_of, fields_of, fill
from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.questions import DECLINE, DECLINE_ALL, Answers, Question
from janus.agents.acp.raw import told_of
from janus.agents.acp.updates import object_of
from janus.model.events import QuestionAsked, QuestionOption, ToolCall

_TEXT = 10_000
#: A tool of such a name asks its user; the questions of another one are about something else.
_ASKS = re.compile(r"ask|question", re.IGNORECASE)
_CANCELLED: Json = {"outcome": {"outcome": "cancelled"}}


def permission(params: Json, call: ToolCall, about: str = "") -> Question:
    """``session/request_permission``: *call* is what is known of the tool call it is about.

    *about* is all that its tool is given. A refusal is the choice of a reject option; where there
    is none it is ``cancelled``, which ends the turn with some agents, and the session with some.
    """
    news = object_of(params.get("toolCall"))
    told, about = news.get("title"), about or cut(told_of(news.get("rawInput")), _TEXT)
    title = told if isinstance(told, str) and told else call.title
    title = title[:TITLE_LIMIT] if title != call.kind else ""
    answers = _permission_options(params.get("options"))
    asked = QuestionAsked(
        request_id="",
        kind="permission",
        title=title or "The agent wants to do something.",
        options=tuple(option for option, _ in answers.values()),
        text=_whole(told, title, call, about),
        tool_call=call,
    )
    return Question(asked, lambda id, _: answers[id][1] if id is not None else _CANCELLED)


def _permission_options(offered: Any) -> dict[str, tuple[QuestionOption, Json]]:
    """The options by the ids they are shown with, and what the agent gets for each.

    One that says no is always among them; yes is only what the agent itself offers.
    """
    answers: dict[str, tuple[QuestionOption, Json]] = {}
    ambiguous = set()  # with one id for two answers nobody knows what the agent would hear
    for at, option in enumerate(offered[:FIELDS] if isinstance(offered, list) else ()):
        match option:
            case {"optionId": str() | int() as id}:
                shown = str(id) if _fits(str(id)) else f"option-{at}"
                name, kind = (
                    text if isinstance(text := option.get(field), str) else ""
                    for field in ("name", "kind")
                )
                told = QuestionOption(shown, (name or str(id))[:ID], kind)
                reply: Json = {"outcome": {"outcome": "selected", "optionId": id}}
                if answers.setdefault(shown, (told, reply))[0] != told:
                    ambiguous.add(shown)
    for shown in ambiguous:
        del answers[shown]
    if not any(option.kind.startswith("reject") for option, _ in answers.values()):
        decline = QuestionOption(DECLINE_ALL, "Deny", "reject_once")
        answers[DECLINE_ALL] = (decline, _CANCELLED)
    return answers


def _whole(told: Any, title: str, call: ToolCall, about: str) -> str:
    """What is asked for, if *title* and output do not say all of it: who allows it must see it."""
    if about and (call.kind == "execute" or not call.output) and about not in title:
        return about
    return cut(told, _TEXT) if isinstance(told, str) and told not in title else ""


def tool_questions(params: Json, tool: ToolCall) -> Question | None:
    """Questions that a *tool* asks as a permission to run it: qwen has them in ``rawInput``.

    None where there are none, or the agent does not say what it would take as the answer.
    """
    call = object_of(params.get("toolCall"))
    meta = object_of(call.get("_meta"))
    asked = meta.get("qwenQuestions")
    if _ASKS.search(f"{tool.name} {meta.get('toolName')} {tool.title}"):
        asked = asked or object_of(call.get("rawInput")).get("questions")
    answers = _permission_options(params.get("options"))
    yes = [reply for option, reply in answers.values() if option.kind.startswith("allow")]
    no = [reply for option, reply in answers.values() if option.kind.startswith("reject")]
    if len(yes) != 1 or not isinstance(asked, list) or not 0 < len(asked) <= FIELDS:
        return None
    try:
        fields = [_tool_field(str(at), question) for at, question in enumerate(asked)]
    except (ValueError, TypeError, AttributeError):
        return None

    def accepted(content: Json) -> Json:
        chosen = {id: ", ".join(it) if isinstance(it, list) else it for id, it in content.items()}
        return {**yes[0], "answers": chosen}

    [first, *more] = fields
    if more or first.kind == "choices":
        title = call.get("title")
        title = title if isinstance(title, str) and title else "The agent has some questions."
        return form(title, "", fields, accepted, no[0], _CANCELLED).about(tool)
    options = {it.id: (it.name, accepted({first.id: it.value})) for it in first.choices}
    options[DECLINE_ALL] = ("None of these", no[0])
    return choice(first.title, options, _CANCELLED, text=first.description).about(tool)


def _tool_field(id: str, question: Json) -> Field:
    words = question.get("question") or question.get("prompt") or question.get("header")
    labels, told = [], []
    for option in question["options"]:
        label = option if isinstance(option, str) else option["label"]
        if not _fits(label):
            raise ValueError("not a choice that can be shown")
        labels.append((label, label))
        more = option.get("description") if isinstance(option, dict) else None
        told += [f"{label}: {more}"] if isinstance(more, str) and more else []
    kind = "choices" if question.get("multiSelect") is True else "choice"
    if not isinstance(words, str) or not words:
        raise ValueError("not a question")
    return Field(id, kind, words, "\n".join(told), True, choices_of(labels))


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
    options[DECLINE_ALL] = ("None of these", {"action": "decline"})
    return choice(message or field.id, options, {"action": "cancel"})


def _fits(id: str) -> bool:
    return bool(id.strip()) and len(id) <= ID and id != DECLINE_ALL


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

    options = (QuestionOption("accept", "Send"), QuestionOption(DECLINE, "Skip"))
    drawn = tuple(field.shown for field in fields)
    return Question(QuestionAsked("", "question", title, options, text, fields=drawn), answer)
