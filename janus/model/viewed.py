"""What one machine asks a view of another, and what that answers."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

#: What another machine may have a view do: change nothing, or change something.
Kind = Literal["read", "do"]


class Asked(Struct, frozen=True):
    """Which view is asked of which session, and what it is given."""

    kind: Kind
    session_id: str
    view: str
    query: str = ""
    body: str = ""


class Answered(Struct, frozen=True, kw_only=True):
    """What a view answered: all of it, or its first piece and how to ask for the *rest*."""

    media: str
    data: bytes
    size: int
    rest: str = ""
    #: Whether it is shown or saved, and under which name.
    disposition: str = ""
