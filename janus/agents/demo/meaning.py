"""Tells what something defined in the sources is, what it says of itself, and who uses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from janus.agents.demo import tools
from janus.agents.demo.definitions import enclosing, explanation, outline
from janus.agents.demo.question import Question, Term, exact
from janus.agents.demo.search import Found, Place, spread, stands_alone
from janus.agents.demo.speech import article, clean, count, quote, series, spot
from janus.agents.demo.steps import Remember, Say, Steps
from janus.agents.demo.workspace import Workspace

_TYPES = ("class", "struct", "interface", "trait", "protocol", "record", "object", "enum", "module")
_CALLABLE = ("function", "method")
_NEVER_USED = ("section", "target")


def tell(
    question: Question,
    workspace: Workspace,
    terms: Sequence[Term],
    found: Found,
    targets: Sequence[Place],
) -> Steps[None]:
    """Answer about the first of *targets*; the others are named."""
    target = targets[0]
    name, kind = target.definition.name, target.definition.kind
    lines = yield from tools.read(workspace, target.path, target.line, 40)
    uses: list[Place] = []
    if kind not in _NEVER_USED:
        if name not in [term.text for term in terms]:
            found = yield from tools.grep(workspace, [exact(name)])
        uses = _uses(found.places, name)
    if question.intent == "uses" and uses:
        sentences = [_used(clean(name), uses), f"{_capital(is_defined(target))}."]
        files = {use.path for use in uses}
        shown = quotes(spread(uses, per_file=1 if len(files) > 3 else 2), workspace)
    else:
        told = explanation(lines, target.definition)
        sentences = [_introduced(target, told)]
        sentences += _members(lines, target) if question.intent == "explain" else []
        sentences += [_used("It", uses)] if kind not in _NEVER_USED else []
        shown = quotes([target, *spread(uses, 2, per_file=1)], workspace)
        if kind in _NEVER_USED or (kind in _CALLABLE and not told):
            shown = _beginning(lines, target) or shown
    if others := [spot(place.path, place.line) for place in targets[1:]]:
        sentences.append(f"See also {series(others, 3)}.")
    yield Say(f"{' '.join(sentences)}\n\n{shown}")
    yield remember(name, [target, *uses])


def is_defined(place: Place) -> str:
    """``quack is a method in duck.py, line 7``."""
    name, kind = clean(place.definition.name), place.definition.kind
    where = spot(place.path, place.line)
    if kind == "section":
        return f"the section “{name}” is in {where}"
    return f"{name} is {article(kind)} in {where}"


def quotes(places: Iterable[Place], workspace: Workspace) -> str:
    """A list of lines as they stand in the files, each with what it is part of."""
    return "\n".join(
        quote(place.path, place.line, place.text, inside(place, workspace)) for place in places
    )


def inside(place: Place, workspace: Workspace) -> str:
    around = owner(place, workspace)
    return f", in {clean(around)}" if around else ""


def owner(place: Place, workspace: Workspace) -> str:
    """The name of the function or class that a line is part of."""
    source = workspace.read(place.path) or ""
    around = enclosing(source.split("\n"), place.path, place.line)
    return around.name if around else ""


def remember(subject: str, places: Sequence[Place]) -> Remember:
    spots = dict.fromkeys(spot(place.path, place.line) for place in places[:5])
    return Remember(subject, tuple(spots))


def _introduced(target: Place, told: str) -> str:
    closest = "The closest match: " if target.likeness < 0.85 else ""
    described = f", described as: “{clean(told)}”" if told else "."
    return _capital(f"{closest}{is_defined(target)}{described}")


def _uses(places: Iterable[Place], name: str) -> list[Place]:
    """The lines that mention *name* itself and do not define it."""
    return [
        place
        for place in places
        if stands_alone(name, place.text) and place.definition.name != name
    ]


def _used(name: str, uses: Sequence[Place]) -> str:
    if not uses:
        return "I see no other mention of it."
    files = list(dict.fromkeys(place.path for place in uses))
    return f"{name} is used in {count(len(uses), 'place')}, in {series(files, 3)}."


def _members(lines: Sequence[str], target: Place) -> list[str]:
    """A sentence on the public methods of a class."""
    methods: list[str] = []
    for one in outline(lines, target.path) if target.definition.kind in _TYPES else ():
        if one.line > target.line and not one.indent:
            break
        if one.line > target.line and one.kind == "method" and one.name[0] != "_":
            methods.append(one.name)
    return [f"Its methods are {series(methods, 6)}."] if methods else []


def _beginning(lines: Sequence[str], target: Place) -> str:
    """The first lines of something that has no explanation, or the commands under a heading."""
    rest = list(enumerate(lines, 1))[target.line - 1 : target.line + 39]
    if target.definition.kind == "section":
        fences = [at for at, text in rest if text.lstrip().startswith(("```", "~~~"))]
        rest = [(at, text) for at, text in rest if len(fences) > 1 and fences[0] < at < fences[1]]
    elif target.definition.kind == "target":
        end = next(
            (at for at, text in rest[1:] if text.strip() and text[0] not in " \t"), len(rest)
        )
        rest = [(at, text) for at, text in rest if at == target.line or at < end]
    shown = [(at, text) for at, text in rest if text.strip()][:4]
    return "\n".join(quote(target.path, at, text) for at, text in shown)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text
