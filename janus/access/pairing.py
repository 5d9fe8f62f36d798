"""Pairing codes, with which a new device gets access.

The owner asks for a code at the computer or on a paired device, and enters it on the new device
within five minutes. A code has 50 random bits and can be used once. Five wrong attempts cancel the
open codes, but from the network not those that were made at the computer.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from janus.clock import Clock
from janus.errors import Forbidden, RateLimited
from janus.network.addresses import is_loopback

#: Without the letters and digits that look or sound alike.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH, LIFE, TRIES = 10, 300.0, 5
#: (wrong attempts, within so many seconds): from one address, and from all together.
_PER_ADDRESS, _OVERALL = ((5, 60.0), (30, 3600.0)), ((100, 3600.0),)
_OPEN = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A pairing code, the scope it grants, and its end in seconds since 1970.

    One made *at_terminal* cannot be cancelled or delayed by wrong attempts from the network: it has
    too many bits to be guessed in its five minutes, and else whoever is on the network could keep
    the owner from pairing.
    """

    text: str
    scope: str
    expires_at: float
    at_terminal: bool = False

    @property
    def shown(self) -> str:
        """The code in two groups, for people."""
        return f"{self.text[: LENGTH // 2]}-{self.text[LENGTH // 2 :]}"


class Shared(Protocol):
    """Where the codes of several Januses are good at each of them; see ``fleet.shared``."""

    def opened(self, code: Code) -> None: ...
    def find(self, text: str) -> Code | None: ...
    def claim(self, code: Code) -> bool: ...


class Pairing:
    """The open codes and the recent wrong attempts. ``_lock`` guards all fields."""

    def __init__(self, clock: Clock, remedy: str = "On the computer, run: janus pair") -> None:
        """*remedy* is what to do about a code that lets nobody in."""
        self._clock = clock
        self._remedy = remedy
        self._lock = threading.Lock()
        self._codes: list[tuple[Code, float]] = []
        self._wrong = self._wrong_here = 0  # since the last right one: in all, and on this computer
        self._failures: deque[tuple[float, str]] = deque(maxlen=1000)
        #: Told of each code, and asked whether it is still good; raises StorageFailed.
        self.shared: Shared | None = None

    def open(self, scope: str = "full", *, at_terminal: bool = False) -> Code:
        """Return a new code. Cancels the oldest when there are more than four."""
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        code = Code(text, scope, self._clock.time() + LIFE, at_terminal)
        if self.shared:
            self.shared.opened(code)
        self._take(code)
        return code

    def _take(self, code: Code) -> None:
        """Let in who has it, whichever Janus made it."""
        left = min(LIFE, code.expires_at - self._clock.time())
        with self._lock:
            others = [it for it in self._valid() if it[0] != code]
            self._codes = [*others, (code, self._clock.monotonic() + left)][-_OPEN:]

    def redeem(self, text: str, address: str) -> Code:
        """Use a code, as typed. Raises Forbidden for a wrong one, RateLimited after too many."""
        entered = "".join(text.split()).replace("-", "").upper()
        if self.shared and (found := self.shared.find(entered)):
            self._take(found)
        code = self._redeem(entered.encode("utf-8", "replace"), address)
        if self.shared and not self.shared.claim(code):
            raise Forbidden(f"This code is wrong, used, or expired. {self._remedy}")
        return code

    def _redeem(self, entered: bytes, address: str) -> Code:
        here = is_loopback(address)
        with self._lock:
            self._codes = self._valid()
            same = hmac.compare_digest
            code = next((c for c, _ in self._codes if same(c.text.encode(), entered)), None)
            if code is None or here or not code.at_terminal:
                self._limit_rate(address)
            if code:
                self._codes = [(c, until) for c, until in self._codes if c is not code]
                self._wrong = self._wrong_here = 0
                return code
            self._failures.append((self._clock.monotonic(), address))
            self._wrong += bool(self._codes)
            self._wrong_here += here and bool(self._codes)
            if self._wrong >= TRIES:
                all_of_them = self._wrong_here >= TRIES
                self._codes = [it for it in self._codes if it[0].at_terminal and not all_of_them]
                self._wrong, self._wrong_here = 0, 0 if all_of_them else self._wrong_here
        raise Forbidden(f"This code is wrong, used, or expired. {self._remedy}")

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
