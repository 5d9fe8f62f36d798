"""A spoken yes is a whole phrase: chatter, radio and half sentences allow nothing."""

import random

import pytest

from janus.voice.consent import is_consent
from janus.voice.phrases import LANGUAGES

#: What people say around the words that would allow it.
HOLDING = (
    "wait", "hold on", "don't", "do not", "no", "nope", "never", "stop", "cancel", "not yet",
    "later", "not", "never mind", "hang on", "one moment", "careful", "but", "if", "unless",
    "before you", "after that", "maybe", "I would not", "you can't", "let me think",
    "what happens if you", "did you", "should I", "can you", "tell me why I should", "he said",
    "she says to", "they always", "almost", "never ever", "I said", "the sign says", "repeat",
    "spell", "who said",
)  # fmt: skip
RADIO = (
    "and now the weather for the coast", "allow it to rise for once in a warm place",
    "permission was granted by the council on Tuesday", "he was granted permission",
    "yes we can", "okay that was the news", "allow one's mind to wander", "allow it",
    "please hold the line", "your call is important to us", "once upon a time", "allow at once",
    "all out once more", "a low at once", "hello it's once", "allow it ones", "aloud once",
    "permission grounded", "permission granted to land runway two", "permission grant it",
    "I'll allow it just this once your honour", "sustained, I'll allow it", "allow always",
    "always allow", "allow it twice", "allow it once and always", "allow everything once",
    "allow them once", "allow once in a while", "allow it once more", "allow all once",
    "allow it once I've stopped", "allow it once we are home", "allow it once a day",
    "allow it once you're done", "once allow it", "allow it, not once", "allow it once or deny",
    "she said allow it once", "I won't allow it once", "ja allow it once", "oui allow it once",
    "okay I guess allow it once", "thanks but no thanks allow it once", "allow it once hmm",
    "fine, maybe allow it once", "allow it once daddy", "permission granted to nobody",
    "erlaube es nicht einmal", "nicht einmal erlauben", "noch einmal erlauben",
    "erlaube es einmal, wenn ich stehe", "erlaube es einmal am Tag", "okay erlaube es once",
    "sie sagt erlaube es einmal", "soll ich sagen erlaube es einmal", "keine Erlaubnis erteilt",
    "autorise le une fois par jour", "n'autorise pas une fois", "permítelo una vez que pare",
)  # fmt: skip
JANUS = (
    "The agent asks. Read: src/app.py", 'Say: "allow it once", and nothing else.',
    "Say allow it once", "To allow it say allow it once", "This needs your hands",
    "The agent asks. Run: npm test. Say allow once or deny", "the agent asks allow it once",
)  # fmt: skip
BARE = (
    "yes",
    "yeah",
    "yep",
    "okay",
    "sure",
    "go ahead",
    "fine",
    "right",
    "do it",
    "uh",
    "",
    " ",
    ".",
)


def hostile(number):
    """Utterances that allow nothing: made of what is dangerous, by a seed of its own."""
    chance = random.Random(20_270_115)
    cores = [core for table in LANGUAGES.values() for core in table.core]
    english = LANGUAGES["en"]
    made = [*RADIO, *JANUS, *BARE]
    while len(made) < number:
        core = chance.choice(cores)
        hold = chance.choice(HOLDING)
        words = core.split()
        made.append(
            chance.choice(
                [
                    f"{hold} {core}",
                    f"{core} {hold}",
                    f"yes {hold} {core}",
                    f"okay, {hold}, {core} please",
                    f"{core}?",
                    f"should it be {core}?",
                    f"{core}…",
                    f"{core}...",
                    " ".join(words[:-1]),  # it was still being said
                    " ".join(words[1:]) if words[1:] != ["once"] else "once",
                    " ".join(chance.sample(words[1:], len(words) - 1)),
                    f"{' '.join(chance.choices(english.before, k=8))} {core}",
                    f"{core} {' '.join(chance.choices(english.after, k=8))} thanks",
                    f"{core} {chance.choice(['always', 'and push', 'for all', 'then delete it'])}",
                    " ".join([words[0], chance.choice(["and", "or", "not"]), *words[1:]]),
                    f"{core} {core}",
                    f'"{core}"',
                    f"{chance.choice(RADIO)} {core}",
                    f"{core} {chance.choice(RADIO)}",
                    f"{chance.choice(JANUS)} {core}",
                    " ".join(chance.choices(english.before, k=chance.randint(1, 7))),
                    "".join(chance.choices("abc äß?!1,. ", k=chance.randint(1, 80))),
                ]
            )
        )
    return made


def honest(number):
    chance = random.Random(7)
    made = []
    while len(made) < number:
        table = chance.choice([LANGUAGES["en"], *LANGUAGES.values()])
        parts = [chance.choice(table.core)]
        parts[:0] = chance.choices(table.before, k=chance.choice([0, 0, 1, 1, 2]))
        parts += chance.choices(table.after, k=chance.choice([0, 0, 1]))
        said = chance.choice([" ", ", ", ". "]).join(parts)
        said = chance.choice([str, str.lower, str.capitalize, str.upper])(said)
        if len(said.replace("-", " ").split()) <= 8:
            made.append(said + chance.choice(["", ".", "!"]))
    return made


def test_no_hostile_utterance_is_a_yes():
    said = hostile(2000)

    assert [it for it in said if is_consent(it)] == []
    assert len(set(said)) > 1200


def test_honest_ones_are_taken():
    said = honest(200)

    assert sum(map(is_consent, said)) >= 0.95 * len(said), [it for it in said if not is_consent(it)]


@pytest.mark.parametrize(
    "said",
    [
        "allow it once", "Allow it once.", "Yes, allow it once, please.", "PERMISSION GRANTED",
        "uh okay hey Janus go ahead allow once", "allow that once thank you Janus",
        "Autorise-le une fois", "autorise le une fois", "Erlaube es einmal, danke schön.",
        "Sí, permítelo una vez", "s\u2019il te plaît autoriser une fois",
        "Permission accorde\u0301e", "All right, allow it once.", "O.K. Allow it once.",
        "Alles klar, erlaub es einmal.",
    ],
)  # fmt: skip
def test_phrases_as_recognisers_write_them(said):
    assert is_consent(said)


def test_nothing_takes_long_to_be_refused():
    assert not is_consent("yes " * 30)
    assert not is_consent("go " * 100_000)
