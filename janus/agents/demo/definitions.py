"""Definitions in source text: which lines make them, what is written about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from janus.agents.demo.languages import BRACES, PROSE, language

MAX_LINE = 400

_KINDS = {
    "def": "function",
    "func": "function",
    "fn": "function",
    "fun": "function",
    "sub": "function",
    "let": "variable",
    "var": "variable",
    "val": "variable",
    "const": "constant",
    "define": "macro",
    "macro_rules!": "macro",
    "mod": "module",
    "impl": "implementation",
}

# Each repeated group begins with a letter and ends with a space, so there is one way to match it.
_KEYWORD = re.compile(
    r"\s*(?:(?:export|default|pub(?:\(\w+\))?|public|private|protected|internal|static|async"
    r"|abstract|final|inline|unsafe|declare|override|open|data|sealed|const(?=\s+(?:fn|enum)))\s+)*"
    r"(class|def|function|func|fn|fun|sub|struct|enum|trait|interface|protocol|type|module|mod"
    r"|namespace|record|object|impl|const|let|var|val|macro_rules!)\s*\*?\s+"
    r"(?:mut\s+)?(?:\([^()]*\)\s*)?([\w$]+(?:\.[\w$]+)*[?!]?)"
    r"\s*(?:$|[(:=<{;|&\[]|(?:extends|implements|struct|interface|for|where|func|map)\b)"
)
_MACRO = re.compile(r"#\s*(define)\s+(\w+)")
_ASSIGNMENT = re.compile(r"(\s*)([A-Za-z_$][\w$]*)(\s*)(:[^=]+)?=(?![=>~])")
_TARGET = re.compile(r"([\w.-]+)\s*:(?!=)")
_COMMENT = ("# ", "##", "//", "/*", "*", "--", ";", "<!--")
_NOT_A_NAME = {
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "return",
    "else",
    "new",
    "await",
    "throw",
    "do",
}


class Definition(NamedTuple):
    """A name and the line, counted from 1, that gives it its meaning."""

    name: str
    kind: str
    line: int
    indent: int


def defined(text: str, path: str, line: int = 0) -> Definition | None:
    """What the source line *text* of file *path* defines, if anything."""
    text = text[:MAX_LINE].expandtabs(4).rstrip()
    indent = len(text) - len(text.lstrip())
    tongue = language(path)
    if tongue in PROSE:
        title = text.lstrip("#")
        is_heading = text.startswith("#") and title.startswith(" ")
        return Definition(title.strip(), "section", line, 0) if is_heading else None
    if found := _KEYWORD.match(text) or _MACRO.match(text):
        word = next((w for w in ("struct", "interface") if f" {w} " in text), found[1])
        kind = "method" if word == "def" and indent else _KINDS.get(word, word)
        return Definition(found[2].rpartition(".")[2], kind, line, indent)
    if (found := _ASSIGNMENT.match(text)) and (not indent or found[3] or found[4]):
        kind = "constant" if found[2].isupper() else "field" if indent and found[4] else "variable"
        return Definition(found[2], kind, line, indent)
    if _is_makefile(path) and (found := _TARGET.match(text)):
        return Definition(found[1], "target", line, 0)
    name = _braced(text, indent) if tongue in BRACES else None
    return Definition(name, "function", line, indent) if name else None


def outline(lines: Sequence[str], path: str) -> list[Definition]:
    """Everything a file defines at its outer level, and the methods of its classes."""
    found = (defined(text, path, at) for at, text in enumerate(lines, 1))
    return [one for one in found if one and (not one.indent or one.kind == "method")]


def enclosing(lines: Sequence[str], path: str, line: int) -> Definition | None:
    """The function or class that line *line* is part of."""
    indent = _indent(lines[line - 1])
    for at in range(line - 1, 0, -1):
        text = lines[at - 1]
        if text.strip() and _indent(text) < indent:
            found = defined(text, path, at)
            if found and found.kind not in ("variable", "constant"):
                return found
            indent = _indent(text)
    return None


def explanation(lines: Sequence[str], definition: Definition) -> str:
    """What a docstring, the comment above, or the paragraph under a heading says of it."""
    at = definition.line
    if definition.kind == "section":
        return gist(_paragraph(lines[at:]))
    if definition.kind in ("class", "function", "method"):
        signature = (n for n in range(at, at + 20) if _opens_body(lines[n - 1 : n]))
        body = next(signature, len(lines))
        if text := _docstring(lines[body : body + 40]):
            return gist(text)
    above = at - 1
    while above and lines[above - 1].strip().startswith(("@", "#[")):
        above -= 1
    return gist(_comment(list(reversed(lines[max(0, above - 30) : above])), upwards=True))


def introduction(lines: Sequence[str], path: str) -> str:
    """What a file says about itself at its top."""
    if language(path) in PROSE:
        return gist(_paragraph(lines))
    while lines and (lines[0].startswith(("#!", "<?", "'use", '"use')) or not lines[0].strip()):
        lines = lines[1:]
    return gist(_docstring(lines[:60]) or _comment(lines[:60]))


def gist(text: str, limit: int = 260) -> str:
    """The first paragraph, in one line, ended at a sentence where it would be long."""
    text = " ".join(text.strip().partition("\n\n")[0].split()).replace("``", "`")
    if len(text) <= limit:
        return text
    sentences = text[:limit].rpartition(". ")[0]
    return f"{sentences}." if sentences else f"{text[:limit].rpartition(' ')[0]}…"


def _is_makefile(path: str) -> bool:
    return path.rpartition("/")[2].lower() in ("makefile", "gnumakefile", "justfile")


def _opens_body(line: Sequence[str]) -> bool:
    return bool(line) and line[0].partition("#")[0].rstrip().endswith(":")


def _indent(text: str) -> int:
    text = text.expandtabs(4)
    return len(text) - len(text.lstrip())


def _braced(text: str, indent: int) -> str | None:
    """The name in ``int main(void) {`` or ``render(props) {``, which no keyword announces."""
    head, paren, rest = text.partition("(")
    words = head.replace("*", " ").replace("&", " ").split()
    opens = text.endswith("{") or (text.endswith(")") and not indent and len(words) > 1)
    if not (paren and words and opens) or "=>" in rest or "function" in rest:
        return None
    name = words[-1].rpartition("::")[2]
    return name if name.isidentifier() and _NOT_A_NAME.isdisjoint(words) else None


def _docstring(lines: Sequence[str]) -> str:
    text = "\n".join(lines).lstrip()
    for quotes in ('"""', "'''"):
        before, _, after = text.partition(quotes)
        if len(before) < 2 and after:
            return after.partition(quotes)[0]
    return ""


def _comment(lines: Sequence[str], upwards: bool = False) -> str:
    """The comment that *lines* begin with, without its marks."""
    said: list[str] = []
    for line in lines:
        text = line.strip()
        if text != "#" and not text.startswith(_COMMENT):
            break
        said.append(text.strip("/*#;!<>-= "))
    comment = "\n".join(reversed(said) if upwards else said).strip()
    return "" if "copyright" in comment.lower() else comment


def _paragraph(lines: Sequence[str]) -> str:
    """The first paragraph of prose; badges, pictures, lists of links and code are passed over."""
    said: list[str] = []
    fenced = False
    for line in lines:
        text = line.strip()
        fenced ^= text.startswith(("```", "~~~"))
        plain = (
            text
            and not fenced
            and not text.startswith(("#", "```", "~~~", "![", "[!", "<", "=", "--"))
        )
        if plain:
            said.append(text)
        elif said:
            break
    return "\n".join(said)
