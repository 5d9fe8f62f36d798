"""The words of the wire: what the bodies, queries and answers of the API are made of.

    class AskBody(Body):                          checked on the way in
        question: Text
        #: Readers of the description are told this.
        message_id: MessageId | None = None

``tests/api`` writes ``openapi.json`` and the page's ``wire.ts`` from them: a ``title`` becomes a
name there, and what readers are told is the docstring and the ``#:`` above a field or a type.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from msgspec import Meta, Struct

#: Bytes of a body.
LIMIT = 1 << 20
#: Characters of a name, an id and the like, and of what is filled in somewhere.
SHORT, LONG = 200, 10_000
#: A number to fill in may be so large: what 64 bits hold, whatever reads it.
LARGEST = 9 * 10**18
#: Something else than spaces and control characters. Not ``isprintable()``: Python's tables are
#: older than the emoji of a phone.
VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object that a view takes. A field that is null counts as absent."""


class LenientBody(Body, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A body whose unknown fields are ignored: clients of the chat may send more."""


class Query(Struct, frozen=True, kw_only=True):
    """The parameters of an address. An empty one counts as absent."""

    # Of a parameter the header that counts before it, if there is such.
    headers: ClassVar[dict[str, str]] = {}


class Reply(Struct, frozen=True, kw_only=True):
    """A JSON object that a view gives."""

    @classmethod
    def of(cls, value: object, **more: Any) -> Self:
        """What is told of *value*, a frozen value of the house or a dict, and *more*."""
        names = cls.__struct_fields__
        if not isinstance(value, dict):
            value = {name: getattr(value, name) for name in names if hasattr(value, name)}
        told = {**value, **more}
        return cls(**{name: told[name] for name in names if name in told})


def readable(name: str) -> str:
    """The name of a file without the bytes that are no text."""
    return name.encode("utf-8", "replace").decode()


def shaped(pattern: str, *examples: str, **more: Any) -> Meta:
    """The shape of a text, for readers only: whoever uses the text checks it."""
    return Meta(extra_json_schema={"pattern": pattern}, examples=[*examples] or None, **more)


_UUID = "8a7f0a52-6f0e-4f43-9d0c-0a2f5a9b7f11"
_ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"


class Amount(Reply, frozen=True, kw_only=True):
    """How much changed."""

    files: Annotated[int, Meta(ge=0)]
    #: Lines that came, and lines that went; only files of text have some.
    added: Annotated[int, Meta(ge=0)]
    removed: Annotated[int, Meta(ge=0)]


#: The client's own id of a file, a UUID say: sent again, it is the same file.
AttachmentId = Annotated[str, shaped(f"^{_ID}$", _UUID, max_length=SHORT)]
#: Files that go with it, which `POST /api/attachments` has taken whole.
AttachmentIds = Annotated[list[AttachmentId], Meta(max_length=10)]
# Texts. A `#:` above a type describes each field of the type that has no description of its own.

DeviceId = Annotated[str, Meta(examples=[_UUID])]
SessionId = Annotated[str, shaped(f"^{_ID}$", _UUID, title="SessionId")]
# An empty one counts as absent.
#: The session to speak in; one is made, with this id or a new one, if there is none.
OwnSessionId = Annotated[str, shaped(f"^({_ID})?$")]
#: The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted
#: once.
MessageId = Annotated[str, Meta(max_length=SHORT)]
#: Words, not only spaces and control characters; as long as a body may be.
Text = Annotated[str, Meta(pattern=VISIBLE)]
Word = Annotated[str, Meta(pattern=VISIBLE, max_length=SHORT)]
Short = Annotated[str, Meta(max_length=SHORT)]
Told = Annotated[str, Meta(min_length=1)]
#: What a session is called later, by its owner.
SessionTitle = Annotated[str, Meta(min_length=1, max_length=80, examples=["Mend the login"])]
SessionName = Annotated[str, shaped("^[a-zA-Z0-9-]{1,50}$", "fix-login", max_length=SHORT)]
_Time = Meta(
    title="Time",
    extra_json_schema={"format": "date-time", "pattern": f"^{_CLOCK}$"},
    examples=["2027-01-15T08:00:00.250Z"],
)
#: ISO 8601 in UTC, with milliseconds.
Time = Annotated[str, _Time]
#: When it happened.
At = Annotated[str, _Time]
#: The project it is in.
ProjectId = Annotated[str, shaped(f"^{_ID}$", "3f9d1c0b7a2e4d58", max_length=SHORT)]
# Where it may be left out, an empty one counts as absent.
AnyProjectId = Annotated[str, shaped(f"^({_ID})?$", max_length=SHORT)]
Path = Annotated[str, Meta(pattern="^/[^\\x00]*$", max_length=1000)]
AnyPath = Annotated[str, Meta(pattern="^(/[^\\x00]*)?$", max_length=1000)]
#: Its number, which is its `id` too.
Seq = Annotated[int, Meta(ge=1)]
# ``make api`` adds which there are, of these two.
AgentName = Annotated[str, Meta(title="AgentName", max_length=SHORT)]
#: What programs look at.
ErrorCode = Annotated[str, Meta(title="ErrorCode")]
Count = Annotated[int, Meta(ge=0)]
#: What the message, its answer and all in between have in common; null outside of a turn.
TurnId = Annotated[str | None, Meta()]
_Long = Annotated[str, Meta(max_length=LONG)]
# What is filled in somewhere, or filled in already.
FilledIn = Annotated[
    _Long
    | Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
    | Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
    | bool
    | Annotated[list[_Long], Meta(max_length=100)],
    Meta(title="FilledIn"),
]
OptionValue = Annotated[str | bool | None, Meta(title="OptionValue")]

# Choices.

#: `idle`: no agent runs for it; nothing was asked yet, or Janus was started again since. `active`:
#: it works. `waiting`: for the user. `error`: the agent failed; ask again. `stopped`: it ended.
Status = Annotated[Literal["idle", "active", "waiting", "error", "stopped"], Meta(title="Status")]
#: Why somebody should look.
Attention = Annotated[Literal["permission", "question", "error"] | None, Meta(title="Attention")]
#: Why a session ended.
EndReason = Annotated[Literal["ended", "idle", "crashed", "limit"], Meta(title="EndReason")]
#: `end_turn`: the agent was done. `cancelled`: it was stopped. `failed`: an error follows. Others
#: are the agent's own words, such as `max_tokens`, `max_turn_requests` or `refusal`.
StopReason = Annotated[str, Meta(title="StopReason", examples=["end_turn", "cancelled"])]
#: What a device may do: `read` has read-only access.
Scope = Annotated[Literal["full", "read"], Meta(title="Scope")]
#: How Janus speaks with an agent: only over ACP can it ask before it acts.
AgentProtocol = Annotated[Literal["acp", "print"], Meta(title="AgentProtocol")]


class AnyMachine(Query, frozen=True, kw_only=True):
    """Which machine is meant."""

    #: As in `/api/fleet`; this one if absent.
    machine: Short | None = None


class OneSession(Query, frozen=True, kw_only=True):
    """Which session is meant."""

    session_id: SessionId
