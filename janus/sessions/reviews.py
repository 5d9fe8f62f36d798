"""What its owner thinks of a session's changes, until it is sent: comments on lines, and what was
looked at. ``reviews/ID.json`` of each session.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from janus.clock import Clock
from janus.conversation.event_log import EventLog
from janus.conversation.shown import State
from janus.errors import InvalidRequest, JanusError, NotFound, StorageFailed
from janus.sessions.review_text import review_text
from janus.sessions.session import Session
from janus.sessions.work import SessionWork
from janus.storage.store import Store

log = logging.getLogger(__name__)

#: Comments that wait in a session; a message has room for about as many.
MOST = 100
#: Marks that are kept, the newest.
_MARKS = 2000
#: Messages that are remembered with the comments that they have, the newest.
_SENT = 20
#: Characters of a message.
_ROOM = 100_000
_FOLDER, _SUFFIX = "reviews", ".json"

Say = Callable[[str, str, str | None], State]


class Comment(Struct, frozen=True):
    """What is said of the lines from ``start`` to ``end`` of a file, as they were in ``blob``."""

    comment_id: str
    path: str
    side: Literal["old", "new"]
    start: int
    end: int
    blob: str
    quote: str
    text: str
    at: float = 0.0


class Viewed(Struct, frozen=True):
    """A change of a file that was looked at."""

    path: str
    old_blob: str
    blob: str


class Sent(Struct, frozen=True):
    """Comments that go, or went, with a message below some words. It may never have been said."""

    message_id: str
    comment_ids: frozenset[str]
    words: str


class Review(Struct, frozen=True):
    """All of it; the oldest first."""

    comments: tuple[Comment, ...] = ()
    viewed: tuple[Viewed, ...] = ()
    sent: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A review, and which comments are about lines that are not there any more."""

    review: Review
    stale: frozenset[str] = frozenset()


class SessionReviews:
    """Those of one project. ``_lock`` is held while one is read and written: moments. It guards
    ``_sending``, too: for each session the lock by which one message at a time is sent.
    """

    def __init__(
        self,
        store: Store,
        work: SessionWork,
        find: Callable[[str], Session],
        say: Say,
        clock: Clock,
    ) -> None:
        """*find* finds a session, open or not; it raises SessionNotFound."""
        self._store = store
        self._work = work
        self._find = find
        self._say = say
        self._clock = clock
        self._lock = threading.Lock()
        self._sending: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    @staticmethod
    def comment(given: object) -> Comment:
        """A comment from something with these fields."""
        return msgspec.convert(given, Comment, from_attributes=True)

    @staticmethod
    def viewed(given: object) -> Viewed:
        """A mark from something with these fields."""
        return msgspec.convert(given, Viewed, from_attributes=True)

    def get(self, session_id: str) -> Draft:
        """What waits in a session. Raises SessionNotFound."""
        log = self._find(session_id).log
        with self._lock:
            review = _without_said(self._read(session_id), log)
        return Draft(review, self._stale(session_id, review.comments))

    def put(self, session_id: str, comment: Comment) -> None:
        """Keep a comment, instead of the one with this id. Raises InvalidRequest, StorageFailed."""
        with self._lock:
            self._find(session_id)
            review = self._read(session_id)
            known = {it.comment_id: it for it in review.comments}
            if comment.comment_id not in known and len(known) >= MOST:
                raise InvalidRequest(f"comment_id: {MOST} comments wait already. Send them first.")
            known[comment.comment_id] = replace(comment, at=self._clock.time())
            # What is written anew is another comment than the one that was sent.
            new = {comment.comment_id}
            sent = tuple(replace(it, comment_ids=it.comment_ids - new) for it in review.sent)
            self._write(session_id, Review(tuple(known.values()), review.viewed, sent))

    def remove(self, session_id: str, comment_ids: frozenset[str] | None) -> None:
        """Forget comments, or all; fine if they are gone. Raises StorageFailed."""
        with self._lock:
            self._find(session_id)
            review = self._read(session_id)
            gone = {it.comment_id for it in review.comments} if comment_ids is None else comment_ids
            left = [it for it in review.comments if it.comment_id not in gone]
            if len(left) != len(review.comments):
                self._write(session_id, replace(review, comments=tuple(left)))

    def mark(self, session_id: str, mark: Viewed, *, viewed: bool) -> None:
        """Remember that a change was looked at, or was not. Raises StorageFailed."""
        with self._lock:
            self._find(session_id)
            review = self._read(session_id)
            others = [it for it in review.viewed if it != mark]
            marks = [*others, mark] if viewed else others
            self._write(session_id, replace(review, viewed=tuple(marks[-_MARKS:])))

    def send(
        self, session_id: str, comment_ids: list[str], words: str, message_id: str | None
    ) -> State:
        """Say these comments in one message; then they wait no more.

        Each is sent once: where all went with one message already, below these words, that is what
        is told of. Raises NotFound where one is gone, InvalidRequest where it is too long, and what
        ``say`` raises; then all are kept.
        """
        with self._lock:
            sending = self._sending.setdefault(session_id, threading.Lock())
        with sending:
            draft, log = self.get(session_id), self._find(session_id).log
            chosen, words = frozenset(comment_ids), words.strip()
            for it in draft.review.sent:
                is_same = it.comment_ids >= chosen and words in ("", it.words)
                if is_same and log.turn_of(it.message_id):
                    return self._say(session_id, it.words, it.message_id)
            known = {it.comment_id: it for it in draft.review.comments}
            if not known.keys() >= chosen:
                raise NotFound("One of these comments is gone: it was sent, or deleted elsewhere.")
            text = review_text([known[it] for it in dict.fromkeys(comment_ids)], draft.stale, words)
            if len(text) > _ROOM:
                raise InvalidRequest(
                    "comment_ids: This is too long for one message. Send some first."
                )
            sent = Sent(message_id or str(uuid.uuid4()), chosen, words)
            with self._lock:
                review = self._read(session_id)
                self._write(session_id, replace(review, sent=(*review.sent, sent)[-_SENT:]))
            state = self._say(session_id, text, sent.message_id)
            with self._lock:
                self._write(session_id, _without_said(self._read(session_id), log))
            return state

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session that is being deleted. Raises OSError."""
        with self._lock:
            self._store.remove(_name(session_id))

    def _stale(self, session_id: str, comments: tuple[Comment, ...]) -> frozenset[str]:
        """Those on the new side of files that are others by now; none where nobody can tell."""
        mine = [it for it in comments if it.side == "new"]
        if not mine:
            return frozenset()
        try:
            blobs = {it.path: it.blob for it in self._work.blobs(session_id)}
        except JanusError as failure:
            log.warning("Session %s: its files cannot be compared: %s", session_id, failure)
            return frozenset()
        # A file without changes is as it was when the session began: so it is another one, too.
        return frozenset(it.comment_id for it in mine if blobs.get(it.path) != it.blob)

    def _read(self, session_id: str) -> Review:
        name = _name(session_id)
        try:
            return msgspec.json.decode(self._store.read(name) or b"{}", type=Review)
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("The review of session %s cannot be read: %s", session_id, damage)
            raise StorageFailed(
                f"The comments on session {session_id} cannot be read: {damage}. "
                f"They are in {self._store.folder / name}."
            ) from damage

    def _write(self, session_id: str, review: Review) -> None:
        if not self._store.replace(_name(session_id), msgspec.json.encode(review) + b"\n"):
            raise StorageFailed(
                f"The disk does not take it: {self._store.problem}. "
                f"To keep it, {self._store.remedy} and try again."
            )


def _without_said(review: Review, log: EventLog) -> Review:
    """The same without the comments that went with a message: a crash leaves them there."""
    bound = {id: it.message_id for it in review.sent for id in it.comment_ids}
    left = [
        it for it in review.comments
        if it.comment_id not in bound or not log.turn_of(bound[it.comment_id])
    ]  # fmt: skip
    return replace(review, comments=tuple(left))


def _name(session_id: str) -> str:
    return f"{_FOLDER}/{session_id}{_SUFFIX}"
