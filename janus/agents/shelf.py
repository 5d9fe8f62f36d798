"""The conversations that the agents of this computer have of a folder, whoever began them.

A store that Janus can read is read, which starts nothing; an agent without one is asked itself,
over ACP.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from janus.agents.acp.visit import Visit, visit
from janus.agents.catalog import AgentCatalog
from janus.agents.detection import environment
from janus.agents.known import CLAUDE, CODEX, CURSOR, DEMO, KNOWN, spec_of
from janus.agents.process.rivals import Rival, Rivals, told_of
from janus.agents.spec import AgentSpec, InstalledAgent
from janus.agents.stores.claude import ClaudeStore
from janus.agents.stores.codex import CodexStore
from janus.agents.stores.cursor import CursorStore
from janus.agents.stores.history import Dated, as_events
from janus.agents.stores.stored import (
    Found,
    Store,
    StoredConversation,
    Unreadable,
    is_well_formed,
    seconds_of,
    title_of,
)
from janus.errors import AgentFailed, AgentNotFound, NotFound
from janus.model import Conversation

_ABSENT = "{} has no such conversation in this folder."
_STORES: dict[str, Store] = {
    CURSOR.name: CursorStore(),
    CLAUDE.name: ClaudeStore(),
    CODEX.name: CodexStore(),
}


class Shelf:
    """Looks for the conversations of one folder.

    ``_lock`` guards ``_looking``, the look that is going on, and ``_silent``, the programs that do
    not tell what they have.
    """

    def __init__(self, catalog: AgentCatalog, folder: Path) -> None:
        self._catalog = catalog
        self._folder = folder
        self._lock = threading.Lock()
        self._looking: Future[Found] | None = None
        self._silent: set[tuple[tuple[str, ...], str]] = set()

    def list(self) -> Found:
        """The conversations, the one used last first; takes some seconds.

        Whoever asks meanwhile gets the same answer.
        """
        with self._lock:
            looking = self._looking
            mine = self._looking = looking or Future()
        if looking:
            return looking.result()
        try:
            mine.set_result(self._list())
        except BaseException as failure:
            mine.set_exception(failure)
        finally:
            with self._lock:
                self._looking = None
        return mine.result()

    def _list(self) -> Found:
        custom = self._catalog.path.custom
        specs = [it for it in (custom, *KNOWN) if it and it is not DEMO]
        with ThreadPoolExecutor(len(specs), "conversations") as pool:
            found = [*pool.map(self._look, specs)]
        # The last one: where the owner's own command is an agent that is known, that one.
        newest = {it.id: it for one in found for it in one.conversations}
        order = sorted(newest.values(), key=lambda it: it.updated_at, reverse=True)
        return Found(tuple(order), tuple(problem for one in found for problem in one.problems))

    def take(
        self, agent: InstalledAgent, id: str, check: Callable[[StoredConversation], None]
    ) -> tuple[StoredConversation, Iterator[Dated]]:
        """One of them, and what was said in it, as events with their times.

        *check* may raise what speaks against that, before anything is read. Raises NotFound,
        AgentFailed; the latter also while the events are taken.
        """
        if (store := _STORES.get(agent.spec.name)) and (found := self._read(store, agent.spec)):
            one = _picked(found, agent, id)
            check(one)
            return one, _events(agent, store.updates(one))
        if agent.protocol != "acp":
            raise NotFound(_ABSENT.format(agent.spec.label))
        with visit(agent, self._catalog.path.probes) as guest:
            one = _picked(self._listed(agent, guest), agent, id)
            check(one)
            updates = guest.history(one.id, self._folder)
        return one, _events(agent, ((one.updated_at, update) for update in updates))

    def rival(self, one: StoredConversation, running: Rivals) -> Rival | None:
        """Which other program works on a conversation."""
        spec = spec_of(one.agent) or self._catalog.path.custom
        return running.find(
            one.id,
            self._folder,
            spec.called if spec else (),
            updated_at=one.updated_at,
            files=one.files,
            drivers=one.drivers,
            strangers=one.strangers,
        )

    def _look(self, spec: AgentSpec) -> Found:
        """The conversations of one agent; why they cannot be told is a problem."""
        store = _STORES.get(spec.name)
        try:
            if store and (found := self._read(store, spec)):
                return found
            agent = self._catalog.agent(spec.name)
            build = agent.program, agent.version
            with self._lock:
                silent = build in self._silent
            if agent.protocol != "acp" or silent:
                return Found()
            with visit(agent, self._catalog.path.probes) as guest:
                if not guest.lists:
                    with self._lock:
                        self._silent.add(build)
                return self._listed(agent, guest)
        except AgentNotFound:
            return Found()
        except AgentFailed as failure:
            return Found(problems=(f"{spec.label} does not tell its conversations: {failure}",))

    def _read(self, store: Store, spec: AgentSpec) -> Found | None:
        """What a store has; None if it is not there. Raises AgentFailed where it is unreadable."""
        environ = environment(spec, self._catalog.path)
        try:
            return store.list(environ, self._folder) if store.is_there(environ) else None
        except (Unreadable, OSError) as why:
            raise AgentFailed(f"its store cannot be read: {why}.") from why

    def _listed(self, agent: InstalledAgent, guest: Visit) -> Found:
        """What the agent itself tells. Raises AgentFailed."""
        told = [*guest.conversations(self._folder)] if guest.lists else []
        found = [it for one in told if (it := _told(agent.spec, one))]
        strange = sum(not is_well_formed(one.get("sessionId")) for one in told)
        words = f"{strange} of {agent.spec.label}'s conversations have no usable id."
        return Found(tuple(found), (words,) if strange else ())


def _picked(found: Found, agent: InstalledAgent, id: str) -> StoredConversation:
    """The conversation with this id. Raises NotFound, AgentFailed where it may be unreadable."""
    for one in found.conversations:
        if one.id == id:
            return one
    if found.problems:
        raise AgentFailed(" ".join(found.problems))
    raise NotFound(_ABSENT.format(agent.spec.label))


def _events(agent: InstalledAgent, updates: Iterable[tuple[float, Any]]) -> Iterator[Dated]:
    try:
        yield from as_events(updates)
    except Unreadable as why:
        raise AgentFailed(f"{agent.spec.label}: {why}.") from why


def check_alone(conversation: str) -> None:
    """Raises AgentFailed where another program was told to go on with a conversation."""
    if conversation and (other := told_of(conversation)):
        raise AgentFailed(f"{other} works on this conversation. Close it there, then ask again.")


def resume_command(agent: str, conversation: Conversation, folder: Path) -> str | None:
    """What to type in a terminal to go on with a conversation; None if its agent has no such."""
    spec, path, id = spec_of(agent), str(folder), conversation.id
    if spec is None or not spec.resume or id is None or not is_well_formed(id):
        return None
    if spec.resumes not in (None, conversation.protocol) or not path.isprintable():
        return None
    return f"cd {shlex.quote(path)} && {shlex.join([*spec.resume, id])}"


def _told(spec: AgentSpec, told: dict[str, Any]) -> StoredConversation | None:
    """A conversation as its agent tells of it; None if it is a sub-agent's, or has no usable id."""
    parent = told.get("parentSessionId") or told.get("parentId")
    if parent or not is_well_formed(id := told.get("sessionId")):
        return None
    updated = seconds_of(told.get("updatedAt"), 0.0)
    return StoredConversation(spec.name, "acp", str(id), title_of(told.get("title")), updated)
