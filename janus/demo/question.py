"""What the user wants: the intent of a question and the terms to search for, or dictation."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from janus.demo.wording import short

LONGEST = 2000

# Words that never name what is looked for: they make the sentence, or say what sort it is of.
_GRAMMAR = """
    about all and any are been call called callers calls can class code contains could define
    defined definition did does doing explain file files find folder for from function get give
    had happens has have how imported imports into its know let like line lines list located
    look made make many may mean mentioned mentions method much need not now only our over
    please reference references say see should show some tell than that the them then there
    these they thing this usages use used uses using want was were what when where which who
    whom whose why will with work works would you your
"""
_STOP = frozenset(_GRAMMAR.split())
_PLEASE = r"\W*(?:(?:please|now|can you|could you|would you|let's)[ ,]+)*"
# The first pattern found in the lower-cased question tells the intent; without one it is "find".
_INTENTS = {
    "recall": r"\bsummar|\brecap\b|\b(?:did|have) i (?:just )?(?:ask|say|said)|\bdo you remember",
    "hello": r"^\W*(?:hi|hello|hey|help|thanks?|thank you|good \w+)\b.{0,12}$"
    r"|\bwh(?:o|at) are you\b|\bwhat can (?:you|i) (?:do|ask)\b|\bare you an?\b",
    "ask": rf"^{_PLEASE}ask me\b",
    # This agent can do nothing of it.
    "request": rf"^{_PLEASE}(?:add|build|change|commit|create|delete|edit|fix|implement|install"
    r"|make|merge|push|refactor|remove|rename|replace|run|save|start|update|write)\b",
    "changes": r"\bwhat(?:'s| is| has| have)?(?: been)? (?:changed|new|modified)\b"
    r"|\b(?:recently|lately)\b|\b(?:last|latest|newest) (?:commit|change)",
    "uses": r"\bwho (?:calls?|uses?|imports?)\b|\b(?:usages?|callers?|uses) of\b"
    r"|\b(?:called|imported|used(?! (?:for|to)))\b",
    "files": r"\b(?:list|how many|which|what|where|all)\b.{0,40}\b(?:files|tests)\b",
}
_DICTATION = re.compile(
    rf"{_PLEASE}write\s+(?:to\s+)?(`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|(?=[^\s:]*[./])[^\s:]++)\s*:\s(.+)",
    re.IGNORECASE | re.DOTALL,
)


class Term(NamedTuple):
    """One thing to search for: a name, path or quotation (*exact*), or a plain word."""

    text: str
    exact: bool

    @property
    def needle(self) -> str:
        """What a line must contain, in lower case; of a word, not its plural."""
        word = self.text.lower()
        return word if self.exact or word.endswith(("ss", "us", "is")) else word.removesuffix("s")


class Question(NamedTuple):
    """A question, understood; without terms if what it is about was said before."""

    text: str
    intent: str
    terms: list[Term]


def understand(words: str) -> Question:
    """What *words* ask for, and about what: names first."""
    text = short(words[-LONGEST:], LONGEST).replace("\u2019", "'")  # as phones write it
    lowered = text.lower()
    intent = next((name for name, form in _INTENTS.items() if re.search(form, lowered)), "find")
    terms = sorted(dict.fromkeys(_terms(text)), key=lambda term: not term.exact)
    return Question(text, intent, terms[:12])


def own_words(prompt: str) -> str:
    """The user's words, which may follow context and the notes of the client."""
    context, _, words = f"\n{prompt}".rpartition("\n</context>")
    words = words.strip() if context else prompt.strip()
    while words.startswith("[Note: ") and (rest := words.partition("]\n\n")[2]):
        words = rest
    return words


def dictated(words: str) -> tuple[str, str] | None:
    """The name of a file, and the text for it, if *words* dictate one."""
    if found := _DICTATION.fullmatch(words.strip()):
        return found[1].strip('`"“”'), found[2].strip("\n").rstrip()
    return None


def several(words: str) -> list[str]:
    """The questions, if *words* are several of them; else *words* as they are."""
    parts = re.split(r"(?<=\w\?)\s+", words) if len(words) <= LONGEST else []
    is_all = 1 < len(parts) <= 5 and all(part.endswith("?") for part in parts)
    return parts if is_all else [words]


def _terms(text: str) -> Iterator[Term]:
    for word in re.findall(r'`[^`\n]+`|"[^"\n]+"|“[^”\n]+”|\S+', text):
        if word[0] in '`"“' and (quoted := word.strip('`"“” ')):
            yield Term(quoted, True)
            continue
        word = word.strip("([{<>)]}*'\"„“”«»¿¡,;:!?…@$").rstrip(".")
        word = word.removesuffix("n't").partition("'")[0]
        # snake_case, a.b, a/b, a::b, --flag or camelCase
        if re.search(r"^--|.[_./]|::|[a-z][A-Z]|[A-Z][A-Z]+[a-z]|^[A-Z][a-z]+[A-Z]", word):
            yield Term(word.rpartition("::")[2] or word, True)
        elif word.lower() not in _STOP:
            pieces = re.findall(r"[^\W_]+", word)
            yield from (Term(p, False) for p in pieces if len(p) > 2 or not p.isascii())
