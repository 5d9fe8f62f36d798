"""Whether what was heard is a yes: by a grammar, since key words approve what was never meant.

"Yes-word first and no word of refusal" takes "yes I heard you" and "sure, but look at it first";
"contains the phrase" takes "tell me what happens if I say allow it once". Here the whole utterance
must be a yes, from its first word to its last, and all doubt is a no.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from janus.voice.phrases import LANGUAGES, Phrases

#: Words of a yes at most; who says more says something else.
LONGEST = 8
#: Characters of what is looked at.
_CHARACTERS = 120
#: Punctuation that recognisers put around words; a question mark or dots that trail off are doubt.
_AROUND = ".,!;:"
_DOUBT = ("?", "\uff1f", "\u061f", "\u00bf", "\u2026", "..")
#: Inside of a word, as in "autorise-le"; some recognisers write it, and some do not.
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'"})

Words = tuple[str, ...]


def is_consent(said: str) -> bool:
    """Whether *said*, the whole of what was heard, allows once what was asked."""
    if len(said) > _CHARACTERS or any(mark in said for mark in _DOUBT):
        return False
    words = _words(said)
    return len(words) <= LONGEST and any(_is_yes(words, *grammar) for grammar in _GRAMMARS.values())


def _words(said: str) -> Words:
    """The words as the tables have them. What is no word stays, and fits nowhere."""
    text = unicodedata.normalize("NFC", said).casefold().translate(_APOSTROPHES)
    parts = (part.strip(_AROUND) for part in _HYPHEN.sub(" ", text).split())
    return tuple(part for part in parts if part)


def _is_yes(
    words: Words, core: Iterable[Words], before: Iterable[Words], after: Iterable[Words]
) -> bool:
    return any(
        words[at : at + len(phrase)] == phrase
        and _made_of(words[:at], before)
        and _made_of(words[at + len(phrase) :], after)
        for phrase in core
        for at in range(len(words) - len(phrase) + 1)
    )


def _made_of(words: Words, phrases: Iterable[Words]) -> bool:
    """Whether *words* are nothing but *phrases*, one after the other."""
    if not words:
        return True
    return any(
        words[: len(phrase)] == phrase and _made_of(words[len(phrase) :], phrases)
        for phrase in phrases
    )


def _grammar(phrases: Phrases) -> Sequence[Sequence[Words]]:
    given = phrases.core, phrases.before, phrases.after
    return [[_words(phrase) for phrase in table] for table in given]


_GRAMMARS = {language: _grammar(phrases) for language, phrases in LANGUAGES.items()}
