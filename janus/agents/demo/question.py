"""What the user wants to know: the intent of a question, and the terms to search for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from janus.agents.demo.languages import language
from janus.agents.demo.speech import clean

MAX_QUESTION = 2000
MAX_TERMS = 12

# Where someone's words are spoken, names arrive in pieces.
_SPOKEN = ((" underscore ", "_"), (" dot ", "."), (" slash ", "/"))

# Words that never name anything in a workspace.
_GRAMMAR = """
    a an the this that these those it its there here they them i you he she we me my mine our us
    your is are was were be been being am do does did done doing has have had having can could
    should would will shall may might must and or but if then than so because as at by for from
    in into of off on onto out over to up with within without about not no yes any all some each
    every what which who whom whose when where why how whether please just only also too very
    really now again ever already still many much number before after during while between
    against through both else show tell explain describe give find look locate search list let
    want need know see say get got go going come make made take mean means happen happens let's
    thanks hey hi hello ok okay um uh ca wo e.g i.e etc vs
"""
GRAMMAR = frozenset(_GRAMMAR.split())

# Words that only say what sort of thing is meant; they are searched for when nothing else is left.
_GENERIC = """
    code codebase source file files folder folders directory function functions class classes
    method methods module modules variable variables constant constants type types package
    script project repo repository workspace app application program system thing things stuff
    part parts define defined defines definition declared declaration implement implemented
    implementation located used use uses using usage usages call calls called caller callers
    calling reference references referenced import imports imported work works working handled
    handles handle exactly actually mentioned mention mentions name named lines line place
    places contain contains inside overview purpose
"""
GENERIC = frozenset(_GENERIC.split())

# What someone begins with who wants something done; this agent can only say no.
_VERBS = (
    *("add", "write", "create", "fix", "change", "rename", "delete", "remove", "refactor", "make"),
    *("implement", "run", "rerun", "execute", "commit", "push", "pull", "install", "build"),
    *("deploy", "update", "upgrade", "edit", "replace", "start", "restart", "generate", "debug"),
    *("merge", "revert", "optimize", "optimise", "improve"),
)
_POLITE = (
    r"^\W*(?:(?:please|now|ok|okay|then|and|hey|can you|could you|would you|will you|let's)[\s,]+)*"
)

# The first pattern found in the lower-cased question tells the intent; without one it is "find".
_INTENTS = {
    intent: re.compile("|".join(patterns))
    for intent, patterns in {
        "summary": [
            r"\b(?:summar|recap)\w*\b.*\b(?:conversation|session|chat|discuss|so far|talked|we\b)"
        ],
        "recall": [
            r"\b(?:did|have|had) i (?:just |already |ever )?(?:ask|said|say)",
            r"\bmy (?:last|previous|first|earlier) question|\bwhat was my question",
            r"\bhow many questions|\bdo you (?:remember|recall)",
        ],
        "thanks": [r"^\W*(?:thanks?|thank you|thx|cheers|bye|goodbye|good night)\b.{0,30}$"],
        "hello": [
            r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|help|test|ping)\b.{0,12}$",
            r"\bwhat can (?:you|i) (?:do|ask|help)|\bwh(?:o|at) are you\b",
            r"\bare you (?:an?|real|human|there|cursor|claude)\b",
        ],
        "request": [rf"{_POLITE}(?:{'|'.join(_VERBS)})\b"],
        "changes": [
            r"\bwhat(?:'s| is| has| have| was| were)?(?: been)? (?:changed|new|modified)\b",
            r"\b(?:recent|recently|lately|uncommitted)\b|\b(?:last|latest) (?:commit|change)",
            r"\bgit (?:log|status|diff)\b|\bdid i (?:change|do|edit|work|commit)",
            r"\b(?:was|were|am|are) (?:i|we) working on\b",
        ],
        "uses": [
            r"\bwho (?:calls|uses|imports|references|needs)\b|\b(?:usages?|callers?|uses) of\b",
            r"\b(?:used|called|imported|referenced|mentioned|instantiated)\b",
            r"\bwh(?:ich|ere)\b.*\b(?:calls?|uses?|imports?|references?|mentions?|contains?)\b",
            r"\bwhat (?:\w+ )?(?:calls|uses|imports|references|mentions|contains)\b",
        ],
        "howto": [r"\bhow (?:do|can|should|could|does) (?:i|we|you|one)\b|\bhow to\b"],
        "files": [
            r"\b(?:list|how many|which|what|all)\b.{0,40}\b(?:files|folders|modules|tests)\b"
        ],
        "explain": [
            r"\bwhat(?:'s| is| are| does| do)\b|\bhow\b|\bwhy\b|\bexplain\b|\bdescribe\b",
            r"\btell me about\b|\bshow\b|\bread\b|\bopen\b",
        ],
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
    owner: str = ""
    """``Duck`` where the user wrote ``Duck.quack``."""


class Question(NamedTuple):
    """The user's own words, understood."""

    text: str
    intent: str
    terms: tuple[Term, ...]
    vague: bool
    """It names nothing: what it is about must be known from the question before."""

    @property
    def names(self) -> list[Term]:
        return [term for term in self.terms if term.exact]


def understand(prompt: str) -> Question:
    """Find the user's words at the end of a prompt, what they ask for, and about what."""
    text = _own_words(prompt)
    lowered = _straight(text.lower())
    intent = next((name for name, known in _INTENTS.items() if known.search(lowered)), "find")
    terms = list(dict.fromkeys(_candidates(text)))
    if intent == "request":
        terms = [term for term in terms if term.needle not in _VERBS]
    telling = [term for term in terms if term.exact or term.text.lower() not in GENERIC]
    chosen = sorted(telling or terms, key=lambda term: not term.exact)
    return Question(text, intent, tuple(chosen[:MAX_TERMS]), not telling)


def parts(name: str) -> list[str]:
    """The words a name is made of: ``getHTTPPort`` is get, http, port."""
    return [part.lower() for part in _PART.findall(name)]


def stem(word: str) -> str:
    """The beginning that a word shares with its inflections."""
    word = word.lower()
    if word.endswith("ies"):
        word = word[:-3]
    elif word.endswith(("ches", "shes", "xes", "sses")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    doubled = len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdgmnprt"
    return word[:-1] if doubled else word


def _own_words(prompt: str) -> str:
    """What follows the context that may stand ahead of the user's words.

    Context ends with a closing tag, a ruler or a heading in brackets; without one, only the last
    paragraph of a long prompt is taken to be the user's.
    """
    lines = prompt.strip().splitlines()
    ends = [at for at, line in enumerate(lines) if _ends_context(line.strip())]
    text = "\n".join(lines[ends[-1] + 1 :] if ends and ends[-1] + 1 < len(lines) else lines).strip()
    if len(text) > 600:
        text = text.rpartition("\n\n")[2].strip()
    return clean(text[-MAX_QUESTION:])


def _ends_context(line: str) -> bool:
    if line.startswith(("</", "[")) and line.endswith((">", "]")):
        return True
    return len(line) >= 3 and not line.strip("-=")


def _candidates(text: str) -> Iterator[Term]:
    for spoken, written in _SPOKEN:
        text = text.replace(spoken, written)
    for word in _WORD.findall(text):
        if word[0] in '`"“' and (quoted := word.strip('`"“” ')):
            yield exact(quoted)
            continue
        word = _straight(word).strip("([{<>)]}*'\"„“”«»¿¡,;:!?…@$").rstrip(".")
        word = word.removesuffix("n't").partition("'")[0]
        if word.lower() in GRAMMAR or (len(word) < 2 and word.isascii()):
            continue
        if _is_name(word):
            yield exact(word)
        else:
            pieces = re.findall(r"[^\W_]+", word)
            yield from (
                Term(one, stem(one), False) for one in pieces if one[1:] or not one.isascii()
            )


def exact(name: str) -> Term:
    """A term for a name as it is written in the sources."""
    name = name.removesuffix("()").removesuffix("(")
    owner, _, last = name.replace("::", ".").rpartition(".")
    if last.isidentifier() and owner.replace(".", "").isidentifier() and not language(name):
        return Term(last, last.lower(), True, owner.rpartition(".")[2])
    return Term(name, name.lower(), True)


def _straight(text: str) -> str:
    """With the apostrophes that phones write made plain."""
    return text.replace("\u2019", "'").replace("\u2018", "'")


def _is_name(word: str) -> bool:
    if word.startswith("--") or any(mark in word[1:] for mark in ("_", ".", "/", "::", "(")):
        return True
    return word[1:].lower() != word[1:] and word.upper() != word
