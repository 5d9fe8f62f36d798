"""What this machine answers others with a view of its own: its files, its changes, its landings.

    cmd.TO.FROM.read.look   a view that changes nothing
    cmd.TO.FROM.do.call     one that does
    cmd.TO.FROM.read.rest   a piece of an answer that was too long for one message
    cmd.TO.FROM.do.put      a piece of a file that goes with a message

A long answer is asked for piece by piece: on a slow link, what is short gets between.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from msgspec.structs import replace

from janus.errors import InvalidRequest, NotFound, PayloadTooLarge
from janus.fleet.here import Managers
from janus.model import Answered, Asked

#: Bytes of one piece, which are sent as base64: the server takes no message of more than 1 MB.
PIECE = 512 << 10
#: Bytes of an answer, and of all whose rest is kept; seconds until one is given up.
LONGEST, _KEPT, _PATIENCE = 32 << 20, 48 << 20, 60.0
_NAME = re.compile(r"[a-z_]{1,60}\.[a-z_]{1,60}")


class Views:
    """Has views answer. ``_lock`` guards ``_rests``: long answers, and until when each is kept."""

    def __init__(self, answer: Callable[[Asked], Answered], managers: Managers) -> None:
        self._answer, self._managers = answer, managers
        self._lock = threading.Lock()
        self._rests: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def look(self, session_id: str, view: str, query: str = "") -> Answered:
        """What a view that changes nothing answers."""
        return self._begin(self._answer(Asked("read", session_id, view_name(view), query)))

    def call(self, session_id: str, view: str, query: str = "", body: str = "") -> Answered:
        """What a view answers that changes something."""
        return self._begin(self._answer(Asked("do", session_id, view_name(view), query, body)))

    def rest(self, session_id: str, token: str, at: int) -> str:
        """The piece from byte *at* on, as base64. Raises NotFound once it was given up."""
        with self._lock:
            self._drop(0)
            _, data = self._rests.get(token, (0.0, b""))
            if not 0 <= at < len(data):
                raise NotFound("The rest of this answer is not kept any more.")
            if at + PIECE >= len(data):
                del self._rests[token]
            else:
                self._keep(token, data)
        return base64.b64encode(data[at : at + PIECE]).decode()

    def put(self, session_id: str, id: str, name: str, size: int, offset: int, data: str) -> int:
        """Take a piece of a file that goes with a message; how much of it is there by now."""
        files = self._managers(session_id, None).attachments
        content = base64.b64decode(data, validate=True)
        taken = files.take(session_id, id, name, size, offset, content)
        return size if taken.whole else int(taken.received)

    def _begin(self, answered: Answered) -> Answered:
        data = answered.data
        if len(data) <= PIECE:
            return answered
        if len(data) > LONGEST:
            raise PayloadTooLarge("This is too long for another machine. Look at it on its own.")
        with self._lock:
            self._drop(len(data))
            self._keep(token := secrets.token_hex(16), data)
        return replace(answered, data=data[:PIECE], rest=token)

    def _keep(self, token: str, data: bytes) -> None:
        self._rests[token] = time.monotonic() + _PATIENCE, data
        self._rests.move_to_end(token)

    def _drop(self, room: int) -> None:
        """Give up what nobody asks for any more, and the oldest until there is *room*."""
        now, used = time.monotonic(), sum(len(data) for _, data in self._rests.values())
        for token, (until, data) in [*self._rests.items()]:
            if until > now and used + room <= _KEPT:
                return
            del self._rests[token]
            used -= len(data)


def view_name(view: str) -> str:
    """The name of a view, fit to be written into a log. Raises InvalidRequest."""
    if not _NAME.fullmatch(view) or len(view) > 60:
        raise InvalidRequest("view is no name.")
    return view
