"""What the fleet needs of this machine: its sessions, and what it says of itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from janus.access.devices import Devices
from janus.access.pairing import Pairing
from janus.conversation.manager import Files, SessionManager
from janus.errors import SessionNotFound, StorageFailed
from janus.fleet.membership import Member
from janus.model import Answered, Asked, Bundle, SessionInfo
from janus.storage.attachments.attachments import Attachments
from janus.storage.project import project_of
from janus.storage.session_logs import SessionLogs

#: How many ended sessions others list.
_ENDED = 100


class Page(Protocol):
    @property
    def sessions(self) -> list[SessionInfo]: ...


class LocalManager(SessionManager, Protocol):
    """A manager of this machine, which has the branches, too."""

    @property
    def bundled(self) -> Callable[[str, str], Bundle | None]: ...


class Project(Protocol):
    """A served folder; see ``projects.Project``."""

    @property
    def store(self) -> SessionLogs: ...
    @property
    def entry(self) -> Any: ...
    @property
    def manager(self) -> LocalManager: ...


class Projects(Protocol):
    """See ``projects.Projects``."""

    def all(self) -> Iterable[Project]: ...
    def get(self, project_id: str) -> Project: ...
    def of_session(self, session_id: str | None) -> Project: ...
    def sessions(self) -> list[SessionInfo]: ...
    def ended(self, project_id: str | None, limit: int, before: str | None, start: str) -> Page: ...


class Managers(Protocol):
    """Whoever finds the manager of a session; of a new one, that of a project."""

    def __call__(self, session_id: str, project_id: str | None) -> SessionManager: ...


@dataclass(frozen=True, slots=True)
class Here:
    """This machine, as it is told elsewhere."""

    served: Projects
    version: str
    agents: Callable[[], tuple[str, ...]]
    #: When this Janus began, in seconds since 1970.
    since: float
    ask_timeout: float
    members: Callable[[], tuple[Member, ...]]
    #: Called with the id of another machine's session of which something changed.
    told: Callable[[str], object]
    #: Who has access; the gateways of a team have that in common.
    devices: Devices
    pairing: Pairing
    #: Where this Janus keeps what must survive.
    state: Path
    #: What a view of this Janus answers.
    view: Callable[[Asked], Answered]
    #: Files that go with messages for other machines.
    files: Attachments

    def unbegun(self) -> Files:
        """The attachments of sessions that have not begun anywhere."""
        return self.served.of_session(None).manager.attachments

    def load(self) -> float:
        """Processes that want to run, for each core."""
        return round(os.getloadavg()[0] / (os.cpu_count() or 1), 2)

    def logs(self) -> list[SessionLogs]:
        return [project.store for project in self.served.all()]

    def sessions(self) -> tuple[SessionInfo, ...]:
        return tuple(self.served.sessions())

    def ended(self) -> tuple[SessionInfo, ...]:
        return tuple(self.served.ended(None, _ENDED, None, "").sessions)

    def exists(self, session_id: str) -> bool:
        """Whether anything of a session is kept here."""
        return any(logs.has_log(session_id) for logs in self.logs())

    def bundled(self, info: SessionInfo, known: str) -> Bundle | None:
        """What the branch of a session has that no remote has; None where its commit is *known*.

        Raises GitFailed, StorageFailed.
        """
        return self.owner(info.session_id).bundled(info.branch or "", known)

    def projects(self) -> dict[str, str]:
        """What each is called, by its id."""
        return {it.entry.project_id: it.entry.name for it in self.served.all()}

    def manager(self, session_id: str, project_id: str | None) -> LocalManager:
        """The manager of a session, or of the project for a new one.

        Raises NotFound; and StorageFailed for one that is there, and its project is not.
        """
        manager = self.served.of_session(session_id).manager
        if manager.knows(session_id):
            return manager
        if kept := project_of(self.state, session_id):
            raise StorageFailed(
                f"The project of this session ({kept}) is not served now. The log of Janus on its "
                "machine says why."
            )
        return self.served.get(project_id).manager if project_id else manager

    def owner(self, session_id: str, project_id: str | None = None) -> LocalManager:
        """The manager of a session. Raises SessionNotFound, StorageFailed while it is away."""
        manager = self.manager(session_id, None)
        if not manager.knows(session_id):
            raise SessionNotFound(f"No session {session_id}: it was deleted, or never existed.")
        return manager
