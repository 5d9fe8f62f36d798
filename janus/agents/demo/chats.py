"""Conversations remembered from one start of the program to the next, and folders trusted.

    <data>/janus-demo-agent/chats/<md5 of the folder>/<chat id>.jsonl    a line a question or answer
    <data>/janus-demo-agent/trusted/<md5 of the folder>                  an empty file

Where nothing can be written, everything works but nothing is remembered.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from janus.agents.demo.steps import count, series, short


class Turn(NamedTuple):
    """A question that was asked, and what came of it."""

    question: str
    answer: str = ""
    subject: str = ""
    """What the answer was about, if that has a name."""
    wrote: str = ""
    """The file that was written."""


class Chats:
    """What is remembered about one folder."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        key = hashlib.md5(os.fsencode(folder.resolve()), usedforsecurity=False).hexdigest()
        data = environ.get("XDG_DATA_HOME") or f"{environ.get('HOME') or '/dev/null'}/.local/share"
        self._chats = Path(data, "janus-demo-agent", "chats", key)
        self._trust = Path(data, "janus-demo-agent", "trusted", key)

    @property
    def trusted(self) -> bool:
        with contextlib.suppress(OSError):
            return self._trust.exists()
        return False

    def trust(self) -> None:
        with contextlib.suppress(OSError):
            self._trust.parent.mkdir(parents=True, exist_ok=True)
            self._trust.touch()

    def latest(self) -> str | None:
        """The id of the chat that was spoken in last."""
        found = []
        with contextlib.suppress(OSError):
            found = [(file.stat().st_mtime_ns, file.stem) for file in self._chats.glob("*.jsonl")]
        return max(found)[1] if found else None

    def knows(self, id: str) -> bool:
        """Whether there is a chat with this id, which may be anything."""
        with contextlib.suppress(OSError):
            return id in {file.stem for file in self._chats.glob("*.jsonl")}
        return False

    def open(self, id: str) -> Chat:
        return Chat(id, self._chats / f"{id}.jsonl")


class Chat:
    """One conversation."""

    def __init__(self, id: str, file: Path) -> None:
        self.id = id
        self._file = file

    def turns(self) -> list[Turn]:
        """All turns so far; a line that a crash has torn is passed over."""
        raw = b""
        with contextlib.suppress(OSError):
            raw = self._file.read_bytes()
        turns: list[Turn] = []
        for line in raw.split(b"\n"):
            match _record(line):
                case {"question": str(question)}:
                    turns.append(Turn(question))
                case {"subject": str(subject), **more} if turns:
                    answer, wrote = (str(more.get(key, "")) for key in ("answer", "wrote"))
                    turns[-1] = Turn(turns[-1].question, answer, subject, wrote)
        return turns

    def note(self, **record: str) -> None:
        """Add a ``question``, or what came of the last one: the other fields of a turn."""
        # A line end comes first, too: a torn line before this one must not swallow it.
        data = f"\n{json.dumps(record)}\n".encode()
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._file.open("ab", buffering=0) as file:
                file.write(data)


def _record(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def recall(turns: Sequence[Turn]) -> str:
    """What was asked before."""
    if not turns:
        return "This is the first question of our conversation."
    asked = series([f"“{short(turn.question, 80)}”" for turn in reversed(turns)])
    return f"You have asked {count(len(turns), 'question')} before this, the last first: {asked}."


def summary(turns: Sequence[Turn]) -> str:
    """What came of the conversation, in two or three bullets."""
    if not turns:
        return "- Nothing has been asked in this conversation yet."
    asked = series([f"“{short(turn.question, 80)}”" for turn in turns])
    bullets = [f"You asked {count(len(turns), 'question')}: {asked}."]
    if subjects := list(dict.fromkeys(turn.subject for turn in turns if turn.subject)):
        bullets.append(f"The answers were about {series(subjects)}.")
    files = list(dict.fromkeys(turn.wrote for turn in turns if turn.wrote))
    changed = f"files were written: {series(files)}" if files else "nothing was changed"
    bullets.append(f"No decisions were made, and {changed}.")
    return "\n".join(f"- {bullet}" for bullet in bullets)
