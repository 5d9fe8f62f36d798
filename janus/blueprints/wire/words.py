"""The words of the wire: what the bodies, queries and answers of the API are made of.

    class AskBody(Body):                          checked on the way in
        question: Text
        message_id: MessageId | None = None

``tests/api`` writes ``openapi.json`` and the page's ``wire.ts`` from them: a ``title`` becomes a
name there, the docstring and ``description`` are what readers are told.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct, convert

#: Bytes of a body, and characters of what is said.
LIMIT = 1 << 20
#: Characters of a name, an id and the like, and of what is filled in somewhere.
SHORT, LONG = 200, 10_000
#: A number to fill in may be so large: what 64 bits hold, whatever reads it.
LARGEST = 9 * 10**18
#: Something else than spaces and control characters. Not ``isprintable()``: Python's tables are
#: older than the emoji of a phone.
VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"

_R = TypeVar("_R", bound="Reply")


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object that a view takes. A field that is null counts as absent."""


class LenientBody(Body, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A body whose unknown fields are ignored: clients of the chat may send more."""


class Query(Struct, frozen=True, kw_only=True):
    """The parameters of an address. An empty one counts as absent."""


class Reply(Struct, frozen=True, kw_only=True):
    """A JSON object that a view gives."""

    @classmethod
    def of(cls: type[_R], value: object, **more: Any) -> _R:
        """What is told of *value*, a frozen value of the house or a dict, and *more*."""
        told = value if isinstance(value, dict) else _attributes(value, cls)
        return convert({**told, **more}, cls, from_attributes=True)


def _attributes(value: object, kind: type[Struct]) -> dict[str, Any]:
    names = kind.__struct_fields__
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _described(text: str, **more: Any) -> Meta:
    return Meta(description=text, extra_json_schema=more or None)


# Texts.

SessionId = Annotated[
    str,
    Meta(
        title="SessionId",
        extra_json_schema={"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"},
        examples=["8a7f0a52-6f0e-4f43-9d0c-0a2f5a9b7f11"],
    ),
]
#: Of a session that is made if there is none; an empty one counts as absent.
OwnSessionId = Annotated[
    str,
    _described(
        "The session to speak in; one is made, with this id or a new one, if there is none.",
        pattern="^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$",
    ),
]
MessageId = Annotated[
    str,
    Meta(
        max_length=SHORT,
        description="The client's own id of what it says, a UUID say: sent again, it is the same "
        "message, and accepted once.",
    ),
]
Text = Annotated[
    str,
    Meta(
        pattern=VISIBLE,
        max_length=LIMIT,
        description="Words, not only spaces and control characters.",
    ),
]
Word = Annotated[str, Meta(pattern=VISIBLE, max_length=SHORT)]
Short = Annotated[str, Meta(max_length=SHORT)]
SessionName = Annotated[
    str,
    Meta(
        max_length=SHORT,
        extra_json_schema={"pattern": "^[a-zA-Z0-9-]{1,50}$"},
        examples=["fix-login"],
    ),
]
Time = Annotated[
    str,
    Meta(
        title="Time",
        description="ISO 8601 in UTC, with milliseconds.",
        extra_json_schema={
            "format": "date-time",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        },
        examples=["2027-01-15T08:00:00.250Z"],
    ),
]
#: ``make api`` adds which there are, of these two.
AgentName = Annotated[str, Meta(title="AgentName", max_length=SHORT)]
ErrorCode = Annotated[str, Meta(title="ErrorCode", description="What programs look at.")]
Count = Annotated[int, Meta(ge=0)]
TurnId = Annotated[
    str | None,
    _described(
        "What the message, its answer and all in between have in common; null outside of a turn."
    ),
]

# Choices.

Status = Annotated[
    Literal["idle", "active", "waiting", "error", "stopped"],
    Meta(
        title="Status",
        description="`idle`: no agent runs for it; nothing was asked yet, or Janus was started "
        "again since. `active`: it works. `waiting`: for the user. `error`: the agent failed; ask "
        "again. `stopped`: it ended.",
    ),
]
Attention = Annotated[
    Literal["permission", "question", "error"] | None,
    Meta(title="Attention", description="Why somebody should look."),
]
StopReason = Annotated[
    str,
    Meta(
        title="StopReason",
        description="`end_turn`: the agent was done. `cancelled`: it was stopped. `failed`: an "
        "error follows. Others are the agent's own words, such as `max_tokens`, "
        "`max_turn_requests` or `refusal`.",
        examples=["end_turn", "cancelled"],
    ),
]
Scope = Annotated[
    Literal["full", "read"],
    Meta(title="Scope", description="What a device may do: `read` has read-only access."),
]
AgentProtocol = Annotated[
    Literal["acp", "print"],
    Meta(
        title="AgentProtocol",
        description="How Janus speaks with an agent: only over ACP can it ask before it acts.",
    ),
]


class OneSession(Query, frozen=True, kw_only=True):
    """Which session is meant."""

    session_id: SessionId
