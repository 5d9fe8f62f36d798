"""The agents of this computer, as its owner chose among them."""

from __future__ import annotations

import logging
import threading

from janus.agents.found import Computer, Found, find, survey
from janus.agents.table import CURSOR, CUSTOM, Entry, known, names
from janus.config import Settings
from janus.errors import AgentNotFound, InvalidRequest

log = logging.getLogger(__name__)


class AgentCatalog:
    """Looks for agents, each once, until it is found.

    ``_lock`` guards ``_found``; it is not held while a program is asked for its version.
    """

    def __init__(self, settings: Settings) -> None:
        self._choice = settings.agent
        self._computer = computer(settings)
        self._lock = threading.Lock()
        self._found: dict[str, Found] = {}

    def agent(self, name: str | None = None) -> Found:
        """The agent called *name*, or the owner's choice. Raises InvalidRequest, AgentNotFound."""
        name = name or self._choice
        if name not in ("auto", CUSTOM) and not known(name):
            raise InvalidRequest(f"agent: Janus knows {', '.join(names())}.")
        with self._lock:
            found = self._found.get(name)
        if not found:
            found = find(name, self._computer)
            with self._lock:
                self._found[name] = found
        return found

    def knows(self, name: str | None) -> bool:
        """Whether ``agent`` answers without looking for it."""
        with self._lock:
            return (name or self._choice) in self._found

    def survey(self) -> list[tuple[Entry, Found | None]]:
        """Every agent Janus knows, and which of them are on this computer; takes some seconds."""
        return survey(self._computer)

    def announce(self) -> None:
        """Look for the owner's choice, and log what was found."""
        try:
            found = self.agent()
        except AgentNotFound as missing:
            log.error("%s", missing)
            return
        if found.is_demo:
            log.warning(
                "No real agent: the built-in demo agent answers, by searching the workspace. "
                "For a real one, %s",
                CURSOR.install,
            )
        log.info("Agent: %s %s", found.entry.name, found.version)


def computer(settings: Settings) -> Computer:
    """Where to look for agents, as the owner chose."""
    custom = _custom_entry(settings) if settings.agent_command else None
    return Computer(settings.environ, custom, settings.agent_environ)


def _custom_entry(settings: Settings) -> Entry:
    """The owner's own ACP agent."""
    program, *arguments = settings.agent_command
    return Entry(
        name=CUSTOM,
        label="Your agent",
        programs=(program,),
        version=None,
        acp=tuple(arguments),
        install=f"JANUS_AGENT_COMMAND names {program}, which is not there",
        login="its own command for that",
    )
