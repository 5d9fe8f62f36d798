"""What subagents do, for agents that give each a session of its own: it is a step of the turn.

subagent_update            the step, with its title and status
updates of that session    the step's output: what the subagent says, and a line for what it does
"""

from __future__ import annotations

from collections.abc import Iterator

from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.outputs import text_of
from janus.agents.acp.tool_calls import ToolCalls
from janus.model.events import Image, ToolCall

_ENDS = {"cancelled": "cancelled", "error": "failed", "refusal": "failed"}


class Subagents:
    """The subagents of one conversation; not thread-safe."""

    def __init__(self, calls: ToolCalls) -> None:
        self._calls = calls

    def announce(self, update: Json, turn_id: str | None) -> Iterator[Image | ToolCall]:
        """Take a ``subagent_update``: there is one, or something of it has changed."""
        id = update.get("sessionId")
        if not isinstance(id, str):
            return
        titles = (update.get(field) for field in ("title", "description"))
        title = next((it for it in titles if isinstance(it, str) and it.strip()), "")
        news: Json = {"name": "subagent", "kind": "think", "title": title}
        if self._calls.get(_step(id)) is None:
            news["title"] = title or "Subagent"
        match update.get("state"):
            case {"state": "idle", "stopReason": str(reason)}:
                news["status"] = _ENDS.get(reason, "completed")
            case {"state": "idle"}:
                news["status"] = "completed"
            case {"state": "running" | "requires_action"}:
                news["status"] = "in_progress"
        yield from self._report(id, news, turn_id)

    def hear(self, id: str, update: Json) -> Iterator[Image | ToolCall]:
        """Take an update of a subagent's own session; one that was not announced is nobody's."""
        if self._calls.get(_step(id)) is None:
            return
        match update:
            case {"sessionUpdate": "agent_message_chunk", "content": content}:
                text = text_of(content)
            case {"sessionUpdate": "tool_call", "title": str(title)}:
                text = f"\n• {title}\n"
            case _:
                return
        yield from self._report(id, {"_meta": {"terminal_output": text}}, None)

    def _report(self, id: str, news: Json, turn_id: str | None) -> Iterator[Image | ToolCall]:
        self._calls.report(_step(id), news, turn_id)
        yield from self._calls.tell(_step(id))


def _step(session_id: str) -> str:
    return f"subagent {session_id}"
