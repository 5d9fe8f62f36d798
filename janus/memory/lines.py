"""What each session left, in a line: ``memory.json`` in the state folder.

    {"version": "1.0", "lines": [{"session_id", "at", "title", "branch", "outcome", "open_ends"}],
     "struck": ["…"]}

Written after every turn, whole. A line that its owner struck stays struck: of its session only the
id is kept.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import threading
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from janus.clock import LATEST
from janus.conversation.snapshot import Snapshot
from janus.conversation.title import title_of
from janus.errors import NotFound, StorageFailed
from janus.model import SessionInfo, is_id
from janus.storage.store import Store

log = logging.getLogger(__name__)

NAME = "memory.json"
#: Lines that are kept; open ends of each.
MOST, _OPEN_ENDS = 100, 3
#: How a turn ended, in the words of a list; all else was cut off.
_OUTCOMES = {"": "open", "end_turn": "done", "cancelled": "stopped", "failed": "failed"}


class Line(Struct, frozen=True):
    """What a session left. ``at`` is in seconds since 1970.

    ``outcome`` is ``done``, ``unfinished`` (then ``open_ends`` say what is left), ``stopped``,
    ``failed``, ``cut off``, ``ended`` (nobody knows how), or ``open``.
    """

    session_id: str
    at: Annotated[float, Meta(ge=0, le=LATEST)]
    title: str
    branch: str = ""
    outcome: str = ""
    open_ends: tuple[str, ...] = ()


def line_of(info: SessionInfo, now: Snapshot | None = None) -> Line | None:
    """The line of a session, which is as *now* says if that is known; None if nothing was said."""
    title = info.name or info.title
    if not info.title or not title:
        return None
    if now is None:
        outcome = "failed" if info.end_reason == "crashed" else "ended"
        return Line(info.session_id, info.last_activity, title, info.branch or "", outcome)
    left = [entry.content for entry in now.plan if entry.status != "completed"]
    left += [entry.content for entry in now.waiting if not entry.is_note]
    open_ends = tuple(filter(None, map(title_of, left)))[:_OPEN_ENDS]
    outcome = "open" if now.turn else _OUTCOMES.get(now.stop_reason, "cut off")
    if outcome == "done" and open_ends:
        outcome = "unfinished"
    at = now.last_said or info.last_activity
    return Line(info.session_id, at, title, info.branch or "", outcome, open_ends)


class _File(Struct, frozen=True):
    lines: list[Line] = []
    struck: list[str] = []
    version: str = "1.0"


class MemoryLines:
    """The lines of a project.

    ``_lock`` guards all fields, for a few steps; ``_writing`` is held while the file is written, so
    that the last one written has all. The order is ``_writing``, ``_lock``. What was forgotten is
    remembered by its id: nothing that comes late makes it anew.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._lines: dict[str, Line] = {}
        self._struck: set[str] = set()
        self._forgotten: set[str] = set()
        self._dirty = False

    def load(self) -> None:
        """Read the file. One that is damaged is put aside."""
        try:
            found = msgspec.json.decode(self._store.read(NAME) or b"{}", type=_File)
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("%s cannot be read (%s); it is put aside", NAME, damage)
            with contextlib.suppress(OSError):
                self._store.put_aside(NAME)
            return
        with self._lock:
            self._struck |= {id for id in found.struck if is_id(id)}
            for line in found.lines:
                if is_id(line.session_id):
                    self._keep(line)

    def all(self) -> list[Line]:
        """The lines, the newest first."""
        with self._lock:
            lines = [*self._lines.values()]
        return sorted(lines, key=_order, reverse=True)

    def has(self, session_id: str) -> bool:
        """Whether there is a line of this session."""
        with self._lock:
            return session_id in self._lines

    def is_struck(self, session_id: str) -> bool:
        """Whether its owner wants nothing of this session remembered."""
        with self._lock:
            return session_id in self._struck

    def note(self, line: Line) -> None:
        """Remember a line, in the place of the one that its session had; ``save`` writes it."""
        with self._lock:
            if self._lines.get(line.session_id) != line:
                self._dirty |= self._keep(line)

    def save(self) -> bool:
        """Write what changed; False if the disk does not take it: then try again."""
        with self._writing:
            with self._lock:
                if not self._dirty:
                    return True
                self._dirty = False
            return self._write(self._lines, self._struck)

    def strike(self, session_id: str) -> None:
        """Remember nothing of a session from now on. Raises NotFound, StorageFailed."""
        with self._writing:
            with self._lock:
                if session_id not in self._lines:
                    raise NotFound("There is no line of this session. See: janus memory")
                lines, struck = {**self._lines}, self._struck | {session_id}
                del lines[session_id]
            if not self._write(lines, struck):
                raise StorageFailed(f"The line cannot be struck: {self._store.problem}.")
            with self._lock:
                self._lines.pop(session_id, None)
                self._struck.add(session_id)

    def forget(self, session_id: str) -> None:
        """Keep not even the id of a session that is being deleted. Raises OSError."""
        with self._writing:
            with self._lock:
                self._forgotten.add(session_id)
                known = session_id in self._lines or session_id in self._struck
                self._lines.pop(session_id, None)
                self._struck.discard(session_id)
            if known and not self._write(self._lines, self._struck):
                raise OSError(errno.EIO, self._store.problem or "it cannot be written")

    def _keep(self, line: Line) -> bool:
        """Whether a line counts among the newest. With ``_lock`` held."""
        if line.session_id in self._struck or line.session_id in self._forgotten:
            return False
        self._lines[line.session_id] = line
        if len(self._lines) > MOST:
            oldest = min(self._lines.values(), key=_order)
            del self._lines[oldest.session_id]
            return oldest is not line
        return True

    def _write(self, lines: dict[str, Line], struck: set[str]) -> bool:
        with self._lock:
            newest = sorted(lines.values(), key=_order, reverse=True)
            file = _File(newest, sorted(struck))
        if self._store.replace(NAME, msgspec.json.encode(file) + b"\n"):
            return True
        with self._lock:
            self._dirty = True
        return False


def _order(line: Line) -> tuple[float, str]:
    return line.at, line.session_id
