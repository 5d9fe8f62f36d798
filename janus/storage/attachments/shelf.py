"""Where attachments lie, in the owner's state folder.

<state>/projects/<id>/attachments/<session id>/<attachment id>.json     what is known of it
                                               <attachment id>.data     once it is whole
                                               <attachment id>.small    a small copy of a picture
                                               <attachment id>.<n>      its pieces, until then
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from janus.errors import InvalidRequest, StorageFailed
from janus.model import check_id, is_id
from janus.model.events import Attachment
from janus.storage.store import Store

log = logging.getLogger(__name__)

PIECE = 1 << 18
_FOLDER = "attachments"


class Upload(Struct, frozen=True):
    """What is known of a file: what was announced, and which pieces are there.

    ``whole`` is set when all of it is there; its size may be another one then.
    """

    name: str
    size: int
    #: When something was done with it last.
    at: float
    #: A digest of each piece, in their order.
    pieces: tuple[str, ...] = ()
    whole: Attachment | None = None
    #: It was given to a message, which may have been refused or taken back.
    sent: bool = False
    #: The agent was given it: it stays as long as its session.
    stays: bool = False

    @property
    def received(self) -> int:
        """Bytes that need not be sent again."""
        return min(self.size, len(self.pieces) * PIECE)


class Shelf:
    """Reads and writes the files; whoever uses it sees to it that one at a time does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sessions(self) -> list[str]:
        """The ids of all sessions that have something here."""
        return [id for id in self._store.names(_FOLDER) if is_id(id)]

    def uploads(self, session_id: str) -> Iterator[tuple[str, Upload]]:
        """All files of a session, with their ids."""
        for name in self._store.names(f"{_FOLDER}/{check_id(session_id)}"):
            id, _, suffix = name.partition(".")
            if suffix == "json" and is_id(id) and (upload := self.upload(session_id, id)):
                yield id, upload

    def upload(self, session_id: str, id: str) -> Upload | None:
        """What is known of a file; None if there is none, or its note is damaged."""
        try:
            data = self._store.read(_path(session_id, id, "json"))
            return msgspec.json.decode(data, type=Upload) if data else None
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("The note of an attachment is damaged: %s", damage)
            return None

    def note(self, session_id: str, id: str, upload: Upload) -> None:
        """Keep what is known of a file. Raises StorageFailed."""
        self.write(session_id, id, "json", msgspec.json.encode(upload))

    def read(self, session_id: str, id: str, part: str) -> bytes | None:
        """A part of a file; None if it is not there, or cannot be read."""
        try:
            return self._store.read(_path(session_id, id, part))
        except OSError as failure:
            log.error("An attachment cannot be read: %s", failure.strerror)
            return None

    def write(self, session_id: str, id: str, part: str, content: bytes) -> None:
        """Keep a part of a file, whole. Raises StorageFailed."""
        name = _path(session_id, id, part)
        if self._store.replace(name, content):
            return
        why, remedy = self._store.problem, self._store.remedy
        with contextlib.suppress(OSError):
            self._store.remove(name)  # it is not what Janus itself has to keep
        raise StorageFailed(f"The attachment could not be kept: {why}. To try again, {remedy}.")

    def remove(self, session_id: str, id: str, *, pieces: bool = False) -> None:
        """Remove a file, or only the *pieces* it came in. Raises StorageFailed."""
        for name in self._store.names(f"{_FOLDER}/{check_id(session_id)}"):
            own, _, part = name.partition(".")
            if own == id and (part.isdecimal() or not pieces):
                try:
                    self._store.remove(f"{_FOLDER}/{session_id}/{name}")
                except OSError as failure:
                    why = f"An attachment cannot be removed: {failure.strerror}."
                    raise StorageFailed(why) from failure

    def remove_all(self, session_id: str) -> None:
        """Remove all files of a session. Raises OSError."""
        self._store.remove_folder(f"{_FOLDER}/{check_id(session_id)}")


def _path(session_id: str, id: str, part: str) -> str:
    if not is_id(id):
        raise InvalidRequest("attachment_id: 1 to 64 letters, digits, dashes or underscores.")
    return f"{_FOLDER}/{check_id(session_id)}/{id}.{part}"
