"""The attachments of the sessions of one project: taken in pieces, made acceptable, given back.

A file comes in pieces of ``PIECE`` bytes, the last one shorter, each of which is there whole or not
at all: whoever was cut off goes on after the last one that arrived. What arrived once is compared
with what comes again, and never overwritten.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from janus.clock import Clock
from janus.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    StorageFailed,
    UnsupportedMediaType,
)
from janus.model.events import Attachment
from janus.storage.attachments.acceptable import acceptable
from janus.storage.attachments.kinds import PICTURES, clean_name, kind_of, named_for
from janus.storage.attachments.shelf import PIECE, Shelf, Upload

#: Bytes of one file, and of all in a session; how many there may be in it.
LARGEST, ALL, MOST = 20 << 20, 200 << 20, 100
#: Seconds after which a file is given up of which nothing more came; and one that is whole and that
#: no message names, or names any more: it waits for one on the phone as long.
PATIENCE, DRAFT = 86400.0, 7 * 86400.0
_OTHER = "Another file was sent under this attachment_id."
_PHOTO = (
    "This photo is a {kind} file, which agents and browsers do not take. Send it as JPEG: on an "
    "iPhone, Settings, Camera, Formats, Most Compatible, or choose it from Photos, not from Files."
)


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of files that messages name: ``given`` to the agent, or ``waiting`` for that."""

    given: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


class Attachments:
    """Takes files and gives them back. ``_lock`` guards the notes, and is held while a piece is
    written; ``_finishing`` is held while a file is put together, which may take a second. Order:
    ``_finishing``, ``_lock``.
    """

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._lock = threading.Lock()
        self._finishing = threading.Lock()

    def take(
        self, session_id: str, id: str, name: str, size: int, offset: int, content: bytes
    ) -> Upload:
        """Take bytes of a file of *size*, from *offset* on; what is there of it by now.

        Where something is missing before them, nothing is taken. Raises InvalidRequest, Conflict
        where other bytes were sent under this id before, PayloadTooLarge, StorageFailed, and what
        ``acceptable`` raises, after which nothing is left of it.
        """
        if size <= 0:
            raise InvalidRequest("The file is empty.")
        if size > LARGEST:
            raise PayloadTooLarge("An attachment has 20 MB at most.")
        if offset + len(content) > size:
            raise InvalidRequest("size: more bytes came than were announced.")
        if offset % PIECE or (len(content) % PIECE and offset + len(content) != size):
            raise InvalidRequest(f"offset: a file is sent in pieces of {PIECE} bytes, in order.")
        with self._lock:
            known = self._shelf.upload(session_id, id)
            upload = known or self._begin(session_id, name, size)
            if upload.size != size:
                raise Conflict(_OTHER)
            upload = self._add(session_id, id, upload, offset // PIECE, content)
        if upload.whole is None and upload.received == upload.size:
            return self._finish(session_id, id)
        return upload

    def get(self, session_id: str, id: str) -> Attachment:
        """A file that is whole. Raises NotFound."""
        with self._lock:
            upload = self._shelf.upload(session_id, id)
        if upload is None or upload.whole is None:
            raise NotFound("There is no such attachment in this session.")
        return upload.whole

    def send(self, session_id: str, id: str) -> Attachment:
        """A file that goes with a message from now on. Raises NotFound, StorageFailed."""
        with self._lock:
            upload = self._shelf.upload(session_id, id)
            if upload is None or upload.whole is None:
                raise NotFound("An attachment of this message is not there. Attach it again.")
            # That it is new keeps it until its message is written down.
            self._shelf.note(session_id, id, replace(upload, sent=True, at=self._clock.time()))
        return upload.whole

    def read(self, session_id: str, id: str, *, small: bool = False) -> bytes:
        """Its bytes, or those of its small copy if it has one. Raises NotFound."""
        self.get(session_id, id)
        content = self._shelf.read(session_id, id, "small") if small else None
        if content is None:
            content = self._shelf.read(session_id, id, "data")
        if content is None:
            raise NotFound("This attachment cannot be read any more.")
        return content

    def remove(self, session_id: str, id: str) -> None:
        """Forget a file that is not wanted. Fine if there is none.

        Raises Conflict where a message names it, StorageFailed.
        """
        with self._finishing, self._lock:
            if (upload := self._shelf.upload(session_id, id)) and upload.sent:
                raise Conflict("This file went with a message, and goes by itself without that.")
            self._shelf.remove(session_id, id)

    def forget(self, session_id: str) -> None:
        """Remove all that a session has. Raises OSError."""
        with self._finishing, self._lock:
            self._shelf.remove_all(session_id)

    def sweep(self, named: Callable[[str], Named | None]) -> None:
        """Give up what nobody waits for any more: files that have not been touched for a day, or
        for a week if they are whole, and that no message of their session names.

        *named* is which are, and None where nobody can tell.
        """
        now = self._clock.time()
        with contextlib.suppress(StorageFailed):
            for session_id in self._shelf.sessions():
                old = self._old(session_id, now)
                found = named(session_id) if any(it.sent for _, it in old) else Named()
                if found:
                    for id, _ in old:
                        self._settle(session_id, id, found, now)

    def _old(self, session_id: str, now: float) -> list[tuple[str, Upload]]:
        with self._lock:
            found = [*self._shelf.uploads(session_id)]
        return [(id, it) for id, it in found if _is_old(it, now) and not it.stays]

    def _settle(self, session_id: str, id: str, named: Named, now: float) -> None:
        """Remove a file, unless it is named, or was touched meanwhile. Raises StorageFailed."""
        with self._finishing, self._lock:
            upload = self._shelf.upload(session_id, id)
            if upload is None or not _is_old(upload, now) or id in named.waiting:
                return
            if id in named.given:
                self._shelf.note(session_id, id, replace(upload, stays=True))
            else:
                self._shelf.remove(session_id, id)

    def _begin(self, session_id: str, name: str, size: int) -> Upload:
        there = [upload for _, upload in self._shelf.uploads(session_id)]
        if len(there) >= MOST or sum(it.size for it in there) + size > ALL:
            raise PayloadTooLarge(
                f"A session keeps {MOST} attachments and {ALL >> 20} MB of them at most. "
                "Begin a new session for more."
            )
        return Upload(clean_name(name), size, self._clock.time())

    def _add(self, session_id: str, id: str, upload: Upload, first: int, content: bytes) -> Upload:
        """Keep the pieces in *content* that are not there, and compare the others."""
        for number, at in enumerate(range(0, len(content), PIECE), first):
            piece = content[at : at + PIECE]
            digest = hashlib.sha256(piece).hexdigest()
            if number > len(upload.pieces):
                break  # something before it is missing
            if number == len(upload.pieces):
                self._shelf.write(session_id, id, str(number), piece)
                pieces, now = (*upload.pieces, digest), self._clock.time()
                upload = replace(upload, pieces=pieces, at=now)
                self._shelf.note(session_id, id, upload)
            elif upload.pieces[number] != digest:
                raise Conflict(_OTHER)
        return upload

    def _finish(self, session_id: str, id: str) -> Upload:
        """Put the pieces together, make what comes of them acceptable, and keep that."""
        with self._finishing:
            with self._lock:
                upload = self._shelf.upload(session_id, id)
            if upload is None:
                raise Conflict("This attachment was removed meanwhile.")
            if upload.whole:
                return upload
            try:
                whole = self._kept(session_id, id, upload)
            except (PayloadTooLarge, UnsupportedMediaType):
                with self._lock:
                    self._shelf.remove(session_id, id)
                raise
            with self._lock:
                upload = replace(upload, whole=whole)
                self._shelf.note(session_id, id, upload)
                self._shelf.remove(session_id, id, pieces=True)
        return upload

    def _kept(self, session_id: str, id: str, upload: Upload) -> Attachment:
        pieces = [
            self._shelf.read(session_id, id, str(number)) for number in range(len(upload.pieces))
        ]
        if any(piece is None for piece in pieces):
            raise StorageFailed("A piece of the attachment is lost. Remove it and send it again.")
        content = b"".join(piece or b"" for piece in pieces)
        kind = kind_of(content)
        if kind in ("image/heic", "image/avif"):
            raise UnsupportedMediaType(_PHOTO.format(kind=kind.partition("/")[2].upper()))
        if kind not in PICTURES:
            self._shelf.write(session_id, id, "data", content)
            return Attachment(id, upload.name, len(content), kind)
        picture = acceptable(content)
        self._shelf.write(session_id, id, "small", picture.small)
        self._shelf.write(session_id, id, "data", picture.content)
        name = named_for(upload.name, picture.media_type)
        size, edges = len(picture.content), (picture.width, picture.height)
        return Attachment(id, name, size, picture.media_type, *edges)


def _is_old(upload: Upload, now: float) -> bool:
    return upload.at < now - (DRAFT if upload.whole else PATIENCE)
