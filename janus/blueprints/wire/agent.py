"""What the state tells of the agent: what it offers, and what it has used."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from janus.blueprints.wire import words


class OptionChoice(words.Reply, frozen=True, kw_only=True):
    """One value that an option can have."""

    value: words.OptionValue
    name: str


class OfferedOption(words.Reply, frozen=True, kw_only=True):
    """Something the agent lets its user choose before a session begins: its mode, its model."""

    id: str
    name: str
    category: Annotated[str, Meta(examples=["mode", "model", ""])]
    choices: list[OptionChoice]


class AgentOption(words.Reply, frozen=True, kw_only=True):
    """Something the agent lets its user choose: its mode, its model."""

    id: str
    name: str
    category: Annotated[str, Meta(examples=["mode", "model", ""])]
    #: What is chosen now.
    value: words.OptionValue
    choices: list[OptionChoice]


class Command(words.Reply, frozen=True, kw_only=True):
    """A slash command that the agent knows."""

    name: str
    description: str
    #: What to write after it; may be empty.
    hint: str


class Usage(words.Reply, frozen=True, kw_only=True):
    """How much of its context the agent has used, in tokens."""

    used: words.Count
    size: words.Count
    #: What it cost, where the agent tells; may be empty.
    cost: str


class StateAgent(words.Reply, frozen=True, kw_only=True):
    """The agent of a session."""

    name: str
    #: Whether this agent can ask before it acts.
    asks: bool
