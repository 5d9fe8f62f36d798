"""What a tool call put out, as text: what was printed, or how a file changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from janus.agents.acp.jsonrpc import Json

_OUTPUT, TITLE_LIMIT, _CHANGES, _COMPARED = 4000, 200, 200, 2000


def text_of(content: Any) -> str:
    """A content block as text; what cannot be shown as text is named."""
    match content:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "resource_link", "uri": str(uri)}:
            return uri
        case {"type": "resource", "resource": {"text": str(text)}}:
            return text
        case {"type": str(kind)}:
            return f"[{kind}]"
    return ""


def output_of(news: Json) -> str:
    """What the user may want to see: what was printed, or how a file changed."""
    parts = []
    for item in news.get("content") or []:
        match item:
            case {"type": "content", "content": content}:
                parts.append(text_of(content))
            case {"type": "diff", "path": str(path), "newText": str(new)}:
                parts.append(_diff(path, item.get("oldText"), new))
    if not any(parts):
        match news.get("rawOutput"):
            case {"stdout": str(text), "stderr": str(more)}:
                parts += [text, more]
            case {"output": str(text)} | {"stdout": str(text)} | {"content": str(text)} | str(text):
                parts.append(text)
    return "\n".join(part for part in parts if part)


def _diff(path: str, old: Any, new: str) -> str:
    """A change, a line each; the lines that did not change are left out."""
    before = old.splitlines() if isinstance(old, str) and not old.startswith("-- /dev/null") else []
    after = [line for line in new.splitlines() if not line.startswith("++ b/")]
    if len(before) + len(after) > _COMPARED:  # comparing could take minutes
        for _ in range(2):  # what is alike at the beginning, and then, turned round, at the end
            pairs = zip(before, after, strict=False)
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            before, after = before[same:][::-1], after[same:][::-1]
    if len(before) + len(after) > _COMPARED:
        changes = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    else:
        compared = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        changes = [line for line in compared if not line.startswith("@@")]
    return "\n".join([path, *_first(changes)])


def _first(changes: list[str]) -> Iterator[str]:
    """As many as are shown, and how many more there are: who allows a change must know."""
    room = _OUTPUT - TITLE_LIMIT
    for at, line in enumerate(changes):
        room -= len(line) + 1
        if at == _CHANGES or (at and room < 0):
            yield f"… and {len(changes) - at} lines more"
            return
        yield line


def cut(text: str, longest: int = _OUTPUT) -> str:
    """The beginning of a text, and how much more there is."""
    rest = len(text) - longest
    return f"{text[:longest]}\n… and {rest} characters more" if rest > 0 else text
