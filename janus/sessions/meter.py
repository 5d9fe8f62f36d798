"""What measures sessions while they work: nothing, unless the manager is given something."""

from __future__ import annotations

from typing import Protocol

from janus.model.events import AnyEvent


class SessionMeter(Protocol):
    """Measures one session. Nothing of it takes long.

    ``silent`` is whether a turn runs in which the agent has done nothing yet: only then is it told
    what the agent does, so that the words of a long answer cost no call each.
    """

    silent: bool

    def began(self, turn_id: str) -> object: ...
    def noticed(self, event: AnyEvent) -> object: ...
    def finished(self, stop_reason: str, error: str = "") -> object: ...
    def died(self, exit_code: object, signal: object) -> object: ...
    def ended(self, reason: str) -> object: ...


class Meter(Protocol):
    """Measures all sessions of a manager."""

    def session(self, agent: str) -> SessionMeter: ...
    def saved(self, *, ok: bool) -> object: ...


class Unmetered:
    """Measures nothing."""

    silent = False

    def session(self, agent: str) -> SessionMeter:
        return self

    def saved(self, *, ok: bool) -> None: ...
    def began(self, turn_id: str) -> None: ...
    def noticed(self, event: AnyEvent) -> None: ...
    def finished(self, stop_reason: str, error: str = "") -> None: ...
    def died(self, exit_code: object, signal: object) -> None: ...
    def ended(self, reason: str) -> None: ...


UNMETERED = Unmetered()
