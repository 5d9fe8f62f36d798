"""What the calls about agents take and give."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from janus.blueprints.wire.words import AgentProtocol, Body, Reply, SessionId, Short, Word


class McpBody(Body, frozen=True, kw_only=True):
    """A command for MCP servers."""

    command: Annotated[
        Word,
        Meta(
            description="`list`, `list-tools`, `enable`, `disable` or `login`; another one is no "
            "success."
        ),
    ]
    args: Annotated[
        list[Short],
        Meta(max_length=50, description="Arguments; one that begins with a dash is no success."),
    ] = []  # noqa: RUF012 (msgspec copies it)
    session_id: SessionId


class McpOutput(Reply, frozen=True, kw_only=True):
    """What a command printed."""

    output: Annotated[str, Meta(description="All that was printed.")]


class McpResult(Reply, frozen=True, kw_only=True):
    """What came of a command."""

    session_id: SessionId
    success: bool
    message: Annotated[
        str,
        Meta(min_length=1, description="The first line of the output, or why there is none."),
    ]
    data: McpOutput

    @classmethod
    def of_run(cls, session_id: str, success: bool, output: str) -> McpResult:
        """What came of a run that printed *output*."""
        nothing = "Done." if success else "It failed and printed nothing."
        first = output.partition("\n")[0] or nothing
        return cls(
            session_id=session_id, success=success, message=first, data=McpOutput(output=output)
        )


class AgentInfo(Reply, frozen=True, kw_only=True):
    """An agent that Janus knows, and whether it is on this computer."""

    name: str
    label: Annotated[str, Meta(description="Its name for a person.")]
    available: bool
    version: str | None
    protocol: AgentProtocol | None
    install: Annotated[str, Meta(description="How to install it.")]
    login: Annotated[str, Meta(description="How to log in.")]

    @classmethod
    def of_survey(cls, spec: object, found: object | None) -> AgentInfo:
        """What is told of an agent that was looked for, and perhaps *found*."""
        here = {name: getattr(found, name, None) for name in ("version", "protocol")}
        return cls.of(spec, available=found is not None, **here)


class AgentList(Reply, frozen=True, kw_only=True):
    """The agents, in the order of preference."""

    agents: list[AgentInfo]
