"""What the agent is and has: its process, its conversation, what it lets its user choose."""

from __future__ import annotations

from typing import Any

from janus.model.events.base import Event


class OptionsChanged(Event, frozen=True):
    """What the agent lets its user choose: ``{id, name, category, value, choices}`` each."""

    options: tuple[dict[str, Any], ...]


class OptionChosen(Event, frozen=True):
    """What holds of an option from now on, in every process of the agent: the user has chosen it,
    or the agent by itself.
    """

    option_id: str
    value: str


class CommandsChanged(Event, frozen=True):
    """The slash commands the agent knows: ``{name, description, hint}`` each."""

    commands: tuple[dict[str, Any], ...]


class UsageChanged(Event, frozen=True):
    """How much of its context the agent has used, in tokens, and what it cost where told."""

    used: int
    size: int
    cost: str = ""


class TitleChanged(Event, frozen=True):
    """What the agent calls the conversation, in words for a person."""

    title: str


class AgentNotice(Event, frozen=True):
    """Something the agent tells about itself, in words for a person."""

    detail: str
    turn_id: str | None = None


class AgentStarting(Event, frozen=True):
    """The agent is being started outside of a turn."""


class AgentReady(Event, frozen=True):
    """The agent runs and waits."""


class ConversationOpened(Event, frozen=True):
    """The agent has a conversation, known to it as ``id``; ``forgotten`` if it had another one."""

    agent: str
    protocol: str
    id: str
    model: str = ""
    forgotten: bool = False
    turn_id: str | None = None


class AgentDied(Event, frozen=True):
    """The agent's process ended by itself, outside of a turn."""

    message: str
    exit_code: int | None = None
    signal: str | int | None = None


class AgentStopped(Event, frozen=True):
    """The session has no agent process any more, and needs none."""
