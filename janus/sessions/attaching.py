"""The attachments of sessions: taken while they are written, handed to their agents, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from janus.agents.attached import Attached
from janus.clock import Clock
from janus.conversation.record import numbered
from janus.errors import InvalidRequest
from janus.model import check_id, events
from janus.model.events import Attachment
from janus.sessions.archive import Archive
from janus.storage.attachments.attachments import Attachments, Named
from janus.storage.attachments.shelf import Shelf, Upload
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

#: How many files go with one message.
MOST = 10


class SessionAttachments:
    """Those of one project. A session need not have begun to be sent files."""

    def __init__(self, store: Store, workspace: Workspace, archive: Archive, clock: Clock) -> None:
        self._files = Attachments(Shelf(store), clock)
        self._store = store
        self._handed = workspace.handed
        self._archive = archive
        #: See ``Attachments``.
        self.get, self.read, self.remove = self._files.get, self._files.read, self._files.remove

    def take(
        self, session_id: str, id: str, name: str, size: int, offset: int, content: bytes
    ) -> Upload:
        """Take bytes of a file; see ``Attachments.take``. Raises SessionNotFound if deleted."""
        self._archive.refuse_deleted(check_id(session_id))
        return self._files.take(session_id, id, name, size, offset, content)

    def all(self, session_id: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """The files that go with a message. Raises NotFound where one is not whole."""
        if len(ids) > MOST:
            raise InvalidRequest(f"attachments: {MOST} go with one message at most.")
        return tuple(self._files.send(session_id, id) for id in dict.fromkeys(ids))

    def handed(
        self, session_id: str, folder: Path, attachments: Sequence[Attachment]
    ) -> Sequence[Attached]:
        """The same as an agent in *folder* is given them."""
        return [self._attached(session_id, folder, it) for it in attachments]

    def _attached(self, session_id: str, folder: Path, it: Attachment) -> Attached:
        read = partial(self._files.read, session_id, it.id)

        def place() -> str:
            return self._handed.put(folder, session_id, it.id, it.name, read())

        return Attached(it.name, it.media_type, it.size, read, place)

    def forget(self, session_id: str) -> None:
        """Remove all that a session has in the owner's state. Raises OSError."""
        self._files.forget(session_id)

    def sweep(self) -> None:
        """Give up what nobody waits for any more; to be called now and then. It may read logs."""
        self._files.sweep(self._named)

    def _named(self, session_id: str) -> Named | None:
        """The files that messages of a session name; None where its log does not tell."""
        said = dict[str, tuple[Attachment, ...]]()
        later, started = dict[str, tuple[Attachment, ...]](), set[str]()
        try:
            for _, record, _ in numbered(self._store.lines(session_id)):
                if record is None:
                    return None
                match record.event:
                    case events.UserMessage(turn_id=turn_id, message_id=message_id):
                        said[turn_id] = record.event.attachments
                        later.pop(message_id or "", None)
                    case events.TurnStarted(turn_id=turn_id):
                        started.add(turn_id)
                    case events.TurnWithdrawn(turn_id=turn_id):
                        said.pop(turn_id, None)
                    case events.SendScheduled(id=id):
                        later[id] = record.event.attachments
                    case events.SendCancelled(id=id):
                        later.pop(id, None)
                    case events.SessionEnded(cause="ended"):
                        later.clear()
        except FileNotFoundError:  # it has not begun
            return Named()
        except OSError:
            return None
        given = {it.id for turn_id in started & said.keys() for it in said[turn_id]}
        waiting = {it.id for files in (*said.values(), *later.values()) for it in files}
        return Named(frozenset(given), frozenset(waiting - given))
