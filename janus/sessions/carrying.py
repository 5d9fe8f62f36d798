"""Goes on here with a session whose machine is away: a new one, with what was said there."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from janus.agents.catalog import AgentCatalog
from janus.agents.spec import InstalledAgent
from janus.conversation.carried import carried
from janus.errors import AgentNotFound, JanusError, NotFound
from janus.logs import about
from janus.model import Bundle, SessionInfo, check_id
from janus.model.events import ConversationOpened, Remark
from janus.sessions.description import described
from janus.sessions.factory import SessionFactory
from janus.sessions.opening import SessionOpener
from janus.sessions.session import Session
from janus.storage.store import Store
from janus.text import sanitize
from janus.workspace.landing.bundles import bundled
from janus.workspace.landing.fetching import fetched
from janus.workspace.landing.owner import Owner
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)


class Carrier:
    """Makes such sessions in one project."""

    def __init__(
        self,
        opener: SessionOpener,
        factory: SessionFactory,
        store: Store,
        workspace: Workspace,
        agents: AgentCatalog,
        begin: Callable[[Callable[[], Session]], Session],
    ) -> None:
        """*begin* gives a session that is found or made its place under MAX_SESSIONS."""
        self._opener, self._factory, self._store = opener, factory, store
        self._workspace, self._agents, self._begin = workspace, agents, begin

    def carry_on(
        self,
        session_id: str,
        said: str,
        origin: str,
        agent: str | None = None,
        branch: str | None = None,
        remarks: Sequence[str] = (),
        commit: str = "",
        bundle: bytes = b"",
        file: str = "",
    ) -> SessionInfo:
        """A session that goes on with what was *said* on *origin*; the same one when asked again.

        A *bundle* has the branch up to a *commit*; so may a *file*, an attachment of the new
        session, which is removed. What came along, and what did not, is told in it. Raises what
        ``create`` raises.
        """
        id, files = check_id(session_id), self._factory.attachments
        with contextlib.suppress(NotFound):
            bundle = files.read(id, file) if file else bundle
        given = Bundle(commit, bundle, len(bundle)) if bundle else None
        make = partial(self._make, id, said, origin, agent, branch, given, remarks)
        try:
            session = self._begin(partial(self._opener.create_once, id, make))
        finally:
            if file:
                with contextlib.suppress(JanusError):
                    files.remove(id, file)
        self._factory.changed()
        return session.info

    def bundled(self, branch: str, known: str) -> Bundle | None:
        """What a branch has that no remote has; see ``bundles.bundled``. Raises GitFailed."""
        return bundled(self._owner, branch, known)

    @property
    def _owner(self) -> Owner:
        return Owner(self._workspace.git, self._workspace.folder)

    def _make(
        self,
        id: str,
        said: str,
        origin: str,
        wanted: str | None,
        branch: str | None,
        bundle: Bundle | None,
        remarks: Sequence[str],
    ) -> Session:
        self._opener.check_workspace()
        told = [f"Continued here: this session was on {origin}, which is away."]
        agent, local, isolated = self._agent(wanted, told), None, bool(branch)
        if branch:
            local, isolated = self._branch(branch, bundle, origin, told)
        else:
            told.append(f"What its agent changed in the files is on {origin}, and not here.")
        text = sanitize("\n".join([*told, *remarks]))
        opened = ConversationOpened(agent.spec.name, agent.protocol, "")

        @contextlib.contextmanager
        def ahead(info: SessionInfo) -> Iterator[None]:
            last = Remark(str(uuid.uuid4()), text), opened
            self._store.write_log(id, carried(said, origin, info.created_at, described(info), last))
            try:
                yield
            except BaseException:
                with contextlib.suppress(OSError):
                    self._store.remove_log(id)
                raise

        made = self._opener.create(id, None, agent.spec.name, local, isolated, {}, ahead)
        log.info("Session %s: continues one of another machine", id, extra=about(id, "created"))
        return made

    def _agent(self, wanted: str | None, told: list[str]) -> InstalledAgent:
        """The same agent, or where it is not here the usual one. It is told all that was said."""
        try:
            return self._agents.agent(wanted)
        except AgentNotFound:
            found = self._agents.agent(None)
            told.append(f"{wanted} is not on this machine: {found.spec.label} goes on.")
            return found

    def _branch(
        self, branch: str, bundle: Bundle | None, origin: str, told: list[str]
    ) -> tuple[str | None, bool]:
        """The branch as it came, and whether the session can have a worktree at all."""
        try:
            found = fetched(self._workspace.git, self._owner, branch, bundle)
        except JanusError as why:
            there = bool(self._owner.look("rev-parse", "--quiet", "--verify", "HEAD"))
            begins = "A new one begins here." if there else "It works in the folder as it is."
            told.append(f"Its branch {branch} did not come along: {why} {begins}")
            return None, there
        if found.unpushed:
            commits = "1 commit" if found.unpushed == 1 else f"{found.unpushed} commits"
            told.append(
                f"Its branch {branch} came as it was when its agent was done last, with {commits} "
                f"that had not been pushed. What was not committed is on {origin}."
            )
            return found.name, True
        told.append(
            f"Its branch {branch} came from the remote, as it was pushed last. "
            f"What was not pushed is on {origin}."
        )
        if found.why:
            told.append(f"Its commits that were not pushed did not come along: {found.why}")
        return found.name, True
