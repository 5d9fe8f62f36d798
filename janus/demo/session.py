"""A conversation about a folder, remembered from one start of the program to the next.

    <data>/janus-demo-agent/chats/<md5 of the folder>/<session id>.jsonl    a line for each note

Where nothing can be written, everything works but nothing is remembered.
"""

import contextlib
import hashlib
import json
import os
import re
from pathlib import Path
from typing import NamedTuple


class Past(NamedTuple):
    """A question that was asked, and what came of it."""

    question: str
    answer: str = ""
    subject: str = ""
    """What the answer was about, if that has a name."""
    wrote: str = ""
    """The file that was written."""


class Session:
    """A conversation about a folder."""

    def __init__(self, root: Path, id: str) -> None:
        self.root = root
        self.id = id
        self.trusts = False  # that whatever is asked is allowed
        key = hashlib.md5(os.fsencode(root), usedforsecurity=False).hexdigest()
        home = os.environ.get("HOME") or "/dev/null"
        data = os.environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
        name = id if re.fullmatch(r"[0-9a-f-]{32,36}", id) else "none"  # it may be anything
        self._file = Path(data, "janus-demo-agent", "chats", key, f"{name}.jsonl")

    def past(self) -> list[Past]:
        """All turns so far; a line that a crash has torn is passed over."""
        raw = b""
        with contextlib.suppress(OSError):
            raw = self._file.read_bytes()
        past: list[Past] = []
        for line in raw.splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                match json.loads(line):
                    case {"question": str(question)}:
                        past.append(Past(question))
                    case {"answer": str(a), "subject": str(s), "wrote": str(w)} if past:
                        past[-1] = Past(past[-1].question, a, s, w)
        return past

    def note(self, **record: str) -> None:
        """Add a ``question``, or what came of the last one: the other fields of a turn."""
        # A line end comes first, too: a torn line before this one must not swallow it.
        data = f"\n{json.dumps(record)}\n".encode()
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(file, "ab", buffering=0) as opened:
                opened.write(data)
