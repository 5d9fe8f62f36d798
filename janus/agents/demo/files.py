"""Answers about files, folders and the project as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from janus.agents.demo import meaning, places, tools
from janus.agents.demo.definitions import introduction, outline
from janus.agents.demo.languages import LANGUAGES, PROSE, kind, language
from janus.agents.demo.question import Question, Term, exact
from janus.agents.demo.search import spread, stands_alone
from janus.agents.demo.speech import article, clean, count, quote, series
from janus.agents.demo.steps import Remember, Say, Steps, Think
from janus.agents.demo.workspace import Workspace

_SAYS_FILE = re.compile(r"\b(?:file|module|script|readme|makefile|dockerfile|license|changelog)\b")
_SAYS_FOLDER = re.compile(r"\b(?:folder|directory|package)\b")
_KINDS = {"test": "test", "doc": "docs", "documentation": "docs"}
_PACKAGING = {"pyproject.toml", "setup.cfg", "package.json", "Cargo.toml", "composer.json"}
_IMPORTS = re.compile(r"\b(?:import|from|require|include|use|source)\b")
_LANGUAGES = {name.lower(): name for name in LANGUAGES}


def tell(question: Question, workspace: Workspace) -> Steps[bool]:
    """Answer if the question is about files or a folder; otherwise say nothing and return False."""
    if _asks_for_list(question) and (yield from _list(question, workspace)):
        return True
    for term in question.terms:
        rest = tuple(other for other in question.terms if other != term)
        if named := _named(term, question, workspace):
            if question.intent == "uses" and not rest:
                yield from _importers(workspace, named[0])
                return True
            if rest and (
                yield from places.find(question._replace(terms=rest), workspace, within=named)
            ):
                return True
            if not any(other.exact for other in rest):
                yield from _describe(workspace, term, named)
                return True
        elif not rest and (folder := _folder(term, question, workspace)):
            yield from _open(workspace, folder)
            return True
    return False


def overview(workspace: Workspace) -> Steps[None]:
    """What the project is, in which languages, and where things are."""
    paths = yield from tools.glob(workspace, "**/*")
    if not paths:
        yield Say("This workspace is empty: there is no file in it yet.")
        return
    readme = min((path for path in paths if _is_readme(path)), key=_depth, default="")
    lines = (yield from tools.read(workspace, readme, 1, 60)) if readme else []
    title = next((line.strip("#= ") for line in lines if line.startswith("# ")), "")
    about = introduction(lines, readme)
    name = clean(workspace.root.name)
    opening = f"This is {clean(title)}." if title else f"This folder is called {name}."
    about = about or (yield from _description(workspace, paths))
    told = f" {about}" if about else " It has no README that would say what it is for."
    languages = Counter(language(path) for path in paths if kind(path) in ("code", "test"))
    del languages[""]
    folders = Counter(path.partition("/")[0] for path in paths if "/" in path)
    text = f"{opening}{told}\n\nIt has {count(len(paths), 'file')}"
    if languages:
        text += f", mostly {series([name for name, _ in languages.most_common(3)])}"
    if folders:
        biggest = [f"{name} ({number})" for name, number in folders.most_common(5)]
        text += f". The largest folders, with their numbers of files, are {series(biggest)}"
    yield Say(f"{text}.")
    yield Remember("", (readme,) if readme else ())


def _description(workspace: Workspace, paths: Sequence[str]) -> Steps[str]:
    """What the packaging says the project is."""
    for path in _PACKAGING.intersection(paths):
        for line in (yield from tools.read(workspace, path, 1, 60)):
            key, _, value = line.replace(":", "=", 1).partition("=")
            if key.strip(' "') == "description" and value:
                return value.strip(' ",').rstrip(".") + "."
    return ""


def _asks_for_list(question: Question) -> bool:
    text = question.text.lower()
    if question.intent in ("files", "find") and {term.needle for term in question.terms} & {
        *_KINDS
    }:
        return len(question.terms) == 1
    return question.intent == "files" and ("files" in text or not _SAYS_FOLDER.search(text))


def _list(question: Question, workspace: Workspace) -> Steps[bool]:
    terms = [] if question.vague else question.terms
    tests = [_wanted(term) for term in terms]
    pattern = f"**/*{'*'.join(term.needle for term in terms)}*" if terms else "**/*"
    yield Think(f"Looking through the names of {count(len(workspace.files), 'file')}.")
    paths = yield from tools.glob(
        workspace, pattern, lambda path: all(test(path) for test in tests)
    )
    if not paths and terms:
        return False
    words = " ".join(_LANGUAGES.get(t.text.lower()) or _KINDS.get(t.needle, t.text) for t in terms)
    first = sorted(paths, key=lambda path: (kind(path) != "code", _depth(path)))
    yield Say(f"There are {count(len(paths), f'{words} file'.strip())}: {series(first, 8)}.")
    yield Remember("", tuple(first[:5]))
    return True


def _wanted(term: Term) -> Callable[[str], bool]:
    if name := _LANGUAGES.get(term.text.lower()):
        return lambda path: language(path) == name
    if wanted := _KINDS.get(term.needle):
        return lambda path: kind(path) == wanted
    return lambda path: term.needle in path.lower()


def _named(term: Term, question: Question, workspace: Workspace) -> list[str]:
    """The files that *term* names, the nearest to the top first."""
    needle = term.text.lower().removeprefix("./")
    if term.exact:
        if "." not in needle and "/" not in needle:
            return []
        named = [
            p for p in workspace.files if p.lower() == needle or p.lower().endswith(f"/{needle}")
        ]
    elif _SAYS_FILE.search(question.text.lower()):
        named = [
            p for p in workspace.files if needle == p.lower().rpartition("/")[2].partition(".")[0]
        ]
    else:
        return []
    return sorted(named, key=lambda path: (kind(path) == "test", _depth(path)))


def _describe(workspace: Workspace, term: Term, named: Sequence[str]) -> Steps[None]:
    path = named[0]
    yield Think(f"Reading {clean(path)}.")
    lines = yield from tools.read(workspace, path)
    yield Remember(path, tuple(named[:3]))
    if not lines:
        yield Say(
            f"{clean(path)} is there, but it is no text that I can read, or larger than 1 MB."
        )
        return
    text = (
        f"{clean(path)} is {article(language(path) or 'text')} file of {count(len(lines), 'line')}."
    )
    if about := introduction(lines, path):
        text += f" It begins: {about}"
    parts = outline(lines, path)
    if parts and language(path) in PROSE:
        text += f" Its sections are {series([f'“{part.name}”' for part in parts[1:]], 8)}."
    elif main := [part for part in parts if part.kind != "method"]:
        main.sort(key=lambda part: part.kind in ("variable", "constant"))
        spots = [f"{part.kind} {part.name} (line {part.line})" for part in main]
        text += f" It defines {series(spots, 7)}."
    elif not about:
        text += "\n\n" + "\n".join(
            quote(path, at, line) for at, line in enumerate(lines[:5], 1) if line.strip()
        )
    if len(named) > 1:
        text += f" There is also {series(named[1:], 3)}."
    yield Say(text)


def _importers(workspace: Workspace, path: str) -> Steps[None]:
    """Tell which files import or include *path*, by the name without its ending."""
    name = path.rpartition("/")[2].partition(".")[0]
    yield Think(f"Looking for what imports {clean(name)}.")
    found = yield from tools.grep(workspace, [exact(name)])
    lines = [p for p in found.places if _IMPORTS.search(p.text) and stands_alone(name, p.text)]
    files = list(dict.fromkeys(place.path for place in lines if place.path != path))
    yield Remember(path, tuple(files[:5]))
    if files:
        yield Say(f"{clean(path)} is imported in {count(len(files), 'file')}: {series(files)}.\n\n")
        yield Say(meaning.quotes(spread(lines, per_file=1), workspace))
    else:
        yield Say(f"I found no line that imports {clean(path)} by the name {clean(name)}.")


def _folder(term: Term, question: Question, workspace: Workspace) -> str:
    folder = term.text.strip("/").removeprefix("./")
    says_so = "/" in term.text or _SAYS_FOLDER.search(question.text.lower())
    if says_so or question.intent == "files":
        for path in workspace.files:
            at = f"/{path}".find(f"/{folder}/")
            if at >= 0:
                return path[: at + len(folder)]
    return ""


def _open(workspace: Workspace, folder: str) -> Steps[None]:
    paths = yield from tools.glob(
        workspace, f"{folder}/**/*", lambda path: path.startswith(f"{folder}/")
    )
    names = [path.removeprefix(f"{folder}/") for path in sorted(paths, key=_depth)]
    yield Say(f"{clean(folder)} holds {count(len(paths), 'file')}: {series(names, 8)}.")
    yield Remember(folder, tuple(paths[:5]))


def _is_readme(path: str) -> bool:
    return path.rpartition("/")[2].lower().partition(".")[0] == "readme"


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
