"""Clean text of characters that control a terminal, or deceive a reader."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]"
)
#: An escape sequence that is not over at the end of a text.
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\n]*\x1b?|[ -/]*)\Z")
#: How much may be held back.
_LONGEST_HELD = 4096
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: They make text read in another order than it is written (CVE-2021-42574).
_ORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: JSON can write half of a surrogate pair, which nothing else can take.
_HALVES = re.compile("[\ud800-\udfff]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def strip_controls(text: str) -> str:
    """Return *text* without escape sequences and control characters except newline and tab."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def as_shown(text: str) -> str:
    """The same, as a terminal shows it: of progress that overwrites its line the last is left."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _CONTROLS.sub("", text)


class StreamCleaner:
    """Shows text that comes in pieces, cut anywhere, as a terminal would; not thread-safe.

    What is not clear yet is held back: a sequence that is not over, a line that is overwritten.
    """

    def __init__(self) -> None:
        self._held = ""
        self._is_line_begun = False  # whether part of the line has been shown, for good

    def feed(self, text: str) -> str:
        """What can be shown by now."""
        if not self._held and not _SUSPECT.search(text):
            self._is_line_begun = not text.endswith("\n") if text else self._is_line_begun
            return text
        text, self._held = (self._held + text).replace("\r\n", "\n"), ""
        line = text.rfind("\n") + 1
        unfinished = _UNFINISHED.search(text, line)
        cut = line if "\r" in text[line:] else unfinished.start() if unfinished else len(text)
        if len(text) - cut <= _LONGEST_HELD:
            text, self._held = text[:cut], text[cut:]
        return self._shown(text)

    def end(self) -> str:
        """What was held back: nothing more comes."""
        held, self._held = self._held, ""
        return self._shown(_UNFINISHED.sub("", held))

    def _shown(self, text: str) -> str:
        overwrites = self._is_line_begun and "\r" in text.partition("\n")[0].rstrip("\r")
        shown = as_shown(text)
        if shown:
            self._is_line_begun = not shown.endswith("\n")
        return f"\n{shown}" if overwrites else shown


def sanitize(value: Any) -> Any:
    """What an agent sent, for people: all text plain, and read in the order it is written.

    Takes JSON and events. Ids stay as they are: they are given back to the agent.
    """
    match value:
        case str():
            return _plain(value) if _SUSPECT.search(value) else value
        case dict():
            return {name: _field(name, it) for name, it in value.items()}
        case list():
            return [sanitize(it) for it in value]
        case tuple():
            return tuple(sanitize(it) for it in value)
        case Struct():
            fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
            changes = {name: clean for name, it in fields if (clean := _field(name, it)) is not it}
            return replace(value, **changes) if changes else value
    return value


def _field(name: str, value: Any) -> Any:
    if name == "output" and isinstance(value, str) and "\r" in value:
        value = as_shown(value)
    is_id = isinstance(value, str) and (name == "id" or name.endswith("_id"))
    return _HALVES.sub("\ufffd", value) if is_id else sanitize(value)


def _plain(text: str) -> str:
    return _ORDERS.sub("", _HALVES.sub("\ufffd", strip_controls(text)))
