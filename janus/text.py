"""Clean text of characters that control a terminal, or deceive a reader."""

from __future__ import annotations

import re
from typing import Any

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Characters that display text in another order than it is written (CVE-2021-42574).
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def strip_controls(text: str) -> str:
    """Return *text* without escape sequences and control characters except newline and tab."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def sanitize(payload: Any) -> Any:
    """Return JSON from an agent with every text in it cleaned, also of direction characters.

    Ids stay as they are, because they are sent back to the agent.
    """
    if isinstance(payload, str):
        suspect = _SUSPECT.search(payload)
        return _DIRECTIONS.sub("", strip_controls(payload)) if suspect else payload
    if isinstance(payload, dict):
        return {name: it if _is_id(name) else sanitize(it) for name, it in payload.items()}
    if isinstance(payload, list):
        return [sanitize(it) for it in payload]
    return payload


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")
