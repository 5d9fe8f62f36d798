"""The agents of this computer, as its owner chose among them."""

from __future__ import annotations

import logging

from janus.agents.detection import SearchPath, detect, survey
from janus.agents.known import CURSOR, CUSTOM, names, spec_of
from janus.agents.spec import AgentSpec, InstalledAgent
from janus.config import Settings, SettingsError
from janus.errors import AgentNotFound, InvalidRequest

log = logging.getLogger(__name__)


class AgentCatalog:
    """Finds agents, each once; one that was not found is looked for again.

    No lock: each of the few things done with ``_agents`` is one step of a dict.
    """

    def __init__(self, settings: Settings) -> None:
        self._choice = settings.agent
        self._path = computer(settings)
        self._agents: dict[str, InstalledAgent] = {}

    def agent(self, name: str | None = None) -> InstalledAgent:
        """The agent called *name*, or the owner's choice. Raises InvalidRequest, AgentNotFound."""
        name = name or self._choice
        if name not in ("auto", CUSTOM) and not spec_of(name):
            raise InvalidRequest(f"agent: Janus knows {', '.join(names())}.")
        return self._agents.get(name) or self._agents.setdefault(name, detect(name, self._path))

    def knows(self, name: str | None) -> bool:
        """Whether ``agent`` answers without looking for it."""
        return (name or self._choice) in self._agents

    def survey(self) -> list[tuple[AgentSpec, InstalledAgent | None]]:
        """Every agent Janus knows, and which of them are on this computer; takes some seconds."""
        return survey(self._path)

    def announce(self) -> None:
        """Look for the owner's choice, and log which agent it is."""
        try:
            agent = self.agent()
        except AgentNotFound as missing:
            return log.error("%s", missing)
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
    if not settings.agent_command:
        return SearchPath(settings.environ, None, settings.agent_environ)
    program, *arguments = settings.agent_command
    custom = AgentSpec(
        name=CUSTOM,
        label="Your agent",
        programs=(program,),
        version=None,
        acp=tuple(arguments),
        install=f"JANUS_AGENT_COMMAND names {program}, which is not there",
        login="its own command for that",
    )
    return SearchPath(settings.environ, custom, settings.agent_environ)
