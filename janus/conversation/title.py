"""What a conversation is called in lists where nobody gave it a name, and its newest words.

Lists show both as they are, so Markdown is taken away; what is code, such as ``__init__``, ``2**3``
or ``*.py``, is not mistaken for it.
"""

from __future__ import annotations

import re

#: Characters of a title and of a preview.
_TITLE, _PREVIEW = 60, 160
#: Headings, quotes, items of lists and boxes to tick at the beginning of a line; lines of marks.
_MARKS = re.compile(r"\A(?:(?:#{1,6}|>+|[*+-]|\d{1,3}[.)]|\[[ xX]\])(?:\s+|\Z))+")
_RULE = re.compile(r"\A(?:```.*|~~~.*|[-*_=#>+\s]+)\Z")
#: Each part has one way to match, so that none takes longer than the line.
_LINK = re.compile(r"!?(?<![\w)\]])\[([^\[\]]*)\]\([^()\s]*(?: \"[^\"]*\")?\)")
_INLINE = re.compile(
    r"(?<![a-zA-Z0-9_*/\\])(\*{1,3})(?=[^\s*./])([^*]*[^\s*])\1(?![a-zA-Z0-9_*./])"
    r"|(?<![\w/.\\])(_)(?=[^\s_])([^_]*[^\s_])\3(?![\w/.(\[])"
    r"|(?<![\w/.\\])(__)(?=[^\s_])([^_]* [^_]*[^\s_])\5(?![\w/.(\[])"
    r"|(?<!~)(~~)(?=[^\s~])([^~]*[^\s~])\7(?!~)"
)
#: Emphasis within emphasis is not deeper than that.
_DEEP = 3


def title_of(text: str) -> str:
    """The first line of *text* that says something, in at most 60 characters."""
    lines = (_plain(line) for line in text[:4000].splitlines())
    return _cut(next(filter(None, lines), ""), _TITLE)


def preview_of(text: str) -> str:
    """The beginning of *text* on one line, in at most 160 characters."""
    lines = map(_plain, text[: 4 * _PREVIEW].splitlines())
    return _cut(" ".join(filter(None, lines)), _PREVIEW)


def _plain(line: str) -> str:
    """A line of Markdown as it reads; nothing where it has marks only."""
    line = line.strip()
    if _RULE.match(line):
        return ""
    if marks := _MARKS.match(line):
        line = line[marks.end() :]
    if "](" in line:
        line = _LINK.sub(r"\1", line)
    line = line.replace("`", "")
    for _ in range(_DEEP if any(mark in line for mark in "*_~") else 0):
        line = _INLINE.sub(lambda found: found[2] or found[4] or found[6] or found[8], line)
    return " ".join(line.split())


def _cut(text: str, longest: int) -> str:
    """*text*, cut between words if need be."""
    if len(text) <= longest:
        return text
    head, _, _ = text[:longest].rpartition(" ")
    return (head if len(head) > longest // 2 else text[: longest - 1]) + "…"
