"""Answers a question about a workspace, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from janus.agents.demo import changes, conversation, files, places
from janus.agents.demo.chats import Chat, Turn
from janus.agents.demo.question import Question, exact, understand
from janus.agents.demo.speech import series
from janus.agents.demo.steps import Remember, Say, Step, Steps, Think
from janus.agents.demo.workspace import Workspace

_OVERVIEW = re.compile(
    r"\b(?:project|repo|repository|codebase|workspace|app|application|program|overview|readme"
    r"|structured?|organi[sz]ed|architecture|languages?|this about|this for)\b"
)
_PLAIN_FOLDERS = {"test", "tests", "doc", "docs", "src", "lib", "bin", "web", "frontend", "scripts"}
_OVERVIEW_TERMS = re.compile(
    r"overview|summar|structure|organi|architect|language|purpose|introduc|stack|technolog|written|built"
    r"|new|start|high|level|big|picture|main|programming"
)


def converse(prompt: str, workspace: Workspace, chat: Chat) -> Iterator[Step]:
    """Answer *prompt* as the next turn of *chat*.

    The question is remembered before the first step, the answer before the steps end.
    """
    history = chat.turns()
    question = understand(prompt)
    chat.asked(question.text)
    said: list[str] = []
    about = Remember("", ())
    for step in answer(question, workspace, history):
        match step:
            case Say(text):
                said.append(text)
            case Remember():
                about = step
        yield step
    chat.answered("".join(said), about.subject, about.places)


def answer(question: Question, workspace: Workspace, history: Sequence[Turn]) -> Steps[None]:
    """The steps that answer *question*, given the turns before it."""
    if words := conversation.reply(question, history):
        yield Say(words)
    elif question.intent == "request":
        yield from places.refuse(question, workspace)
    elif question.intent == "changes":
        yield from changes.tell(question, workspace)
    elif _wants_overview(question, history) or _names_project(question, workspace):
        yield Think("Looking at the README and the files of this workspace.")
        yield from files.overview(workspace)
    else:
        yield from _look(question, workspace, history)


def _look(question: Question, workspace: Workspace, history: Sequence[Turn]) -> Steps[None]:
    """Search, at first where the answer before this one came to, if the question says "it"."""
    before = [place.rpartition(", line ")[0] for place in _last(history).places[:1]]
    if before and _means_it(question) and not question.vague:
        if (yield from places.find(question, workspace, within=before)):
            return
        words = series([term.text for term in question.terms], joint="or")
        yield Say(f"Nothing in {before[0]} mentions {words}.\n\n")
    question = _with_subject(question, history)
    if question.vague:
        yield Say(conversation.ASK_AGAIN)
    elif not (yield from files.tell(question, workspace)):
        yield from places.find(question, workspace)


def _wants_overview(question: Question, history: Sequence[Turn]) -> bool:
    text = question.text.lower()
    if not question.vague and not all(_OVERVIEW_TERMS.match(t.needle) for t in question.terms):
        return False
    if question.intent in ("files", "uses"):
        return False
    return bool(_OVERVIEW.search(text)) or (not _last(history).subject and "this" in text)


def _names_project(question: Question, workspace: Workspace) -> bool:
    """It asks what the folder itself is, or a package at its top, by name."""
    folders = {path.partition("/")[0].lower() for path in workspace.files if "/" in path}
    words = [term.text.lower() for term in question.terms]
    known = {workspace.root.name.lower(), *folders}
    return question.intent == "explain" and len(words) == 1 and words[0] in known - _PLAIN_FOLDERS


def _with_subject(question: Question, history: Sequence[Turn]) -> Question:
    """The question with what ``it`` stands for, or what it leaves out, from the turns before."""
    subject = _last(history).subject
    goes_on = _means_it(question) or question.text.lower().startswith("and ")
    if not subject or not (question.vague or goes_on):
        return question
    own = () if question.vague else question.terms
    return question._replace(terms=(exact(subject), *own), vague=False)


def _means_it(question: Question) -> bool:
    said = re.search(r"\b(?:it|its|they|them)\b", question.text.lower())
    return said is not None and not question.names


def _last(history: Sequence[Turn]) -> Turn:
    """The newest turn that was about something."""
    return next((turn for turn in reversed(history) if turn.subject), Turn(""))
