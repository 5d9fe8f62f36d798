"""What all events have in common."""

from __future__ import annotations

import re

from msgspec import Struct


def _tag(name: str) -> str:
    """``TurnStarted`` is written ``turn_started``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Event(Struct, frozen=True, tag_field="type", tag=_tag, omit_defaults=True):
    """One thing that happened."""
