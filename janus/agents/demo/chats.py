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
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """A question that was asked, and what came of it; no answer if it was cut short."""

    question: str
    answer: str = ""
    subject: str = ""
    places: tuple[str, ...] = ()


class Chats:
    """What is remembered about one folder."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        key = hashlib.md5(os.fsencode(folder.resolve()), usedforsecurity=False).hexdigest()
        home, data = environ.get("HOME"), environ.get("XDG_DATA_HOME")
        base = Path(data) if data else Path(home, ".local/share") if home else None
        self._chats = base and base / "janus-demo-agent" / "chats" / key
        self._trust = base and base / "janus-demo-agent" / "trusted" / key

    @property
    def trusted(self) -> bool:
        with contextlib.suppress(OSError):
            return self._trust is not None and self._trust.exists()
        return False

    def trust(self) -> None:
        if self._trust:
            with contextlib.suppress(OSError):
                self._trust.parent.mkdir(parents=True, exist_ok=True)
                self._trust.touch()

    def latest(self) -> str | None:
        """The id of the chat that was spoken in last."""
        found = []
        with contextlib.suppress(OSError):
            files = self._chats.glob("*.jsonl") if self._chats else ()
            found = [(file.stat().st_mtime_ns, file.stem) for file in files]
        return max(found)[1] if found else None

    def open(self, id: str) -> Chat:
        return Chat(id, self._chats and self._chats / f"{id}.jsonl")


class Chat:
    """One conversation."""

    def __init__(self, id: str, file: Path | None) -> None:
        self.id = id
        self._file = file

    def turns(self) -> list[Turn]:
        """All turns so far; a line that a crash has torn is passed over."""
        raw = b""
        if self._file:
            with contextlib.suppress(OSError):
                raw = self._file.read_bytes()
        turns: list[Turn] = []
        for line in raw.split(b"\n"):
            match _record(line):
                case {"question": str(question)}:
                    turns.append(Turn(question))
                case {"answer": str(answer), "subject": str(subject), "places": [*places]} if turns:
                    turns[-1] = Turn(turns[-1].question, answer, subject, tuple(map(str, places)))
        return turns

    def asked(self, question: str) -> None:
        self._append({"question": question})

    def answered(self, answer: str, subject: str, places: tuple[str, ...]) -> None:
        self._append({"answer": answer, "subject": subject, "places": places})

    def _append(self, record: dict[str, Any]) -> None:
        if not self._file:
            return
        line = json.dumps(record).encode() + b"\n"
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._file.open("a+b", buffering=0) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
                torn = file.read() not in (b"", b"\n")
                file.write(b"\n" * torn + line)  # or the torn line would swallow this one


def _record(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None
