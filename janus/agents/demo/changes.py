"""Answers about what changed: the last commits, and what is not committed yet."""

from __future__ import annotations

import re

from janus.agents.demo import tools
from janus.agents.demo.question import Question
from janus.agents.demo.speech import clean, count, series, short
from janus.agents.demo.steps import Remember, Say, Steps, Think
from janus.agents.demo.workspace import Workspace

_MINE = re.compile(r"\b(?:i|we|my|uncommitted|status|working)\b")


def tell(question: Question, workspace: Workspace) -> Steps[None]:
    """The newest commits and the uncommitted changes, the one that was asked for first."""
    yield Think("Looking at the history of this workspace.")
    wanted = [
        path
        for path in workspace.files
        for name in question.names
        if f"/{path}".lower().endswith(f"/{name.needle}")
    ] or ["."]
    log = yield from tools.git(
        workspace,
        *("log", "-n", "5", "--format=%h%x09%an%x09%ar%x09%s", "--", *wanted),
        description="Show the newest commits",
    )
    status = yield from tools.git(
        workspace, "status", "--short", "--", *wanted, description="Show uncommitted changes"
    )
    if status.code:
        yield Say("I cannot tell: this workspace is not a git checkout, or git is not installed.")
        return
    changed = [line[3:].rpartition(" -> ")[2].strip('"') for line in status.stdout.splitlines()]
    sentences = [_commits(log.stdout), _uncommitted(changed)]
    if _MINE.search(question.text.lower()):
        sentences.reverse()
    yield Say("\n\n".join(sentences))
    subject = "" if wanted == ["."] else wanted[0]
    yield Remember(subject, tuple(clean(path) for path in changed[:5]))


def _commits(log: str) -> str:
    commits = [line.split("\t", 3) for line in log.splitlines() if line.count("\t") >= 3]
    if not commits:
        return "There is no commit yet."
    _, author, when, subject = commits[0]
    text = f"The newest commit is “{short(subject)}”, by {clean(author)}, {when}."
    if before := [f"“{short(subject, 80)}” ({when})" for _, _, when, subject in commits[1:]]:
        text += f" Before it came {series(before)}."
    return text


def _uncommitted(changed: list[str]) -> str:
    if not changed:
        return "Everything is committed."
    verb = "is" if len(changed) == 1 else "are"
    return f"Not committed yet {verb} {count(len(changed), 'change')}: {series(changed)}."
