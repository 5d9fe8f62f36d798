"""Answers a question about a workspace, step by step: this decides which kind of answer it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from janus.agents.demo.chats import Chat, Turn, recall, summary
from janus.agents.demo.definitions import explanation, kind
from janus.agents.demo.places import find
from janus.agents.demo.question import Question, clean, exact, understand
from janus.agents.demo.steps import Finished, Say, Steps, count, git, read, series, short
from janus.agents.demo.workspace import Workspace
from janus.agents.demo.writing import EXAMPLE, dictated, take_down

ABOUT_ME = (
    "I am the demo agent that comes with Janus: I work offline, and all I can do is search and"
    " quote the files of this workspace, and write down what you dictate. Ask me where something is"
    " defined, who uses it, what a file does, what this project is, or what changed lately; or say:"
    f" {EXAMPLE}. To have code written or commands run, install a real agent such as cursor-agent;"
    " Janus will then talk to that."
)
CANNOT = (
    "I cannot do that: I am the demo agent that comes with Janus; I search and quote this"
    f" workspace, and write a file only if you dictate it, for example: {EXAMPLE}."
    " A real agent, such as cursor-agent, can do it once it is installed."
)
ASK_AGAIN = "Name a file, a function or a class, or ask for example: where is main defined?"

_PROJECT = """
    app application architecture built codebase language languages organised organized overview
    program project purpose readme repo repository structure structured workspace
"""
_ENDINGS = {"python": ".py", "javascript": ".js", "typescript": ".ts", "markdown": ".md"}


def converse(prompt: str, workspace: Workspace, chat: Chat) -> Steps[None]:
    """Answer *prompt* as the next turn of *chat*.

    The question is remembered before the first step, what came of it before the steps end, also
    when they are closed.
    """
    question = understand(prompt)
    steps = answer(question, workspace, chat.turns())
    chat.note(question=question.text)
    said = subject = wrote = ""
    allowed = None
    try:
        while True:
            step = steps.send(allowed)
            match step:
                case Say(text):
                    said += text
                case Finished(call, {"success": {"path": path}}) if call.tool == "edit":
                    wrote = path
            allowed = yield step
    except StopIteration as end:
        subject = end.value
    finally:
        chat.note(answer=said, subject=subject, wrote=wrote)


def answer(question: Question, workspace: Workspace, history: Sequence[Turn]) -> Steps[str]:
    """The steps that answer *question*, given the turns before it; returns what they are about."""
    if wish := dictated(question.words):
        return (yield from take_down(wish, workspace, history))
    match question.intent:
        case "hello":
            yield Say(ABOUT_ME)
        case "recall":
            yield Say(recall(history))
        case "summary":
            yield Say(summary(history))
        case "request" if question.names:
            subject = yield from find(question, workspace)
            yield Say(f"\n\n{CANNOT}")
            return subject
        case "request":
            yield Say(CANNOT)
        case "changes":
            yield from _changes(question, workspace)
        case _:
            return (yield from _look(question, workspace, history))
    return ""


def _look(question: Question, workspace: Workspace, history: Sequence[Turn]) -> Steps[str]:
    """Look for what the question names, or for what "it" is if it names nothing."""
    subject = next((turn.subject for turn in reversed(history) if turn.subject), "")
    if _is_about_project(question, workspace, subject):
        yield from _overview(workspace)
    elif (paths := _asked_for(question, workspace)) is not None:
        yield Say(f"I found {count(len(paths), 'file')}: {series(paths, 10)}.")
    elif question.terms:
        return (yield from find(question, workspace))
    elif subject:
        return (yield from find(question._replace(terms=(exact(subject),)), workspace))
    else:
        yield Say(ASK_AGAIN)
    return ""


def _is_about_project(question: Question, workspace: Workspace, subject: str) -> bool:
    """It names nothing, or nothing but words that mean the whole, or the folder itself."""
    text = question.text.lower()
    words = {term.text.lower() for term in question.terms}
    if text.startswith(("where", "who")) or question.intent in ("uses", "files"):
        return False
    if not words:
        return not subject and "this" in text
    return words <= {*_PROJECT.split(), workspace.root.name.lower()}


def _asked_for(question: Question, workspace: Workspace) -> list[str] | None:
    """The files that are asked for, those of the code first; ``None`` if no files are."""
    paths = workspace.files
    if question.intent == "files":
        for term in question.terms:
            needle = _ENDINGS.get(term.text.lower(), term.needle)
            paths = [path for path in paths if needle in f"/{path.lower()}"]
    else:
        folders = [f"/{term.text.strip('/')}/" for term in question.names if "/" in term.text]
        paths = [path for path in paths if any(folder in f"/{path}" for folder in folders)]
    paths = sorted(paths, key=lambda path: (kind(path) != "code", path.count("/"), path))
    return paths or None


def _overview(workspace: Workspace) -> Steps[None]:
    """What the project is, and where in it most of the files are."""
    paths = sorted(workspace.files, key=lambda path: path.count("/"))
    readme = next((p for p in paths if p.rpartition("/")[2].lower().startswith("readme")), "")
    lines = (yield from read(workspace, readme)) if readme else []
    title = next((line[2:] for line in lines if line.startswith("# ")), workspace.root.name)
    about = explanation(lines, "README.md") or "It has no README that would say what it is for."
    endings = Counter(PurePath(path).suffix for path in paths if kind(path) != "data")
    folders = Counter(path.partition("/")[0] for path in paths if "/" in path)
    text = f"This is {clean(title)}. {clean(about)}\n\nIt has {count(len(paths), 'file')}"
    if most := _most(endings, 3):
        text += f", mostly {most}"
    if most := _most(folders, 5):
        text += f". The largest folders are {most}"
    yield Say(f"{text}.")


def _most(counter: Counter[str], limit: int) -> str:
    return series([f"{name} ({number})" for name, number in counter.most_common(limit) if name])


def _changes(question: Question, workspace: Workspace) -> Steps[None]:
    """The newest commits and what is not committed yet, of the files that are named or of all."""
    named = [path for term in question.names for path in workspace.called(term.text)]
    wanted = named[:20] or ["."]
    status = yield from git(workspace, "status", "--short", "--", *wanted)
    if status is None:
        yield Say("I cannot tell: this workspace is not a git checkout, or git is not installed.")
        return
    log = yield from git(workspace, "log", "-n", "4", "--format=“%s” (%ar)", "--", *wanted)
    changed = [line[3:].rpartition(" -> ")[2].strip('"') for line in status.splitlines()]
    commits = series([short(line, 120) for line in (log or "").splitlines()])
    yield Say(
        f"Not committed yet: {series(changed) or 'nothing'}.\n\n"
        f"The newest commits: {commits or 'none yet'}."
    )
