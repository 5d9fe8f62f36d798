"""Text without what acts on a terminal or a reader instead of being read."""

from __future__ import annotations

import re
from typing import Any

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: They make text read in another order than it is written (CVE-2021-42574).
_ORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def strip_controls(text: str) -> str:
    """*text* without escape sequences and control characters, except newline and tab."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def sanitize(told: Any) -> Any:
    """What an agent told, for people: every text in it plain, and read in the order it has.

    Ids stay as they are: they are given back to the agent.
    """
    if isinstance(told, str):
        return _ORDERS.sub("", strip_controls(told)) if _SUSPECT.search(told) else told
    if isinstance(told, dict):
        return {name: it if _is_id(name) else sanitize(it) for name, it in told.items()}
    if isinstance(told, list):
        return [sanitize(it) for it in told]
    return told


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")
