"""Numbers as words that can be read aloud and compared."""

from __future__ import annotations

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"


def proquint(number: int) -> str:
    """16 bits as a word of five letters: four bits a consonant, two bits a vowel."""
    return (
        _CONSONANTS[number >> 12 & 15]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )
