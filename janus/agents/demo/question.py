"""What the user wants to know: the intent of a question, and the terms to search for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_QUESTION = 2000
MAX_TERMS = 12

# Words that never name what is looked for: they make the sentence, or say what sort it is of.
_GRAMMAR = """
    a about again all already also am an and any are as at be because been before being but by can
    come could did do does doing done each every exactly find for from get give go had happen
    happens has have how i if in inside into is it its just know let list located look made make
    many may me mean might mine much must my need no not now of off ok on only or our out over
    please read really say see should show so some still tell than that the their them then there
    these they this those to too under until up us very want was we were what when where which while
    who whom whose why will with within without would yes you your
    call called callers calling calls class classes code configured contain contains define defined
    definition describe directory explain file files folder folders function functions handle
    handled handles implemented imported imports line lines mention mentioned mentions method
    methods reference references supported thing things turned usage usages use used uses using
    work works written
"""
_STOP = frozenset(_GRAMMAR.split())
# What someone begins with who wants something done; this agent can do little of it.
_VERBS = (
    "add|write|create|fix|change|rename|delete|remove|refactor|make|implement|run|execute|commit"
    "|push|install|build|deploy|update|upgrade|edit|replace|start|restart|generate|debug|merge"
    "|append|save"
)
PLEASE = r"\W*(?:(?:please|now|can you|could you|would you|let's)[ ,]+)*"
# The first pattern found in the lower-cased question tells the intent; without one it is "find".
_INTENTS = {
    intent: re.compile(pattern)
    for intent, pattern in {
        "summary": r"\b(?:summar|recap)\w*.{0,60}\b(?:conversation|chat|so far|we)\b"
        r"|^\W*(?:summar\w+|recap)\W*$",
        "recall": r"\b(?:did|have) i (?:just |already )?(?:ask|said|say)"
        r"|\bmy (?:last|previous|first) question|\bdo you remember",
        "hello": r"^\W*(?:hi|hello|hey|good (?:morning|evening)|help|thanks?|thank you)\b.{0,12}$"
        r"|\bwhat can (?:you|i) (?:do|ask)|\bwh(?:o|at) are you\b|\bare you an?\b",
        "request": rf"^{PLEASE}(?:{_VERBS})\b",
        "changes": r"\bwhat(?:'s| is| has| have| was)?(?: been)? (?:changed|new|modified)\b"
        r"|\b(?:recent|recently|lately|uncommitted)\b|\b(?:last|latest) (?:commit|change)"
        r"|\bgit (?:log|status)\b|\bdid (?:i|we) (?:change|do|edit|work)",
        "uses": r"\bwh(?:o|at|ich \w+) (?:calls?|uses?|imports?|references?|mentions?|contains?)\b"
        r"|\b(?:usages?|callers?|uses) of\b"
        r"|\b(?:called|imported|referenced|mentioned|used(?! (?:for|to)))\b",
        "files": r"\b(?:list|how many|which|what|where|all)\b.{0,40}\b(?:files|folders|tests)\b",
        "howto": r"\bhow (?:do|can|should|could) (?:i|we|you|one)\b|\bhow to\b",
    }.items()
}
_WORD = re.compile(r'`[^`\n]+`|"[^"\n]+"|“[^”\n]+”|\S+')
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")


class Term(NamedTuple):
    """One thing to search for."""

    text: str
    needle: str
    """What a line must contain, in lower case."""
    exact: bool
    """A name, a path or a quotation; otherwise a plain word, which may be inflected."""


class Question(NamedTuple):
    """The user's own words, understood; no terms if what they are about was said before."""

    text: str
    intent: str
    terms: tuple[Term, ...]
    words: str
    """The same words as they were written, in their lines."""

    @property
    def names(self) -> list[Term]:
        return [term for term in self.terms if term.exact]


def understand(prompt: str) -> Question:
    """Find the user's words at the end of a prompt, what they ask for, and about what."""
    words = _own_words(prompt)
    text = clean(words[-MAX_QUESTION:])
    text = text.replace("\u2019", "'")  # as phones write it
    lowered = text.lower()
    intent = next((name for name, known in _INTENTS.items() if known.search(lowered)), "find")
    terms = sorted(dict.fromkeys(_terms(text)), key=lambda term: not term.exact)
    return Question(text, intent, tuple(terms[:MAX_TERMS]), words)


def exact(name: str) -> Term:
    """A term for a name as it is written in the sources."""
    name = name.removesuffix("()")
    return Term(name, name.lower(), True)


def parts(name: str) -> list[str]:
    """The words a name is made of: ``getHTTPPort`` is get, http, port."""
    return [part.lower() for part in _PART.findall(name)]


def clean(text: str) -> str:
    """One line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _own_words(prompt: str) -> str:
    """What follows the context that may stand ahead of the user's words."""
    lines = prompt.splitlines()
    bare = [line.strip() for line in lines]
    end = len(lines) - bare[::-1].index("</context>") if "</context>" in bare else 0
    return "\n".join(lines[end:])


def _terms(text: str) -> Iterator[Term]:
    for word in _WORD.findall(text):
        if word[0] in '`"“' and (quoted := word.strip('`"“” ')):
            yield exact(quoted)
            continue
        word = word.strip("([{<>)]}*'\"„“”«»¿¡,;:!?…@$").rstrip(".")
        word = word.removesuffix("n't").partition("'")[0]
        if _is_name(word):
            yield exact(word)
        elif word.lower() not in _STOP:
            for piece in re.findall(r"[^\W_]+", word):
                if len(piece) > 1 or not piece.isascii():
                    yield Term(piece, _stem(piece.lower()), False)


def _is_name(word: str) -> bool:
    """``snake_case``, ``CamelCase``, ``a.b``, ``a/b``, ``a()`` or ``--flag``."""
    if word.startswith("--") or any(mark in word[1:] for mark in ("_", ".", "/", "::", "(")):
        return True
    return word[1:].lower() != word[1:] and word.upper() != word


def _stem(word: str) -> str:
    """The beginning that a word shares with its inflections."""
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ie", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
