"""What each agent let its user choose when it was heard of last: its models, its modes.

An agent tells that when it opens a conversation. It is kept so that whoever begins the next one can
choose before the agent runs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

log = logging.getLogger(__name__)

FILE = "options.json"
#: How much is kept: of each agent, and in all. Some offer hundreds of models.
_OPTIONS, _CHOICES, _AGENTS = 20, 500, 50

T = TypeVar("T")
_Text = Annotated[str, Meta(max_length=200)]


class OfferedChoice(Struct, frozen=True):
    """One value that an option can have."""

    value: _Text | bool
    name: _Text


class Offered(Struct, frozen=True):
    """One option; what was chosen of it in some conversation does not matter to the next."""

    id: _Text
    name: _Text
    category: _Text
    choices: tuple[OfferedChoice, ...]


class _File(Struct):
    agents: dict[str, tuple[Offered, ...]] = {}
    version: str = "1.0"


class OfferedOptions:
    """The options of all agents. ``_lock`` guards ``_known``; ``_writing`` is held while they are
    written, which comes first.
    """

    def __init__(
        self,
        read: Callable[[], bytes | None] = lambda: None,
        write: Callable[[bytes], object] = lambda data: None,
    ) -> None:
        """*read* and *write* are about the file; the latter says itself what the disk refuses."""
        self._write = write
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._known = _read(read)

    def of(self, agent: str) -> tuple[Offered, ...]:
        """What the agent of this name lets its user choose, as far as it was ever heard of."""
        with self._lock:
            return self._known.get(agent, ())

    def note(self, agent: str, options: Iterable[dict[str, Any]]) -> None:
        """Keep what the agent offers now."""
        offered = tuple(_bounded(options))
        with self._writing:
            with self._lock:
                if self._known.get(agent) == offered or len(self._known) >= _AGENTS:
                    return
                self._known = {**self._known, agent: offered}
                known = self._known
            self._write(msgspec.json.encode(_File(known)) + b"\n")


def _read(read: Callable[[], bytes | None]) -> dict[str, tuple[Offered, ...]]:
    """What the file holds; it is only a convenience, and made anew where it is damaged."""
    try:
        data = read()
        return msgspec.json.decode(data, type=_File).agents if data else {}
    except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
        log.warning("What agents offered before cannot be read (%s)", damage)
        return {}


def _bounded(options: Iterable[dict[str, Any]]) -> Iterable[Offered]:
    """The options that are well-formed, without the choices that are not."""
    for option in [*options][:_OPTIONS]:
        choices = (_as(OfferedChoice, it) for it in option.get("choices", ())[:_CHOICES])
        offered = _as(Offered, {**option, "choices": tuple(it for it in choices if it)})
        if offered:
            yield offered


def _as(kind: type[T], value: Any) -> T | None:
    try:
        return msgspec.convert(value, kind, from_attributes=True)
    except msgspec.ValidationError:
        return None
