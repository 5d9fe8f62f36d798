"""What the user sends beside words: files, and what is to go later."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire import words


class Attachment(words.Reply, frozen=True, kw_only=True):
    """A file that went with a message; `GET /api/attachment` has it."""

    attachment_id: str
    name: str
    #: In bytes.
    size: words.Count
    #: As its bytes say; a picture was made acceptable, and may be of another kind than was sent.
    media_type: Annotated[str, Meta(examples=["image/jpeg", "text/plain"])]
    #: Of a picture, in pixels.
    width: words.Count | UnsetType = UNSET
    height: words.Count | UnsetType = UNSET


class ScheduledMessage(words.Reply, frozen=True, kw_only=True):
    """A message that is sent later."""

    #: The message has it when it is sent.
    message_id: str
    content: str
    #: When it is sent.
    at: words.Time
    #: It was to wait for the agent's limit.
    after_limit: bool
    #: Janus did not run then. It is sent when the user says so, by `POST /api/chat` with this
    #: `message_id`, or taken back.
    missed: bool
    attachments: list[Attachment] | UnsetType = UNSET
