"""Which questions a voice may answer, and the words that are read out for them.

Only what harms nothing if it was a mistake: reading, searching and listing in the session's own
folder, and the commands that the owner named beforehand. All else waits for a hand. What of it is
short enough is also answered in a notification, by a tap.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Collection, Iterable
from pathlib import Path

from msgspec import Struct

from janus.errors import ConsentUnclear
from janus.model import ReadOut
from janus.model.events import QuestionAsked, QuestionOption

#: Characters that are read out; longer things nobody remembers to their end.
_LONGEST = 240
#: Characters of which each phone's notification shows all.
_GLANCE = 120
_OPENING = "The agent asks. "
_KINDS = {"read": "Read", "search": "Search"}
#: Programs that only show, with the letters of their options; all that they are given are paths.
_SHOW = {
    "ls": "1AadFhlRrStX",
    "pwd": "LP",
    "cat": "bnsTAEv",
    "head": "cnqv0123456789",
    "tail": "cnqv0123456789",
    "wc": "clmwL",
    "grep": "cEFHhiLlnorsvwx",
}
#: What a shell would make something else of.
_SHELL = re.compile(r"[^\w ./:=,@%+'\"-]")
#: Paths with something in them that is nobody's business.
_SECRET = re.compile(
    r"(?:\A|/)(?:\.env|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.git-credentials|\.ssh|\.aws|\.gnupg|\.kube"
    r"|\.docker|\.git|id_(?:rsa|dsa|ecdsa|ed25519)|shadow|secrets?|credentials?)(?:[./]|\Z)"
    r"|\.(?:pem|key|p12|pfx|kdbx|keystore)\Z",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s'\"`(){}\[\]<>,;|&=:\\]+")
HANDS = "This needs your hands, when you have stopped."


class Glance(Struct, frozen=True):
    """What a notification says of a question, and the ids of the two answers that are taps on it.

    ``digest`` is that of what would be read out.
    """

    text: str
    digest: str
    allow: str
    deny: str


def glance(asked: QuestionAsked, folder: Path, commands: Collection[str]) -> Glance | None:
    """What a notification says of a question, if a voice might answer it, all of it is seen there,
    and refusing it is one of its answers.
    """
    try:
        found = read_out(asked, folder, commands)
    except ConsentUnclear:
        return None
    text = found.words.removeprefix(_OPENING)
    deny = [it.id for it in asked.options if it.kind == "reject_once"]
    if len(text) > _GLANCE or len(deny) != 1:
        return None
    return Glance(text, found.digest, found.option_id, deny[0])


def read_out(asked: QuestionAsked, folder: Path, commands: Collection[str]) -> ReadOut:
    """What to read out for a question of a session that works in *folder*.

    *commands* are those that the owner allows to be allowed by voice. Raises ConsentUnclear where
    only a hand may answer, with the reason.
    """
    option = _once(asked)
    what = _plain(asked)
    call = asked.tool_call
    kind = call.kind if call else ""
    if kind == "execute":
        doing = _command(what, folder, commands)
    elif kind in _KINDS:
        _check_paths(_BETWEEN.split(f"{asked.title} {asked.text}"), folder)
        doing = f"{_KINDS[kind]}: {what}"
    else:
        raise ConsentUnclear(f"It does more than look. {HANDS}")
    words = f"{_OPENING}{doing}"
    told = "\0".join((asked.request_id, option.id, words)).encode()
    return ReadOut(words, option.id, hashlib.sha256(told).hexdigest()[:32])


def _once(asked: QuestionAsked) -> QuestionOption:
    """The answer that allows it this once: never "always", and never one of several."""
    once = [it for it in asked.options if it.kind == "allow_once"]
    if asked.kind != "permission" or asked.fields or asked.url or len(once) != 1:
        raise ConsentUnclear(f"It is no matter of yes or no. {HANDS}")
    return once[0]


def _plain(asked: QuestionAsked) -> str:
    """All that is asked, in one line. What the agent only shows, nobody would hear."""
    call = asked.tool_call
    if call and (call.changes or call.images):
        raise ConsentUnclear(f"It has to be seen. {HANDS}")
    title = asked.title.strip("`")
    parts = [title] if title and title not in asked.text else []
    what = " ".join([*parts, *asked.text.split("\n")]).strip()
    if len(what) > _LONGEST or not what.isprintable():
        raise ConsentUnclear(f"It is too long to be read out. {HANDS}")
    return what


def _command(what: str, folder: Path, commands: Collection[str]) -> str:
    if what in commands:
        return f"Run: {what}"
    if _SHELL.search(what):
        raise ConsentUnclear(f"It is a command with more to it than its words. {HANDS}")
    try:
        program, *arguments = shlex.split(what)
    except ValueError:
        raise ConsentUnclear(f"It is no whole command. {HANDS}") from None
    if program not in _SHOW:
        raise ConsentUnclear(f"It runs {program}. {HANDS}")
    for argument in arguments:
        if argument.startswith("-") and not set(argument[1:]) <= set(_SHOW[program]):
            raise ConsentUnclear(f"It runs {program} with an unusual option. {HANDS}")
    _check_paths([it for it in arguments if not it.startswith("-")], folder)
    return f"Run: {what}"


def _check_paths(names: Iterable[str], folder: Path) -> None:
    """Raises ConsentUnclear where a name, as a path, leads out of *folder* or to a secret."""
    home = folder.resolve()
    for name in filter(None, names):
        if name.startswith("~") or "$" in name:
            raise ConsentUnclear(f"It is about something outside of the session's folder. {HANDS}")
        try:
            # Also where a link leads: that lies in the workspace, and is not believed.
            place = (home / name).resolve()
        except (OSError, ValueError, RuntimeError):
            raise ConsentUnclear(f"It names what is no file. {HANDS}") from None
        if not place.is_relative_to(home):
            raise ConsentUnclear(f"It is about something outside of the session's folder. {HANDS}")
        if _SECRET.search(name) or _SECRET.search(str(place.relative_to(home))):
            raise ConsentUnclear(f"It may be about a secret. {HANDS}")
