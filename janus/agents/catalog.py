"""The agents of this computer, as its owner chose among them."""

from __future__ import annotations

import logging
import threading

from janus.agents.detection import SearchPath, detect, survey
from janus.agents.known import CURSOR, CUSTOM, names, spec_of
from janus.agents.spec import AgentSpec, InstalledAgent
from janus.config import Settings, SettingsError
from janus.errors import AgentNotFound, InvalidRequest

log = logging.getLogger(__name__)


class AgentCatalog:
    """Finds agents, each once; one that was not found is looked for again.

    ``_lock`` guards ``_agents``; it is not held while a program is asked for its version.
    """

    def __init__(self, settings: Settings) -> None:
        self._choice = settings.agent
        self._path = computer(settings)
        self._lock = threading.Lock()
        self._agents: dict[str, InstalledAgent] = {}

    def agent(self, name: str | None = None) -> InstalledAgent:
        """The agent called *name*, or the owner's choice. Raises InvalidRequest, AgentNotFound."""
        name = name or self._choice
        if name not in ("auto", CUSTOM) and not spec_of(name):
            raise InvalidRequest(f"agent: Janus knows {', '.join(names())}.")
        with self._lock:
            agent = self._agents.get(name)
        if not agent:
            agent = detect(name, self._path)
            with self._lock:
                self._agents[name] = agent
        return agent

    def knows(self, name: str | None) -> bool:
        """Whether ``agent`` answers without looking for it."""
        with self._lock:
            return (name or self._choice) in self._agents

    def survey(self) -> list[tuple[AgentSpec, InstalledAgent | None]]:
        """Every agent Janus knows, and which of them are on this computer; takes some seconds."""
        return survey(self._path)

    def announce(self) -> None:
        """Look for the owner's choice, and log which agent it is."""
        try:
            agent = self.agent()
        except AgentNotFound as missing:
            log.error("%s", missing)
            return
        if agent.is_demo:
            log.warning(
                "No real agent: the built-in demo agent answers, by searching the workspace. "
                "For a real one, %s",
                CURSOR.install,
            )
        log.info("Agent: %s %s", agent.spec.name, agent.version)


def check_choice(settings: Settings) -> None:
    """Raises SettingsError unless Janus knows the agent that the owner chose."""
    if settings.agent not in ("auto", *names()):
        raise SettingsError(
            f"JANUS_AGENT={settings.agent!r}: expected one of auto, {', '.join(names())}"
        )


def computer(settings: Settings) -> SearchPath:
    """Where to look for agents, as the owner chose."""
    custom = _custom_spec(settings) if settings.agent_command else None
    return SearchPath(settings.environ, custom, settings.agent_environ)


def _custom_spec(settings: Settings) -> AgentSpec:
    """The owner's own ACP agent."""
    program, *arguments = settings.agent_command
    return AgentSpec(
        name=CUSTOM,
        label="Your agent",
        programs=(program,),
        version=None,
        acp=tuple(arguments),
        install=f"JANUS_AGENT_COMMAND names {program}, which is not there",
        login="its own command for that",
    )
