"""What the agent does while it answers, step by step, in no protocol's words.

answer() ──Step, Step, …──> print mode (or another protocol) ──> its own events
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, TypeAlias, TypeVar

# Records are NamedTuples all through this package: it is started anew for every question, and
# each frozen dataclass would add a millisecond to that (measured; a NamedTuple adds 0.07).


class Think(NamedTuple):
    """What it is going to look for."""

    text: str


class Say(NamedTuple):
    """A piece of the answer."""

    text: str


class Call(NamedTuple):
    """A tool and what it was asked; *tool* is cursor-agent's word: grep, glob, read or shell."""

    id: str
    tool: str
    args: dict[str, Any]


class Started(NamedTuple):
    call: Call


class Finished(NamedTuple):
    call: Call
    result: dict[str, Any]


class Remember(NamedTuple):
    """What the answer was about, for follow-up questions; nothing to show."""

    subject: str
    places: tuple[str, ...]


Step: TypeAlias = Think | Say | Started | Finished | Remember

T = TypeVar("T")
Steps: TypeAlias = Generator[Step, None, T]
