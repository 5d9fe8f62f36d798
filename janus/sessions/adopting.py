"""Continue here what was begun in a terminal, and in a terminal what was begun here.

    the agent's store ──> copied, whole, into the log of a new session ──> the agent goes on

The copy comes first: from then on nothing depends on what the agent keeps, or drops.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from janus.agents.catalog import AgentCatalog
from janus.agents.process.rivals import Rival, Rivals
from janus.agents.shelf import Shelf, resume_command
from janus.agents.spec import InstalledAgent
from janus.agents.stores.history import Dated
from janus.agents.stores.stored import StoredConversation, is_well_formed
from janus.clock import possible
from janus.conversation.record import Record
from janus.errors import Conflict, InvalidRequest, NotFound, SessionExists
from janus.logs import about
from janus.model import Conversation, SessionInfo
from janus.model.events import AnyEvent, ConversationOpened, Remark
from janus.sessions.archive import Archive
from janus.sessions.description import described
from janus.sessions.driven import DrivenConversations
from janus.sessions.factory import SessionFactory
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.session import Session
from janus.storage.store import Store

log = logging.getLogger(__name__)

_NOTHING = "Nothing was said in this conversation: there is nothing to continue."


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation that can be continued here; *driver* is the program that works on it now."""

    agent: str
    conversation_id: str
    title: str
    updated_at: float
    driver: str | None


class Adopter:
    """Takes conversations over into sessions of one project."""

    def __init__(
        self,
        registry: Registry,
        opener: SessionOpener,
        factory: SessionFactory,
        archive: Archive,
        store: Store,
        agents: AgentCatalog,
        folder: Path,
        begin: Callable[[Callable[[], Session]], Session],
    ) -> None:
        """*begin* gives a session that is found or made its place under MAX_SESSIONS."""
        self.driven = DrivenConversations(store)
        self._registry = registry
        self._opener = opener
        self._factory = factory
        self._archive = archive
        self._store = store
        self._agents = agents
        self._shelf = Shelf(agents, folder)
        self._folder = folder
        self._begin = begin

    def list(self) -> tuple[list[Listed], tuple[str, ...]]:
        """What was begun elsewhere in this folder, the newest first, and what cannot be read.

        Not what was held in Janus, be it deleted by now.
        """
        self._opener.check_workspace()
        found = self._shelf.list()
        ours = {*self._held()}
        running = Rivals()
        others = [it for it in found.conversations if it.id not in ours]
        listed = [
            Listed(it.agent, it.id, it.title, it.updated_at, _name(self._shelf.rival(it, running)))
            for it in others
            if not self._archive.was_deleted(it.id)
        ]
        return listed, found.problems

    def adopt(self, agent: str, conversation_id: str) -> SessionInfo:
        """The session that goes on with a conversation; one for all who ask, also later.

        Raises NotFound, SessionExists where another session has it, Conflict while another program
        works on it, and what ``create`` and the agents raise; then nothing is left.
        """
        if not is_well_formed(conversation_id):
            raise InvalidRequest("conversation_id: no agent calls a conversation so.")
        if self._archive.was_deleted(conversation_id):
            raise NotFound("This conversation was deleted in Janus, and is not taken over again.")
        id = _session_id(conversation_id)
        owner = self._held().get(conversation_id)
        if owner not in (None, id):
            raise SessionExists(f"Session {owner} has this conversation already.", session_id=owner)
        take_over = partial(self._take_over, id, agent, conversation_id)
        session = self._begin(partial(self._opener.find_or, id, take_over))
        self._factory.changed()
        return session.info

    def resume_command(self, info: SessionInfo) -> str | None:
        """What goes on with the session in a terminal; None if there is no such command."""
        if not info.conversation_id:
            return None
        conversation = Conversation(info.agent, info.protocol or "acp", info.conversation_id)
        folder = Path(info.worktree_path) if info.worktree_path else self._folder
        return resume_command(info.agent, conversation, folder)

    def _held(self) -> dict[str, str]:
        """The session of each conversation that is held in Janus, on the disk or not yet."""
        infos = (session.info for session in self._registry.all())
        newest = {it.conversation_id: it.session_id for it in infos if it.conversation_id}
        return {**self.driven.sessions(), **newest}

    def _take_over(self, id: str, name: str, conversation_id: str) -> Session:
        self._opener.check_workspace()
        agent = self._agents.agent(name)
        with self._registry.place(id, None, lambda: None):
            one, history = self._shelf.take(agent, conversation_id, self._refuse_rival)
            info = self._factory.describe(id, None, agent.spec.name)
            try:
                self._store.write_log(id, self._lines(info, agent, one, history))
                session = self._opener.enter(info)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._store.remove_log(id)
                raise
        told = about(id, "created")
        log.info("Session %s: takes over a conversation of %s", id, agent.spec.name, extra=told)
        session.start_agent()
        return session

    def _lines(
        self,
        info: SessionInfo,
        agent: InstalledAgent,
        one: StoredConversation,
        history: Iterator[Dated],
    ) -> Iterator[bytes]:
        """The log of the session: what was said, and with which conversation it goes on."""
        first = next(history, None)
        if first is None:
            raise NotFound(_NOTHING)
        opened = ConversationOpened(agent.spec.name, one.protocol, one.id)
        came = Remark(str(uuid.uuid4()), f"Continued here from {agent.spec.label} in a terminal.")
        events: Iterable[tuple[float, AnyEvent]] = itertools.chain(
            [(info.created_at, described(info)), first],
            history,
            [(info.created_at, came), (info.created_at, opened)],
        )
        for seq, (at, event) in enumerate(events, 1):
            yield Record(seq, possible(min(at or one.updated_at, info.created_at)), event).line()

    def _refuse_rival(self, one: StoredConversation) -> None:
        if other := self._shelf.rival(one, Rivals()):
            raise Conflict(
                f"{other} works on this conversation. Close it there, then continue it here.",
                program=other.program,
                pid=other.pid,
            )


def _session_id(conversation_id: str) -> str:
    """The id of the session for a conversation: always the same, so that there is only one."""
    digest = hashlib.sha256(conversation_id.encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _name(other: Rival | None) -> str | None:
    return str(other) if other else None
