"""Answers about one thing: a file, what is defined under a name, or the lines that speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from janus.agents.demo.definitions import VALUES, explanation, kind, outline
from janus.agents.demo.question import Question, Term, clean, exact
from janus.agents.demo.search import Place, stands_alone
from janus.agents.demo.steps import Say, Steps, Think, count, grep, read, series, short
from janus.agents.demo.workspace import Workspace, stem

_PAPERS = ("section", "target")


def find(question: Question, workspace: Workspace) -> Steps[str]:
    """Tell of the file that is asked for; else of what is defined so; else of lines with the words.

    A single plain word, such as README, is taken for a file if nothing in the code is called so.
    Returns the name of what was found.
    """
    howto = question.intent == "howto"
    paths = [term for term in question.names if "." in term.text or "/" in term.text]
    named = {term: workspace.called(term.text) for term in paths}
    files = [path for term in paths for path in named[term]]
    terms = [_without_owner(term, workspace) for term in question.terms if not named.get(term)]
    if files and question.intent == "uses":
        terms, files = [exact(stem(files[0]))], []
    if not terms:
        return (yield from _file(files, workspace))
    words = series([term.text for term in terms])
    yield Think(f"Looking for {words} in {count(len(workspace.files), 'file')}.")
    found = yield from grep(workspace, terms, howto)
    found = [place for place in found if place.path in files] or found
    targets = [p for p in found if p.likeness > 0.6 and (not howto or p.kind in _PAPERS)]
    if len(terms) == 1 and question.intent == "find" and not (targets and _is_plain(targets[0])):
        files = workspace.called(terms[0].text)
        if files:
            return (yield from _file(files, workspace))
    if targets:
        return (yield from _definition(question, workspace, targets))
    if found:
        return (yield from _mentions(found, terms, workspace))
    yield Say(
        f"I found nothing about {words} in the {count(len(workspace.files), 'file')} of this"
        " workspace. Ask with a name or a word that the code itself would use."
    )
    return ""


def _is_plain(place: Place) -> bool:
    """It is what people mean by the name: no test's helper, no variable, no heading."""
    return kind(place.path) == "code" and place.kind not in VALUES


def _without_owner(term: Term, workspace: Workspace) -> Term:
    """Of ``Cart.add`` or ``Cart::add`` the last part, but not of what looks like a file's name."""
    last = term.text.replace("::", ".").rpartition(".")[2]
    is_file = any(path.endswith(f".{last}") for path in workspace.files)
    return exact(last) if term.exact and last.isidentifier() and not is_file else term


def _file(paths: Sequence[str], workspace: Workspace) -> Steps[str]:
    path = paths[0]
    lines = yield from read(workspace, path)
    if not lines:
        yield Say(f"{clean(path)} is no text that I can read, or larger than 1 MB.")
        return path
    text = f"{clean(path)} has {count(len(lines), 'line')}."
    if about := explanation(lines, path):
        text += f" It begins: “{clean(about)}”"
    parts = [part for part in outline(lines, path) if not part.indent]
    parts.sort(key=lambda part: part.kind in VALUES)
    if names := [f"{part.kind} {part.name} (line {part.line})" for part in parts]:
        text += f" Its parts are {series(names, 8)}."
    if len(paths) > 1:
        text += f" There is also {series(paths[1:], 3)}."
    if not about and not names:
        text += f"\n\n{_beginning(path, lines, 1)}"
    yield Say(text)
    return path


def _definition(question: Question, workspace: Workspace, targets: Sequence[Place]) -> Steps[str]:
    target = targets[0]
    name, path, line = target.name, target.path, target.line
    lines = yield from read(workspace, path)
    uses: list[Place] = []
    if target.kind not in _PAPERS:
        found = yield from grep(workspace, [exact(name)])
        uses = [p for p in found if stands_alone(name, p.text) and p.name != name]
    told = explanation(lines, path, line)
    article = "an" if target.kind[0] in "aeiou" else "a"
    text = f"{clean(name)} is {article} {target.kind} in {clean(path)}, line {line}"
    text += f", described as: “{clean(told)}”" if told else "."
    if methods := _methods(lines, target):
        text += f" Its methods are {series(methods, 8)}."
    if uses:
        used_in = series(list(dict.fromkeys(use.path for use in uses)), 3)
        text += f" It is used in {count(len(uses), 'place')}, in {used_in}."
    if others := [f"{place.path}, line {place.line}" for place in targets[1:]]:
        text += f" See also {series(others, 3)}."
    if question.intent == "uses" and uses:
        shown = _quotes(_spread(uses))
    elif told and target.kind not in _PAPERS:
        shown = _quotes([target, *_spread(uses)[:2]])
    else:
        shown = _beginning(path, lines, line)
    yield Say(f"{text}\n\n{shown}")
    return name


def _methods(lines: Sequence[str], target: Place) -> list[str]:
    """The public methods of a class."""
    if target.kind != "class":
        return []
    below = outline(lines[target.line :], target.path)
    inside = takewhile(lambda part: part.indent > _indent(target.text), below)
    return [part.name for part in inside if part.kind == "method" and part.name[0] != "_"]


def _mentions(found: Sequence[Place], terms: Sequence[Term], workspace: Workspace) -> Steps[str]:
    """Tell where the words stand, for want of a definition, and what that is a part of."""
    best = found[0]
    lines = yield from read(workspace, best.path)
    words = [terms[number].text for number in sorted(best.terms | best.near)]
    text = f"The best match for {series(words)} is in {clean(best.path)}, line {best.line}."
    inner = _indent(best.text)
    parts = [part for part in outline(lines[: best.line], best.path) if part.kind not in VALUES]
    if around := [p for p in parts if p.indent < inner or p.line == best.line]:
        told = explanation(lines, best.path, around[-1].line)
        text += f" It is part of {clean(around[-1].name)}"
        text += f", described as: “{clean(told)}”" if told else "."
    yield Say(f"{text}\n\n{_quotes(_spread(found))}")
    return words[0]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _spread(places: Sequence[Place]) -> list[Place]:
    """The best few, two of a file at most, and none that stand next to each other."""
    chosen: list[Place] = []
    for place in places:
        if len(chosen) == 5:
            break
        same = [other.line for other in chosen if other.path == place.path]
        if len(same) < 2 and all(abs(line - place.line) > 3 for line in same):
            chosen.append(place)
    return chosen


def _beginning(path: str, lines: Sequence[str], line: int) -> str:
    """The next few lines that are not empty."""
    rest = [(at, text) for at, text in enumerate(lines, 1) if at >= line and text.strip()]
    return "\n".join(_quote(path, at, text) for at, text in rest[:5])


def _quotes(places: Iterable[Place]) -> str:
    return "\n".join(_quote(place.path, place.line, place.text) for place in places)


def _quote(path: str, line: int, text: str) -> str:
    """A list item that shows one line of a file."""
    ticks = "``" if "`" in text else "`"
    return f"- {clean(path)}:{line}: {ticks}{short(text)}{ticks}"
