"""Finds the places in the sources that a question is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from janus.agents.demo import meaning, tools
from janus.agents.demo.conversation import CANNOT
from janus.agents.demo.definitions import introduction
from janus.agents.demo.languages import kind
from janus.agents.demo.meaning import inside, is_defined, owner, quotes, remember
from janus.agents.demo.question import Question, Term, parts, stem
from janus.agents.demo.search import Found, Place, spread
from janus.agents.demo.speech import clean, count, series, spot
from janus.agents.demo.steps import Remember, Say, Steps, Think
from janus.agents.demo.workspace import Workspace

_PREFERENCES = {"test": "test", "doc": "docs", "document": "docs", "documentation": "docs"}
_GUIDANCE = ("section", "target")
_VALUES = ("constant", "field", "variable")


def find(question: Question, workspace: Workspace, within: Sequence[str] = ()) -> Steps[bool]:
    """Answer from the best places; in the files *within* alone, if there are any such places.

    Without *within* something is always said; with it, only where there is something to say.
    """
    terms, prefer = _preference(question)
    yield Think(f"Looking for {series([term.text for term in terms])} in {_scope(workspace)}.")
    found = yield from tools.grep(workspace, terms, prefer)
    if question.intent != "howto":
        found = _narrowed(found, [place for place in found.places if _is_of(prefer, place.path)])
    if within:
        found = found._replace(places=[place for place in found.places if place.path in within])
        if not found.places:
            return False
    targets = _owned(found.definitions, terms, workspace)
    names = [term.text for term in terms if term.exact]
    pieces = [Term(piece, stem(piece), False) for name in names for piece in parts(name)]
    if not found.places and len(pieces) > 1:
        yield Say(f"Nothing in this workspace is called {series(names, joint='or')}.\n\n")
        yield Think("Looking for similar names.")
        terms = pieces
        found = yield from tools.grep(workspace, terms, prefer)
        targets = _similar(names[0], found.places)
    yield from _tell(question, workspace, terms, found, targets)
    return True


def refuse(question: Question, workspace: Workspace) -> Steps[None]:
    """Say that nothing can be changed or run, and where one would begin."""
    terms, _ = _preference(question)
    found = (yield from tools.grep(workspace, terms)) if terms else None
    yield Say(CANNOT)
    for place in _owned(found.definitions, terms, workspace)[:1] if found else ():
        yield Say(f" To begin with, {is_defined(place)}.\n\n{quotes([place], workspace)}")
        yield remember(place.definition.name, [place])


def _tell(
    question: Question,
    workspace: Workspace,
    terms: Sequence[Term],
    found: Found,
    targets: Sequence[Place],
) -> Steps[None]:
    """Explain a definition if one answers, else a file by its name, else the best lines."""
    _, prefer = _preference(question)
    namesake = _namesake(terms, workspace, prefer)
    fitting = [place for place in targets if _answers(place, question, prefer)]
    named = any(term.exact for term in terms)
    is_value = bool(fitting) and fitting[0].definition.kind in _VALUES
    if fitting and not (namesake and not named and (prefer == "test" or is_value)):
        yield from meaning.tell(question, workspace, terms, found, fitting)
    elif found.places:
        yield from _mention(workspace, terms, found, namesake)
    else:
        yield from _by_path(terms, workspace)


def _mention(
    workspace: Workspace, terms: Sequence[Term], found: Found, namesake: str
) -> Steps[None]:
    """Tell where the words stand, for want of a definition."""
    best = found.places[0]
    names = [terms[number].text for number in sorted(best.terms)]
    alike = [place for place in found.places if place.terms == best.terms]
    files = len({place.path for place in alike})
    sentences = [
        f"The best match for {series(names)} is in"
        f" {spot(best.path, best.line)}{inside(best, workspace)}."
    ]
    if len(alike) > 1:
        also = f"{count(len(alike), 'such line')} in {count(files, 'file')}"
        sentences.append(f"In all there are {also}.")
    if namesake:
        named = len(parts(_stem(namesake)))
        # A file that is named by most words of the question is most likely what is meant.
        sentences.insert(0 if 2 * named > len(terms) else 1, _by_name(namesake, workspace))
    if found.missing:
        missing = series([term.text for term in found.missing], joint="or")
        sentences.append(f"Nothing mentions {missing}.")
    if not found.complete:
        sentences.append("There is so much of it that I stopped before the last file.")
    yield Say(f"{' '.join(sentences)}\n\n{quotes(spread(found.places), workspace)}")
    yield remember(next((term.text for term in terms if term.exact), names[0]), found.places)


def _preference(question: Question) -> tuple[Sequence[Term], str]:
    """The terms without those that only say which kind of file is wanted, and that kind."""
    if question.intent == "howto":
        return question.terms, "docs"
    kinds = [_PREFERENCES[term.needle] for term in question.terms if term.needle in _PREFERENCES]
    rest = [term for term in question.terms if term.needle not in _PREFERENCES]
    return (rest, kinds[0]) if kinds and rest else (question.terms, "code")


def _owned(targets: list[Place], terms: Sequence[Term], workspace: Workspace) -> list[Place]:
    """Of several definitions, those inside the class that the user named, if it is there."""
    owners = {term.owner.lower() for term in terms if term.owner}
    owned = [place for place in targets if owners and owner(place, workspace).lower() in owners]
    return owned or targets


def _similar(asked: str, places: Iterable[Place]) -> list[Place]:
    """The definition whose name is most like the one *asked* for, if one is at all."""
    from difflib import SequenceMatcher

    def likeness(place: Place) -> float:
        return SequenceMatcher(None, asked.lower(), place.definition.name.lower()).ratio()

    rated = [place._replace(likeness=likeness(place)) for place in places if place.definition.name]
    best = max(rated, key=lambda place: place.likeness, default=None)
    return [best] if best and best.likeness > 0.6 else []


def _namesake(terms: Sequence[Term], workspace: Workspace, prefer: str) -> str:
    """The file whose name is made of words of the question, and of nothing else."""
    paths = [path for path in workspace.files if _is_of(prefer, path)]

    def fit(path: str) -> tuple[int, bool, int]:
        pieces = [piece for piece in parts(_stem(path)) if piece != "test"]
        hits = {next((t for t in terms if piece.startswith(t.needle)), None) for piece in pieces}
        return 0 if None in hits else len(hits), kind(path) == "code", -path.count("/")

    best = max(paths, key=fit, default="")
    return best if best and fit(best)[0] else ""


def _answers(place: Place, question: Question, prefer: str) -> bool:
    """Asked how to do something, only instructions will do; asked for a test, only tests."""
    if question.intent == "howto":
        return place.definition.kind in _GUIDANCE
    return _is_of(prefer, place.path)


def _is_of(prefer: str, path: str) -> bool:
    return prefer in ("code", kind(path))


def _narrowed(found: Found, places: list[Place]) -> Found:
    return found._replace(places=places) if places else found


def _by_name(path: str, workspace: Workspace) -> str:
    about = introduction((workspace.read(path) or "").split("\n"), path)
    told = f"; it begins: “{clean(about)}”" if about else "."
    return f"By its name, {clean(path)} is about this{told}"


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _scope(workspace: Workspace) -> str:
    return f"{count(len(workspace.files), 'file')} of this workspace"


def _by_path(terms: Sequence[Term], workspace: Workspace) -> Steps[None]:
    """When no line says it, a file's name may; if not, say what was searched."""
    names = series([f"“{clean(term.text)}”" for term in terms], joint="or")
    needles = [term.needle for term in terms]
    paths = yield from tools.glob(
        workspace,
        f"**/*{{{','.join(needles)}}}*",
        lambda path: any(needle in path.lower() for needle in needles),
    )
    if paths:
        yield Say(f"No line mentions {names}, but by its name this may be it: {series(paths)}.")
        yield Remember(paths[0], tuple(paths[:5]))
    else:
        yield Say(
            f"I found nothing about {names}: I looked through the names and the contents of"
            f" {_scope(workspace)}. Ask with a name or a word that the code itself would use."
        )
