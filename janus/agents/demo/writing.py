"""Writing down what the user dictates: which words go into which file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from janus.agents.demo.chats import Turn
from janus.agents.demo.definitions import kind
from janus.agents.demo.question import PLEASE, clean
from janus.agents.demo.steps import Say, Steps, count, write
from janus.agents.demo.workspace import Refused, Workspace

EXAMPLE = "“write notes.txt: remember the milk”"
NOBODY_TO_ASK = (
    "I would write {}, but not without your permission, and in print mode I cannot ask for it."
    " Talk to me through Janus, or another client of the Agent Client Protocol, which runs me as:"
    " janus-demo-agent acp"
)

_VERB = rf"{PLEASE}(?P<verb>write|create|make|save|put|append|add)\s++"
_FILE = (
    r"(?:(?:a|an|the|new|text|file|called|named)\s+)*"
    r"(?P<file>`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|[^\s:]++),?"
)
_INTO = rf"\s(?:down\s+)?(?:to|into|in|as)\s+{_FILE}\W*"
_THAT = r"(?:that|this|it|(?:that|the|your)(?: last| previous)? (?:answer|reply))"
_ABOUT = r"(?:(?:\w+\s+)?(?:text|words?|contents?|lines?)\b)?"
_FORMS = [
    re.compile(form, re.IGNORECASE | re.DOTALL)
    for form in (
        rf"{_VERB}{_THAT}{_INTO}",
        rf"{_VERB}(?:(?:(?:this|the following)\s+)?(?:to|into|in)\s+)?{_FILE}"
        rf"(?P<mark>\s*:\s|\s*\n|\s+(?:with|containing|saying)\s+{_ABOUT}(?:\s*:)?)(?P<text>.+)",
        rf"{_VERB}(?P<text>.+){_INTO}",
    )
]
_QUOTED = re.compile(r'```[^\n]*\n(.*?)\n?```|`([^`]+)`|"([^"]+)"|“([^”]+)”', re.DOTALL)


class Wish(NamedTuple):
    """A file to be written, or added to; without *text*, it is the last answer that goes there."""

    name: str
    text: str
    append: bool


def dictated(words: str) -> Wish | None:
    """What is to be written where; None if *words* do not ask for that, or not plainly."""
    for form in _FORMS:
        found = form.fullmatch(words.strip())
        said = found.groupdict("") if found else {}
        name, text, mark = (said.get(key, "") for key in ("file", "text", "mark"))
        bare = name.strip('`"“”')
        if bare == name:
            bare = name.rstrip(".,!?")
            if not ("." in bare or "/" in bare):
                continue  # this is not how a file is called
        append = said["verb"].lower() in ("append", "add")
        if "text" not in said:
            return Wish(bare, "", append)
        text = text.strip("\n").rstrip()
        text = text if "\n" in text else text.strip()
        quoted = _QUOTED.fullmatch(text)
        # "add eggs to list.md" dictates; "add a test to cart.py" wants something made up.
        if quoted or ":" in mark or mark.endswith("\n") or kind(bare) == "prose":
            text = next(filter(None, quoted.groups()), "") if quoted else text
            if "lines" in mark and "\n" not in text:
                text = re.sub(r"\s*[,;]\s*(?:and )?", "\n", text)
            return Wish(bare, text.rstrip("\n") + "\n", append)
    return None


def take_down(wish: Wish, workspace: Workspace, history: Sequence[Turn]) -> Steps[str]:
    """Write it, if it can be and the user allows it; returns the file's path."""
    answers = [turn.answer for turn in history if turn.answer and not dictated(turn.question)]
    text = wish.text or f"{answers[-1] if answers else ''}\n"
    if not text.strip():
        yield Say("There is no answer yet that I could save.")
        return ""
    try:
        path, old = workspace.place(wish.name)
        before = old if old and wish.append else ""
        apart = "\n" if before and not before.endswith("\n") else ""
        written = yield from write(workspace, path, old, f"{before}{apart}{text}")
    except Refused as why:
        yield Say(f"I cannot write {clean(wish.name)}: {why}.")
        return ""
    if written is None:
        yield Say(NOBODY_TO_ASK.format(clean(path)))
    elif written:
        lines = count(text.count("\n"), "line")
        yield Say(f"I {'added' if before else 'wrote'} {lines} to {clean(path)}.")
    else:
        yield Say(f"You did not allow it, so I left {clean(path)} alone.")
    return path
