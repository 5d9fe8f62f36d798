"""Why something could not be done in the fleet; who calls on behalf of a person says it to them."""

from __future__ import annotations


class FleetFailure(Exception):
    """Base class."""


class NotReachable(FleetFailure):
    """No connection, or no answer in time: it may have been done."""


class Refused(FleetFailure):
    """The server said no; ``code`` is the engine's, 0 where the key may not do this."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class Absent(Refused):
    """There is no such stream, message or consumer, or nobody listens."""
