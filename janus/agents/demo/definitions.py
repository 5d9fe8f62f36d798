"""Definitions in source text: which lines make them, what is written about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile
from typing import NamedTuple

MAX_LINE = 400

VALUES = ("variable", "constant", "field")

_KINDS = {
    **dict.fromkeys(("def", "func", "fn", "fun", "sub"), "function"),
    **{"let": "variable", "var": "variable", "val": "variable", "const": "constant"},
}
# Each repeated group begins with a letter and ends with a space, so there is one way to match it.
_KEYWORD = re.compile(
    r"\s*(?:(?:export|default|pub(?:\(\w+\))?|public|private|protected|internal|static|async"
    r"|abstract|final|inline|unsafe|declare|override|open|data|sealed|const(?=\s+fn))\s+)*"
    r"(class|def|function|func|fn|fun|sub|struct|enum|trait|interface|protocol|type|module|mod"
    r"|namespace|record|object|const|let|var|val)\s*\*?\s+"
    r"(?:mut\s+)?(?:\([^()]*\)\s*)?([\w$]+)"
    r"\s*(?:$|[(:=<{;|&\[]|(?:extends|implements|struct|interface|for|where)\b)"
)
_ASSIGNMENT = re.compile(r"(\s*)([A-Za-z_$][\w$]*)\s*(:[^=]+)?=(?![=>~])")
_TARGET = re.compile(r"([\w.-]+)\s*:(?!=)")
_PROSE = (".md", ".rst", ".txt", ".adoc")
_DATA = (".json", ".jsonl", ".ndjson", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".csv", ".lock")
_COMMENT = ("# ", "##", "//", "/*", "* ", "--", "<!--")
_MARKS = ("@", "#[", "#!", "<?", "'use")
_NOT_TEXT = ("#", "![", "[!", "<", "=", "--", "```", "~~~", "|")


class Definition(NamedTuple):
    """A name and the line, counted from 1, that gives it its meaning."""

    name: str
    kind: str
    line: int
    indent: int


def kind(path: str) -> str:
    """``code``, ``test``, ``prose`` or ``data``, judged by the path alone."""
    name = f"/{path.lower()}"
    if name.endswith((*_DATA, ".svg", ".map")) or ".min." in name:
        return "data"
    if name.endswith(_PROSE):
        return "prose"
    is_test = any(mark in name for mark in ("/test", "/spec", "_test.", ".test.", ".spec."))
    return "test" if is_test else "code"


def defined(text: str, path: str, line: int) -> Definition | None:
    """What the source line *text* of file *path* defines, if anything."""
    text = text[:MAX_LINE].expandtabs(4).rstrip()
    indent = len(text) - len(text.lstrip())
    if path.lower().endswith(_PROSE):
        title = text.lstrip("#")
        is_heading = text.startswith("#") and title.startswith(" ")
        return Definition(title.strip(), "section", line, 0) if is_heading else None
    if found := _KEYWORD.match(text):
        what = "method" if found[1] == "def" and indent else _KINDS.get(found[1], found[1])
        return Definition(found[2], what, line, indent)
    if (found := _ASSIGNMENT.match(text)) and (not indent or found[3]):
        what = "constant" if found[2].isupper() else "field" if indent else "variable"
        return Definition(found[2], what, line, indent)
    if path.endswith("akefile") and (found := _TARGET.match(text)):
        return Definition(found[1], "target", line, 0)
    return None


def outline(lines: Sequence[str], path: str) -> list[Definition]:
    """Everything that a file defines, in its order."""
    found = (defined(text, path, at) for at, text in enumerate(lines, 1))
    return [one for one in found if one]


def explanation(lines: Sequence[str], path: str, line: int = 0) -> str:
    """What is written about the definition in *line*, or at the top about the whole file.

    That is the docstring below it or the comment above it; in prose it is the next paragraph.
    """
    if path.lower().endswith(_PROSE):
        said = list(takewhile(_is_text, dropwhile(lambda text: not _is_text(text), lines[line:])))
        return _gist("\n".join(said))
    if text := _docstring(lines[line : line + 60]):
        return _gist(text)
    around = lines[max(0, line - 30) : line - 1][::-1] if line else lines[:30]
    around = list(dropwhile(lambda text: text.lstrip().startswith(_MARKS), around))
    said = [text.strip().strip("/*#!<>- ") for text in takewhile(_is_comment, around)]
    text = "\n".join(reversed(said) if line else said)
    return "" if "opyright" in text else _gist(text)


def _docstring(lines: Sequence[str]) -> str:
    for at, line in enumerate(lines):
        text = line.strip()
        if text.startswith(('"""', 'r"""')):
            return "\n".join(lines[at:]).split('"""')[1]
        if not text or text.startswith(("class ", "def ", "async ", "@")):
            break
    return ""


def _is_comment(line: str) -> bool:
    return line.strip() in ("#", "*") or line.strip().startswith(_COMMENT)


def _is_text(line: str) -> bool:
    """Whether it is a line of prose: no heading, badge, picture, tag or fence."""
    return bool(line.strip()) and not line.strip().startswith(_NOT_TEXT)


def _gist(text: str, limit: int = 260) -> str:
    """The first paragraph, in one line, ended at a sentence where it would be long."""
    text = " ".join(text.strip().partition("\n\n")[0].split()).replace("``", "`")
    if len(text) <= limit:
        return text
    sentences = text[:limit].rpartition(". ")[0]
    return f"{sentences}." if sentences else f"{text[:limit].rpartition(' ')[0]}…"
