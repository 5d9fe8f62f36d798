"""Pairing codes, with which a new device gets access.

The owner asks for a code at the computer or on a paired device, and enters it on the new device
within five minutes. A code has 50 random bits and can be used once. Five wrong attempts cancel all
open codes: somebody on the same network can force the owner to ask for another one, but not get
access.
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
#: (wrong attempts, within so many seconds): from one address, and from all together.
_PER_ADDRESS, _OVERALL = ((5, 60.0), (30, 3600.0)), ((100, 3600.0),)
_OPEN = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A pairing code, the scope it grants, and its end in seconds since 1970."""

    text: str
    scope: str
    expires_at: float

    @property
    def shown(self) -> str:
        """The code in two groups, for people."""
        return f"{self.text[: LENGTH // 2]}-{self.text[LENGTH // 2 :]}"


class Pairing:
    """The open codes and the recent wrong attempts. ``_lock`` guards all fields."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: list[tuple[Code, float]] = []
        self._wrong = 0
        self._failures: deque[tuple[float, str]] = deque(maxlen=1000)

    def open(self, scope: str = "full") -> Code:
        """Return a new code. Cancels the oldest when there are more than four."""
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        code = Code(text, scope, self._clock.time() + LIFE)
        with self._lock:
            self._codes = [*self._valid(), (code, self._clock.monotonic() + LIFE)][-_OPEN:]
        return code

    def redeem(self, text: str, address: str) -> Code:
        """Use a code, as typed. Raises Forbidden for a wrong one, RateLimited after too many."""
        entered = "".join(text.split()).replace("-", "").upper().encode("utf-8", "replace")
        with self._lock:
            self._limit_rate(address)
            self._codes = self._valid()
            same = hmac.compare_digest
            code = next((c for c, _ in self._codes if same(c.text.encode(), entered)), None)
            if code:
                self._codes = [(c, until) for c, until in self._codes if c is not code]
                self._wrong = 0
                return code
            self._failures.append((self._clock.monotonic(), address))
            self._wrong += bool(self._codes)
            if self._wrong >= TRIES:
                self._codes, self._wrong = [], 0
        raise Forbidden("This code is wrong, used, or expired. On the computer, run: janus pair")

    def _valid(self) -> list[tuple[Code, float]]:
        now = self._clock.monotonic()
        return [(code, until) for code, until in self._codes if until > now]

    def _limit_rate(self, address: str) -> None:
        now = self._clock.monotonic()
        own = [at for at, who in self._failures if who == address]
        every = [at for at, _ in self._failures]
        for tries, limits in ((own, _PER_ADDRESS), (every, _OVERALL)):
            for most, seconds in limits:
                recent = [at for at in tries if at > now - seconds]
                if len(recent) >= most:
                    wait = max(1, round(recent[-most] + seconds - now))
                    raise RateLimited(f"Too many wrong codes. Wait {wait} s.", retry_after=wait)
