"""Files of the user's that go with a prompt, as agents are given them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a prompt. Nothing of it is read, or made, before it is asked for."""

    name: str
    media_type: str
    size: int
    #: Its bytes. Raises NotFound.
    read: Callable[[], bytes]
    #: Where it is from the agent's folder, in which it is put for that. Raises JanusError.
    place: Callable[[], str]

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


def placed(text: str, attached: Iterable[Attached]) -> str:
    """*text*, and where the files are that the agent has to open itself."""
    lines = [f"[Attached: {it.name}, in {it.place()}]" for it in attached]
    return "\n".join([text, "", *lines]) if lines else text
