"""Answers about one thing: a file, what is defined under a name, or the lines that speak of it."""

import re
from collections.abc import Iterable, Sequence

from janus.demo.question import Question, Term
from janus.demo.search import Place, defined, kind, search
from janus.demo.turn import Turn
from janus.demo.wording import code, count, series

#: The path of a file, the number of one of its lines, and what that says.
Line = tuple[str, int, str]


def find(question: Question, turn: Turn) -> None:
    """Tell of the file that is asked for; else of what is defined so; else of lines with the words.

    A single plain word, such as README, is taken for a file if nothing in the code is called so.
    """
    named = {t: turn.workspace.called(t.text) for t in question.terms if re.search(r"[./]", t.text)}
    files = [path for paths in named.values() for path in paths]
    terms = [_last_part(term) for term in question.terms if not named.get(term)]
    if files and question.intent == "uses":
        name = files[0].rpartition("/")[2].partition(".")[0]
        terms, files = [Term(name, True)], []
    if not terms:
        return tell_file(files[0], turn)
    places = _grep(terms, turn)
    places = [place for place in places if place.path in files] or places
    best = next((place for place in places if place.fits), None)
    in_code = best and kind(best.path) == "code" and best.kind != "variable"
    is_one = len(terms) == 1 and question.intent == "find" and not in_code
    if is_one and (files := turn.workspace.called(terms[0].text)):
        return tell_file(files[0], turn)
    if best:
        return _tell_definition(question, best, places, turn)
    words = series([code(term.text) for term in terms])
    if not places:
        among = f"the {count(len(turn.workspace.files), 'file')} of this workspace"
        return turn.say(f"I found nothing about {words} in {among}. Ask with a word of the code.")
    turn.subject = terms[0].text
    where = f"{code(places[0].path)}, line {places[0].line}"
    turn.say(f"The best match for {words} is in {where}.\n\n{_quotes(_spread(places))}")


def tell_file(path: str, turn: Turn) -> None:
    """What a file defines, or how it begins."""
    turn.subject = path
    turn.start("read", f"Read {path}", locations=[{"path": f"{turn.workspace.root}/{path}"}])
    text = turn.workspace.read(path)
    turn.finish(ok=text is not None)
    if text is None:
        return turn.say(f"{code(path)} is no text that I can read, or larger than 1 MB.")
    lines = [(path, at, line) for at, line in enumerate(text.split("\n"), 1)]
    filled = [line for line in lines if line[2].strip()]
    parts = [line for line in filled if line[2][0] not in " \t" and defined(line[2], path)[0]]
    shown = _quotes((filled if kind(path) == "prose" else parts or filled)[:8])
    turn.say(f"{code(path)} has {count(len(lines), 'line')}.\n\n{shown}")


def _grep(terms: Sequence[Term], turn: Turn) -> list[Place]:
    turn.start("search", f"Search for {series([term.text for term in terms])}")
    places, left = search(turn.workspace, terms)
    turn.finish("\n".join(list(dict.fromkeys(place.path for place in places))[:50]))
    if left:
        turn.say(f"There is too much here: I did not read {count(left, 'file')}.\n\n")
    return places


def _tell_definition(question: Question, best: Place, places: Sequence[Place], turn: Turn) -> None:
    turn.subject = best.name
    word = re.compile(rf"(?<![\w-]){re.escape(best.name)}(?![\w-])")
    uses = [place for place in places if place.name != best.name and word.search(place.text)]
    article = "an" if best.kind[0] in "aeiou" else "a"
    text = f"{code(best.name)} is {article} {best.kind} in {code(best.path)}, line {best.line}."
    if uses:
        used_in = series([code(path) for path in dict.fromkeys(use.path for use in uses)], 3)
        text += f" It is used in {count(len(uses), 'place')}, in {used_in}."
    shown = _spread(uses) if question.intent == "uses" and uses else [best[:3], *_spread(uses)[:3]]
    turn.say(f"{text}\n\n{_quotes(shown)}")


def _last_part(term: Term) -> Term:
    """Of ``Cart.add`` the last part."""
    last = term.text.removesuffix("()").rpartition(".")[2]
    return Term(last, True) if term.exact and last.isidentifier() else term


def _spread(places: Sequence[Place]) -> list[Line]:
    """The best few, two of a file at most."""
    chosen: list[Line] = []
    for place in places:
        if len(chosen) < 5 and [path for path, *_ in chosen].count(place.path) < 2:
            chosen.append(place[:3])
    return chosen


def _quotes(lines: Iterable[Line]) -> str:
    """A list of lines of files."""
    return "\n".join(f"- {code(f'{path}:{line}')}: {code(text)}" for path, line, text in lines)
