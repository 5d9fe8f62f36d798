"""The history of a project: everything that was said in it can be searched."""

from __future__ import annotations

from dataclasses import dataclass

from janus.errors import SearchUnavailable, StorageFailed
from janus.memory.history.feeder import Feeder
from janus.memory.history.index import Hit, Index
from janus.memory.history.query import Query
from janus.storage.database import Damaged, Unavailable
from janus.storage.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """What was found so far; *pending* conversations are still to be read."""

    hits: list[Hit]
    pending: int


class History:
    """Searches what was said. Whatever goes wrong here costs search alone."""

    def __init__(self, store: Store) -> None:
        self._index = Index(store)
        self._feeder = Feeder(self._index, store)

    def start(self) -> None:
        """Catch up with the logs, in the background."""
        self._feeder.feed_all()

    def stop(self) -> None:
        """End the thread. May be called twice."""
        if self._feeder.stop():
            self._index.close()

    def changed(self, session_id: str) -> None:
        """Something happened in a session, such as the end of a turn: read it soon."""
        self._feeder.feed(session_id)

    def search(self, text: str, limit: int) -> Found:
        """The names, words and summaries that have all words of *text*, *limit* at most.

        Names first, then the newest. Raises SearchUnavailable.
        """
        pending = self._feeder.pending  # before: what is read meanwhile may be found or not
        try:
            hits = self._index.search(Query(text), limit)
        except Unavailable as why:
            raise SearchUnavailable(
                f"The history cannot be searched now: {why}. Try again in a moment."
            ) from why
        except Damaged as why:
            self._feeder.rebuild()
            raise SearchUnavailable(
                "The search index is damaged. It is made anew from the logs: try again in a moment."
            ) from why
        if hits is None and not pending and self._feeder.begun:  # somebody removed it
            self._feeder.feed_all()
            pending = self._feeder.pending
        return Found(hits or [], pending)

    def forget(self, session_id: str) -> None:
        """Leave no word of a session, to the byte. Its log must be gone: what has one comes back.

        Takes as long as writing the whole index, 0.5 s for 100,000 messages. Raises StorageFailed
        where the disk refuses; then it is tried again.
        """
        try:
            kept = self._index.forget(session_id)
        except Unavailable as why:
            self._feeder.feed(session_id)
            raise StorageFailed(
                f"The search index still has words of this session: {why}. Janus tries again."
            ) from why
        if not kept:  # its file was locked, or damaged
            self._feeder.feed_all()

    def rebuild(self) -> int:
        """Make the index anew from the logs, in the background; how many are still to be read."""
        self._feeder.rebuild()
        return self._feeder.pending

    @property
    def pending(self) -> int:
        """How many conversations are still to be read."""
        return self._feeder.pending

    @property
    def problem(self) -> str | None:
        """Why not everything can be found, or None if it can."""
        return self._feeder.problem
