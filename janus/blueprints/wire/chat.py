"""What the calls of the chat take; all but the stream give the state."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from janus.blueprints.wire.state import FilledIn
from janus.blueprints.wire.words import (
    Body,
    LenientBody,
    MessageId,
    OneSession,
    OwnSessionId,
    SessionId,
    Short,
    Text,
    Word,
)


class ChatBody(LenientBody, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A message."""

    message: Text
    session_id: OwnSessionId | None = None
    message_id: MessageId | None = None


class InterruptBody(LenientBody, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Which turn to stop."""

    session_id: SessionId
    turn_id: Annotated[
        Short | None,
        Meta(description="Stop this turn only: nothing happens when it is over already."),
    ] = None
    send_queue: Annotated[
        bool,
        Meta(description="True: send what waits at once. False: hold it until the user says so."),
    ] = False


class SystemBody(LenientBody, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A note for the agent."""

    message: Text
    session_id: OwnSessionId | None = None


class QueueBody(Body, frozen=True, kw_only=True):
    """What to do with the messages that wait."""

    session_id: SessionId
    action: Annotated[Literal["send"], Meta(description="`send`: send what is held, in its order.")]


class WithdrawQuery(OneSession, frozen=True, kw_only=True):
    """Which message to withdraw."""

    message_id: Annotated[
        str | None, Meta(description="As in the state's `queue`; all that wait if absent.")
    ] = None


class PermissionBody(Body, frozen=True, kw_only=True):
    """An answer to what the agent asks."""

    session_id: SessionId
    request_id: Annotated[Word, Meta(description="As in the state's `permissions`.")]
    option_id: Annotated[Word, Meta(description="The `id` of one of the options.")]
    answers: (
        Annotated[
            dict[Short, FilledIn],
            Meta(
                max_length=50,
                description="What was filled in, by the `id` of the field; what is not required "
                "may be left out.",
            ),
        ]
        | None
    ) = None


class OptionBody(Body, frozen=True, kw_only=True):
    """A choice among the agent's options."""

    session_id: SessionId
    option_id: Annotated[Word, Meta(description="The `id` of an option.")]
    value: Annotated[Word, Meta(description="The `value` of one of its choices, as text.")]


class StreamQuery(OneSession, frozen=True, kw_only=True):
    """From where to go on."""

    last_event_id: Annotated[
        str | None,
        Meta(
            description="The number of the last event the client has seen. Browsers send it as the "
            "header when they come back, which counts first.",
            extra_json_schema={"pattern": "^[0-9]{0,15}$"},
            extra={"header": "Last-Event-ID"},
        ),
    ] = None
