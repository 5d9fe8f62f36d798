"""The snapshots around each turn of a session; a turn never fails for want of one."""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid

from janus.conversation.event_log import EventLog
from janus.errors import JanusError
from janus.logs import about
from janus.model.events import Remark, WorkMeasured
from janus.text import sanitize
from janus.workspace.changes.listing import amount, listing
from janus.workspace.git import readable
from janus.workspace.snapshots.chain import Moment
from janus.workspace.snapshots.snapshots import SessionSnapshots

log = logging.getLogger(__name__)

_NAMED = 3
_BUG = "Janus made a mistake; its log says more."


class TurnSnapshots:
    """Those of one session, taken on its turn thread."""

    def __init__(self, snapshots: SessionSnapshots, event_log: EventLog, session_id: str) -> None:
        self._snapshots = snapshots
        self._events = event_log
        self._id = session_id
        self._said = ""
        #: The tree that was measured last, and the one that is now.
        self._measured = self._newest = ""
        self._catching: threading.Thread | None = None

    def before(self, turn_id: str) -> None:
        """Keep the files as they are before the agent gets the words.

        What is not whole is said in the conversation, once for each reason.
        """
        words = ""
        try:
            taken = self._snapshots.record(turn_id, "turn", "start")
            self._newest = taken.tree
            self._measured = self._measured or taken.tree
            words = _left_out(taken)
        except JanusError as failure:
            self._catch_up()
            words = f"This turn cannot be undone, because no snapshot was taken. {failure}"
        except Exception:
            log.exception("Session %s: no snapshot", self._id, extra=about(self._id))
            words = f"This turn cannot be undone, because no snapshot was taken. {_BUG}"
        if words and words != self._said:
            self._events.record(Remark(str(uuid.uuid4()), sanitize(words)))
        self._said = words

    def _catch_up(self) -> None:
        """In a large project the first snapshot takes longer than anybody waits: not the next."""

        def catch_up() -> None:
            with contextlib.suppress(JanusError):
                self._snapshots.catch_up()

        if self._catching is None:
            name = f"snapshots {self._id[:8]}"
            self._catching = threading.Thread(target=catch_up, name=name, daemon=True)
            self._catching.start()

    def after(self, turn_id: str) -> None:
        """Keep the files as they are after the turn, unless it is over for longer already."""
        try:
            if ended := self._snapshots.finish_step(turn_id):
                self._newest = ended.tree
        except JanusError as failure:
            told = about(self._id, turn_id=turn_id)
            log.warning("Session %s: no snapshot after a turn: %s", self._id, failure, extra=told)
        except Exception:
            log.exception("Session %s: no snapshot", self._id, extra=about(self._id))

    def settle(self) -> None:
        """What makes the next one quick, and is told later, once the end of a turn is told."""
        with contextlib.suppress(JanusError):
            self._snapshots.settle()
            if self._newest != self._measured:
                self._measured = self._newest
                self.measure()

    def measure(self) -> None:
        """Tell how much the newest step changed, and the session: lists ask for it again and again.

        Raises GitFailed.
        """
        with self._snapshots.held() as private:
            if not (moments := self._snapshots.chain.all()):
                return
            end = moments[-1]
            start = next(it for it in moments if it.step == end.step)
            turn, session = (
                amount(listing(private, it.tree, end.tree)) for it in (start, moments[0])
            )
        if turn.files or session != self._events.snapshot.changed:
            self._events.append(WorkMeasured(end.step, turn, session))


def _left_out(taken: Moment) -> str:
    if not taken.left_out:
        return ""
    some = [f"{readable(path)} ({why})" for path, why in taken.left_out[:_NAMED]]
    more = len(taken.left_out) - _NAMED
    return (
        f"Not in the snapshot before this turn: {', '.join(some)}"
        f"{f' and {more} more' if more > 0 else ''}. An undo does not touch these files."
    )
