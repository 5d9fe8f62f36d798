"""The words that a spoken yes is made of, a table for each language.

A yes is one *core* phrase, perhaps with words of *before* ahead of it and of *after* behind it, and
nothing else. "Yes" alone is none: radios, passengers and children say it all day.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, in lower case and without punctuation."""

    core: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


LANGUAGES = {
    "en": Phrases(
        core=(
            "allow it once",
            "allow this once",
            "allow that once",
            "allow once",
            "permission granted",
        ),
        before=(
            "yes", "yeah", "yep", "okay", "ok", "o.k", "sure", "alright", "all right", "right",
            "fine", "um", "umm", "uh", "uhh", "please", "janus", "hey janus", "go ahead",
        ),
        after=("please", "thanks", "thank you", "janus", "okay", "ok", "yes"),
    ),
    "de": Phrases(
        core=(
            "erlaube es einmal",
            "erlaube das einmal",
            "erlaube dies einmal",
            "erlaub es einmal",
            "erlaub das einmal",
            "einmal erlauben",
            "erlaubnis erteilt",
        ),
        before=(
            "ja", "jawohl", "okay", "ok", "klar", "alles klar", "gut", "gerne", "in ordnung", "äh",
            "ähm", "bitte", "janus", "hey janus", "mach weiter",
        ),
        after=("bitte", "danke", "danke schön", "janus", "okay", "ok", "ja"),
    ),
    "fr": Phrases(
        core=(
            "autorise le une fois",
            "autorise ça une fois",
            "autorise ceci une fois",
            "autoriser une fois",
            "permission accordée",
        ),
        before=(
            "oui", "ouais", "okay", "ok", "d'accord", "bien sûr", "bon", "euh", "s'il te plaît",
            "s'il vous plaît", "janus", "hé janus", "vas y",
        ),
        after=("s'il te plaît", "s'il vous plaît", "merci", "janus", "okay", "ok", "oui"),
    ),
    "es": Phrases(
        core=(
            "permítelo una vez",
            "permite esto una vez",
            "permite eso una vez",
            "permitir una vez",
            "permiso concedido",
        ),
        before=(
            "sí", "vale", "okay", "ok", "claro", "bueno", "bien", "eh", "por favor", "janus",
            "oye janus", "adelante",
        ),
        after=("por favor", "gracias", "janus", "vale", "okay", "ok", "sí"),
    ),
}  # fmt: skip
