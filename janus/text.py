"""Clean text of characters that control a terminal, or deceive a reader."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: They make text read in another order than it is written (CVE-2021-42574).
_ORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: JSON can write half of a surrogate pair, which nothing else can take.
_HALVES = re.compile("[\ud800-\udfff]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def strip_controls(text: str) -> str:
    """Return *text* without escape sequences and control characters except newline and tab."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


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
    is_id = isinstance(value, str) and (name == "id" or name.endswith("_id"))
    return _HALVES.sub("\ufffd", value) if is_id else sanitize(value)


def _plain(text: str) -> str:
    return _ORDERS.sub("", _HALVES.sub("\ufffd", strip_controls(text)))
