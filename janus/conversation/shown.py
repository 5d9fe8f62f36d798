"""What a reader is handed: the newest messages as they are, and the state with them.

Frozen values; ``blueprints.translation`` gives them the shape of the wire.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from janus.conversation.snapshot import Snapshot
from janus.model import Amount
from janus.model.events import Attachment, ToolCall


class ShownMessage(Struct, frozen=True):
    """One message. ``at`` is in seconds; ``stop_reason`` says why an answer ended, once it has.

    ``seconds`` is how long its turn took, ``took`` how long each tool call did that is over,
    ``changed`` how much its files changed.
    """

    id: str
    sender: str
    content: str
    at: float
    is_streaming: bool
    turn_id: str | None
    stop_reason: str | None
    tool_calls: tuple[ToolCall, ...]
    thoughts: str = ""
    seconds: float | None = None
    took: Mapping[str, float] = {}
    changed: Amount | None = None
    attachments: tuple[Attachment, ...] = ()


class State(Struct, frozen=True, kw_only=True):
    """A whole conversation as it is at event ``seq``; its messages are the newest 100.

    ``left_out`` counts the lines of its log that are damaged; ``agent`` is the name of the agent,
    and ``asks`` whether that can ask before it acts.
    """

    session_id: str
    seq: int = 0
    now: Snapshot = Snapshot()
    messages: tuple[ShownMessage, ...] = ()
    total: int = 0
    left_out: int = 0
    agent: str = ""
    asks: bool = True
    project_id: str = ""
    project: str = ""
