"""Whoever wants to hear of the sessions of all projects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from janus.storage.store import Store


class Hears(Protocol):
    """Hears of sessions; nothing may take long."""

    def changed(self, session_id: str) -> object: ...
    def forget(self, session_id: str) -> object: ...


class Copies(Protocol):
    """Hears of every line of a log, while the log's lock is held."""

    def grew(self, logs: Store, session_id: str, size: int) -> object: ...


@dataclass(slots=True)
class Listeners:
    """Hands on what it hears. It is filled before anything is started."""

    told: list[Hears] = field(default_factory=list)
    copying: list[Copies] = field(default_factory=list)

    def changed(self, session_id: str) -> None:
        for each in self.told:
            each.changed(session_id)

    def forget(self, session_id: str) -> None:
        for each in self.told:
            each.forget(session_id)

    def grew(self, logs: Store, session_id: str, size: int) -> None:
        for each in self.copying:
            each.grew(logs, session_id, size)
