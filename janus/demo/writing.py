"""Writing down what the user dictates: which words go into which file."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from janus.demo.chats import Past
from janus.demo.question import PLEASE
from janus.demo.sources import kind
from janus.demo.turn import Turn
from janus.demo.wording import code, count
from janus.demo.workspace import Refused, Workspace

EXAMPLE = "“write notes.txt: remember the milk”"

_VERB = rf"{PLEASE}(?P<verb>write|create|make|save|put|append|add)\s++"
_FILE = (
    r"(?:(?:a|an|the|new|text|file|called|named)\s+)*"
    r"(?P<file>`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|[^\s:]++),?"
)
_INTO = rf"\s(?:down\s+)?(?:to|into|in|as)\s+{_FILE}\W*"
_THAT = r"(?:that|this|it|(?:that|the|your)(?: last| previous)? (?:answer|reply))"
_FORMS = {
    "answer": rf"{_VERB}{_THAT}{_INTO}",
    "text": rf"{_VERB}(?:(?:to|into|in)\s+)?{_FILE}"
    r"(?P<mark>\s*:\s|\s*\n|\s+(?:with|containing|saying)\s+)(?P<text>.+)",
    "words": rf"{_VERB}(?P<text>.{{1,4000}}){_INTO}",
    "ask": rf"{_VERB}(?:(?:to|into|in)\s+)?{_FILE}\W*",
}
_QUOTED = re.compile(r'```[^\n]*\n(.*?)\n?```|`([^`]+)`|"([^"]+)"|“([^”]+)”', re.DOTALL)


class Wish(NamedTuple):
    """A file to be written, or added to, and what with."""

    name: str
    text: str
    append: bool
    form: str
    """``answer``: the last one is meant; ``ask``: the user has not said; else it is *text*."""


def dictated(words: str) -> Wish | None:
    """What is to be written where; None if *words* do not ask for that, or not plainly."""
    for form, pattern in _FORMS.items():
        if not (found := re.fullmatch(pattern, words.strip(), re.IGNORECASE | re.DOTALL)):
            continue
        said = found.groupdict("")
        name = said["file"].strip('`"“”')
        if name == said["file"]:
            name = name.rstrip(".,!?")
            if not ("." in name or "/" in name):
                continue  # this is not how a file is called
        text, mark = said.get("text", "").strip("\n").rstrip(), said.get("mark", "")
        quoted = _QUOTED.fullmatch(text.strip())
        # "add eggs to list.md" dictates; "add a test to cart.py" wants something made up.
        if not text or quoted or ":" in mark or mark[-1:] == "\n" or kind(name) == "prose":
            text = next(filter(None, quoted.groups()), "") if quoted else text
            return Wish(name, text, said["verb"].lower() in ("append", "add"), form)
    return None


def take_down(wish: Wish, turn: Turn, workspace: Workspace, history: Sequence[Past]) -> None:
    """Write it, if it can be and the user allows it."""
    text = wish.text
    if wish.form == "answer":
        text = next((p.answer for p in reversed(history) if p.answer and not p.wrote), "")
    elif wish.form == "ask":
        text = turn.question(f"What shall I write to {wish.name}?")
    if not (text := text.rstrip("\n")):
        return turn.say(f"I have no words for {code(wish.name)}. Dictate them: {EXAMPLE}.")
    try:
        path, old = workspace.place(wish.name)
        before = old if old and wish.append else ""
        before += "\n" if before and not before.endswith("\n") else ""
        new = f"{before}{text}\n"
        there = f"{workspace.root}/{path}"
        diff = {"type": "diff", "path": there, "oldText": old, "newText": new}
        place = {"locations": [{"path": there}], "content": [diff]}
        if not turn.may(turn.start("edit", f"Write {path}", "pending", **place)):
            turn.finish(ok=False)
            return turn.say(f"You did not allow it, so I left {code(path)} alone.")
        workspace.write(path, old, new)
    except Refused as why:
        turn.finish(str(why), ok=False)
        return turn.say(f"I cannot write {code(wish.name)}: {why}.")
    turn.finish()
    turn.wrote = path
    lines = count(text.count("\n") + 1, "line")
    turn.say(f"I {'added' if before else 'wrote'} {lines} to {code(path)}.")
