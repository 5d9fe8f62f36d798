"""Files that go with a message for another machine: taken here, handed over whole, then forgotten.

They are kept as files of this machine's own sessions are, within the same bounds. Those of a
message that waits for its machine are handed over when that is there; until then it keeps waiting.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from janus.conversation.manager import Files
from janus.errors import Conflict, InvalidRequest, JanusError, NotFound, StorageFailed
from janus.fleet.commands import Commands
from janus.fleet.failures import FleetFailure
from janus.fleet.repeating import Repeating
from janus.fleet.words import Word, Words
from janus.model import SessionInfo, check_id
from janus.storage.attachments.attachments import Attachments, Named
from janus.storage.attachments.shelf import PIECE, Upload

log = logging.getLogger(__name__)

#: Seconds between two looks whether the machine is there for whose words files wait.
_LOOKED = 2.0
#: How many files go with one message, and bytes of one piece that is handed over.
_MOST, _HANDED = 10, 2 * PIECE


class SentFiles:
    """Stands for the attachments of other machines' sessions, until those have them."""

    def __init__(
        self,
        files: Attachments,
        commands: Commands,
        words: Words,
        there: Callable[[str], SessionInfo | None],
        unbegun: Callable[[], Files],
    ) -> None:
        """*there* finds a session whose machine is there now; *unbegun* has the files of sessions
        of which nobody knew yet on which machine they would begin.
        """
        self._files, self._commands, self._words, self._there = files, commands, words, there
        self._unbegun = unbegun
        self.get, self.read, self.remove = files.get, files.read, files.remove
        self._handed: dict[tuple[str, str], tuple[str, ...]] = {}
        self._handing = Repeating("fleet-files", _LOOKED, self._look)
        self.start, self.stop = self._handing.start, self._handing.stop

    def take(
        self, session_id: str, id: str, name: str, size: int, offset: int, content: bytes
    ) -> Upload:
        """See ``Attachments.take``."""
        return self._files.take(check_id(session_id), id, name, size, offset, content)

    def missing(self, session_id: str, ids: Sequence[str]) -> bool:
        """Whether one is not here whole: its machine may have it already. Raises InvalidRequest."""
        if len(ids) > _MOST:
            raise InvalidRequest(f"attachments: {_MOST} go with one message at most.")
        return any(self._find(session_id, id) is None for id in ids)

    def _hand(self, info: SessionInfo, ids: Sequence[str]) -> None:
        """Give the machine those that are here, each whole, and once. Raises MachineAway."""
        for id in dict.fromkeys(ids):
            if (content := self._find(info.session_id, id)) is not None:
                name = self._files.get(info.session_id, id).name
                hand_over(self._commands, info.machine, info.session_id, id, name, content)

    @contextmanager
    def handed(self, info: SessionInfo, ids: Sequence[str]) -> Iterator[None]:
        """Hand them over first; what succeeds then has them, and here they are forgotten."""
        self._hand(info, ids)
        yield
        self._forget(info.session_id, ids)

    def _forget(self, session_id: str, ids: Sequence[str]) -> None:
        for id in ids:
            with suppress(StorageFailed):
                self._files.remove(session_id, id)

    def _handed_over(self, info: SessionInfo, word: Word) -> bool:
        try:
            self._hand(info, word.attachments)
        except (InvalidRequest, Conflict, NotFound) as why:
            log.warning("Files were refused by another machine: %s", why)
            return False
        return not self.missing(word.session_id, word.attachments)

    def _find(self, session_id: str, id: str) -> bytes | None:
        with suppress(NotFound):
            return self._files.read(session_id, id)
        with suppress(NotFound):
            begun = self._unbegun()
            whole, content = begun.get(session_id, id), begun.read(session_id, id)
            self._files.take(session_id, id, whole.name, len(content), 0, content)
            begun.remove(session_id, id)
            return self._files.read(session_id, id)
        return None

    def _look(self) -> None:
        """Hand over what waiting words need, and forget what those needed that wait no more."""
        waiting = {(it.session_id, it.message_id): it for it in self._words.with_files()}
        for key in [key for key in self._handed if key not in waiting]:
            self._forget(key[0], self._handed.pop(key))
        for key, word in waiting.items():
            if key in self._handed or (info := self._there(word.session_id)) is None:
                continue
            try:
                lost = not self._handed_over(info, word)
                if lost:  # or it would wait for ever, and what is behind it
                    self._words.give_up_files(info.machine, word)
            except (JanusError, FleetFailure) as why:
                log.info("Files for another machine have to wait: %s", why)
                continue
            self._handed[key] = word.attachments
        if not waiting:
            self._files.sweep(lambda id: Named())


def hand_over(
    commands: Commands, machine: str, session_id: str, id: str, name: str, content: bytes
) -> None:
    """Give a machine a file of a session. Raises MachineAway, and what ``take`` raises there."""
    at, whole = 0, dict[str, Any](id=id, name=name, size=len(content))
    while at < len(content):
        piece = base64.b64encode(content[at : at + _HANDED]).decode()
        at = commands.send(machine, "put", session_id, **whole, offset=at, data=piece)
