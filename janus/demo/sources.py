"""What a line of source text defines, and what is written about that."""

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile

from janus.demo.wording import short

MAX_LINE = 400  # longer ones are for machines

_PROSE = (".md", ".rst", ".txt", ".adoc")
_DATA = (".json", ".jsonl", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".csv", ".lock", ".svg")
_FUNCTIONS = ("def", "func", "fn", "fun")
# The words before the keyword, as in "export default async", have one way to match: one space.
_KEYWORD = re.compile(
    r"\s*(?:[a-z]+(?:\(\w+\))? ){0,4}?(class|def|function|func|fn|fun|struct|enum|trait|interface"
    r"|type|module|namespace|record|const|let|var|val)\*? +(?:\([^()]*\) *)?"
    r"([\w$]+)\s*(?:$|[(:=<{;|&\[]|(?:extends|implements|struct|interface|for|where)\b)"
)
_ASSIGNMENT = re.compile(r"([A-Za-z_$][\w$]*) *(?::[^=]+)?=(?![=>~])")
_COMMENT = re.compile(r"\s*(?://|/?\*|--|#(?![!\[]))[/*!#]*(.*?)(?:\*/)?$")
_NOT_TEXT = re.compile(r"\s*(?:$|!?\[|[#<=|]|--|```)")  # a heading, badge, picture, tag or fence


def kind(path: str) -> str:
    """``code``, ``test``, ``prose`` or ``data``, judged by the path alone."""
    name = f"/{path.lower()}"
    if name.endswith((*_DATA, *_PROSE)):
        return "data" if name.endswith(_DATA) else "prose"
    return "test" if re.search(r"/test|/spec|[_.]test\.|\.spec\.", name) else "code"


def defined(text: str, path: str) -> tuple[str, str]:
    """The name that the line *text* of file *path* defines, and as what; empty if it does not."""
    if kind(path) == "prose":
        title = text.lstrip("#")
        return (title.strip(), "section") if text[:1] == "#" and title[:1] == " " else ("", "")
    if found := _KEYWORD.match(text[:MAX_LINE]):
        function = "method" if found[1] == "def" and text[0] in " \t" else "function"
        return found[2], function if found[1] in _FUNCTIONS else found[1]
    found = _ASSIGNMENT.match(text[:MAX_LINE])
    return (found[1], "variable") if found else ("", "")


def explanation(lines: Sequence[str], path: str, line: int = 0) -> str:
    """The first paragraph about the definition in *line*, or at the top about the whole file.

    That is of the docstring below it or the comment above it; in prose it is what comes next.
    """
    below = "\n".join(lines[line : line + 60]).lstrip()
    if kind(path) == "prose":
        found = list(takewhile(_is_text, dropwhile(lambda t: not _is_text(t), lines[line:])))
    elif below.startswith('"""'):
        found = below.split('"""')[1].strip().splitlines()
    else:
        around = lines[max(0, line - 30) : line - 1][::-1] if line else lines[:30]
        said = [match[1] for match in takewhile(bool, map(_COMMENT.match, around)) if match]
        found = said[::-1] if line else said
    return short(" ".join(takewhile(str.strip, found)).replace("`", ""))


def _is_text(line: str) -> bool:
    return not _NOT_TEXT.match(line)
