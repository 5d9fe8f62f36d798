"""Pairing codes: how a new device is let in.

The owner asks for a code at the computer, or on a device that is in; the new device gives it back
within five minutes. A code has 50 bits and is good for once. Five wrong tries burn all open codes,
so that somebody on the same network can force the owner to ask for another one, but not get in.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from dataclasses import dataclass

from janus.clock import Clock
from janus.errors import Forbidden, RateLimited

#: Without the letters and digits that look or sound alike.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH, LIFE, TRIES = 10, 300.0, 5
#: (wrong tries, within so many seconds): from one address, and from all together.
_PER_ADDRESS, _OVERALL = ((5, 60.0), (30, 3600.0)), ((100, 3600.0),)
_OPEN = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A pairing code, what it admits to, and until when (seconds since 1970)."""

    text: str
    scope: str
    expires_at: float

    @property
    def shown(self) -> str:
        """In two halves, for people."""
        return f"{self.text[: LENGTH // 2]}-{self.text[LENGTH // 2 :]}"


class Pairing:
    """The codes that are open; ``_lock`` guards all fields."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: list[tuple[Code, float]] = []
        self._wrong = 0
        self._failures: deque[tuple[float, str]] = deque(maxlen=1000)

    def open(self, scope: str = "full") -> Code:
        """A new code. The oldest is closed when there are too many."""
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        code = Code(text, scope, self._clock.time() + LIFE)
        with self._lock:
            self._codes = [*self._valid(), (code, self._clock.monotonic() + LIFE)][-_OPEN:]
        return code

    def redeem(self, text: str, address: str) -> Code:
        """Use a code up. Raises Forbidden for a wrong one, RateLimited after too many of them."""
        given = "".join(text.split()).replace("-", "").upper()
        with self._lock:
            self._refuse_hasty(address)
            self._codes = self._valid()
            found = next((c for c, _ in self._codes if _same(c.text, given)), None)
            if found:
                self._codes = [(c, until) for c, until in self._codes if c is not found]
                self._wrong = 0
                return found
            self._failures.append((self._clock.monotonic(), address))
            self._wrong += bool(self._codes)
            if self._wrong >= TRIES:
                self._codes, self._wrong = [], 0
        raise Forbidden(
            "This code is wrong, was used, or is too old. Ask for a new one: janus pair"
        )

    def _valid(self) -> list[tuple[Code, float]]:
        now = self._clock.monotonic()
        return [(code, until) for code, until in self._codes if until > now]

    def _refuse_hasty(self, address: str) -> None:
        now = self._clock.monotonic()
        own = [at for at, who in self._failures if who == address]
        every = [at for at, _ in self._failures]
        for tries, limits in ((own, _PER_ADDRESS), (every, _OVERALL)):
            for most, seconds in limits:
                recent = [at for at in tries if at > now - seconds]
                if len(recent) >= most:
                    wait = max(1, round(recent[-most] + seconds - now))
                    raise RateLimited(f"Too many wrong codes. Wait {wait} s.", retry_after=wait)


def _same(code: str, given: str) -> bool:
    return hmac.compare_digest(code.encode(), given.encode("utf-8", "replace"))
