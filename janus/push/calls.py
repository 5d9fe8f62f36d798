"""What the owner was told, and whether it was seen."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from janus.push.news import News

#: How many are known of at once.
_MOST = 1000


@dataclass(slots=True)
class Call:
    """One thing that was told. ``push_id`` is known to the phone alone, so it proves a receipt."""

    news: News
    at: float
    push_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    #: The ways that were tried: ``push``, ``ntfy``, ``again``.
    tried: list[str] = field(default_factory=list)
    #: The devices whose push service took it.
    taken_by: set[str] = field(default_factory=set)
    arrived: bool = False
    seen: bool = False
    #: Nothing is to be done about it any more.
    over: bool = False

    @property
    def topic(self) -> str:
        """What replaces it at a push service and on the phone: the same question or turn."""
        named = f"{self.news.session_id} {self.news.about}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]


class Calls:
    """The newest calls, by their ids. Not thread-safe: the notifier guards them."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, Call] = OrderedDict()

    def add(self, call: Call) -> None:
        """Know a call from now on, instead of the oldest."""
        self._calls[call.push_id] = call
        if len(self._calls) > _MOST:
            self._calls.popitem(last=False)

    def get(self, push_id: str) -> Call | None:
        return self._calls.get(push_id)

    def of_session(self, session_id: str) -> list[Call]:
        """Those of a session that are not over."""
        every = self._calls.values()
        return [it for it in every if it.news.session_id == session_id and not it.over]

    def forget(self, session_id: str) -> None:
        """Know nothing of a session any more: it was deleted."""
        for id in [id for id, it in self._calls.items() if it.news.session_id == session_id]:
            del self._calls[id]
