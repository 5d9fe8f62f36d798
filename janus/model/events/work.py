"""What the agent does, plans and asks."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from janus.model import Amount
from janus.model.events.base import Event


class FileChange(Struct, frozen=True):
    """How a tool changes one file, for who has to allow it.

    Each hunk is the lines that change with some around them, each behind its sign: a space, ``-``
    or ``+``. They have no numbers: agents tell of a piece of a file as if it were the whole.
    ``left_out`` is how many lines more there are than are told.
    """

    path: str
    hunks: tuple[tuple[str, ...], ...]
    left_out: int = 0


class ToolCall(Event, frozen=True):
    """All that is known of one tool call by now.

    ``status`` is ``in_progress``, ``completed``, ``failed``, ``rejected`` or ``cancelled``.
    ``images`` are the ids of the pictures in its output.
    """

    id: str
    name: str
    kind: str
    title: str
    status: str
    output: str = ""
    turn_id: str | None = None
    images: tuple[str, ...] = ()
    changes: tuple[FileChange, ...] = ()


class Image(Event, frozen=True):
    """A picture the agent shows, told once: tool calls name it by its ``id``."""

    id: str
    media_type: str
    #: As base64.
    data: str
    turn_id: str | None = None


class WorkMeasured(Event, frozen=True):
    """How much the files changed: in a turn, and in all since the session began."""

    turn_id: str
    turn: Amount
    session: Amount


class PlanEntry(Struct, frozen=True):
    """One step of a plan."""

    content: str
    status: str
    priority: str


class PlanChanged(Event, frozen=True):
    """The agent's plan, whole."""

    entries: tuple[PlanEntry, ...]
    turn_id: str | None = None


class QuestionOption(Struct, frozen=True):
    """One answer to a question. ``kind`` is that of ACP: ``allow_once``, … or nothing."""

    id: str
    name: str
    kind: str = ""


class QuestionAsked(Event, frozen=True):
    """The agent asks its user. ``kind`` is ``permission`` or ``question``.

    ``fields`` are to be filled in; ``url`` is a page to open; ``tool_call`` is what it is about.
    """

    request_id: str
    kind: str
    title: str
    options: tuple[QuestionOption, ...]
    text: str = ""
    url: str = ""
    fields: tuple[dict[str, Any], ...] = ()
    tool_call: ToolCall | None = None
    turn_id: str | None = None


class QuestionClosed(Event, frozen=True):
    """A question was answered (``outcome`` is ``selected``) or dropped (``cancelled``)."""

    request_id: str
    option_id: str | None
    outcome: str
    turn_id: str | None = None
