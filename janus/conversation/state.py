"""The state of a conversation: what its events amount to, for a client that only draws.

A message is shown from the moment it is said; an answer from the agent's first sign of work on it,
growing with every delta. Only the newest messages are kept here, the log has all.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from janus.clock import timestamp
from janus.conversation.event import Event

MESSAGES = 100
#: How many message ids are known as accepted: far more than a client retries.
_ACCEPTED = 1000

Json = dict[str, Any]


class State:
    """Fed with every event, in order; not thread-safe, the event log guards it."""

    def __init__(self) -> None:
        self.status = "idle"
        self.notes: list[str] = []  # that the agent has not been told yet
        self.accepted: OrderedDict[str, str] = OrderedDict()  # message id -> turn id
        self.total = 0
        self.turn: str | None = None
        self.conversation: Json | None = None  # which agent had it last, and what it calls it
        self.session: Json | None = None  # what session this is: its name, branch, …
        self.ended = False
        self.summary: Json | None = None  # of all that was said
        self._loading = False
        self._error: str | None = None
        self._messages: OrderedDict[str, Json] = OrderedDict()
        self._parts: list[str] = []  # of the answer that is being given
        self._waiting: OrderedDict[str, Json] = OrderedDict()
        self._permissions: OrderedDict[str, Json] = OrderedDict()
        self._plan: list[Json] = []
        self._options: list[Json] = []

    def hear(self, event: Event) -> None:
        data, turn = event.data, str(event.data.get("turn_id") or "")
        match event.kind:
            case "user_message":
                self._said(event, turn)
            case "status":
                self._status_changed(data, turn)
            case "assistant_delta" if turn:
                message = self._answer(event, turn)
                if message["is_streaming"]:
                    self._parts.append(data["text"])
                else:  # after its turn
                    message["content"] += data["text"]
            case "tool_call" if turn:
                self._answer(event, turn)["tool_calls"][data["id"]] = data
            case "assistant_message":
                self._answer(event, turn)["content"] = data["content"]
                self._finish(turn)
                self.status = "waiting"
            case "error":
                self._finish(turn)
                self.status, self._error = "error", data["code"]
                self._add(f"{turn}:error", event, "system", data["message"])
            case "plan":
                self._plan = data["entries"]
            case "permission_request":
                self._permissions[data["request_id"]] = data
            case "permission_resolved":
                self._permissions.pop(data["request_id"], None)
            case "system_message":
                self._add(data["id"], event, "system", data["content"])
                self.notes.append(data["content"])
                if turn:
                    self._wait(event, turn, data["id"])
            case "summary":
                self.summary = data
            case "session_ended":
                self.status, self.ended = "stopped", True

    @property
    def attention(self) -> str | None:
        """Why somebody should look: ``permission``, ``question``, ``error``, or nothing."""
        asked = [request["kind"] for request in self._permissions.values()]
        if asked:
            return "permission" if "permission" in asked else "question"
        return "error" if self._error else None

    @property
    def unanswered(self) -> list[str]:
        """The turns that were accepted and have neither an answer nor an error yet."""
        running = [self.turn] if self.turn else []
        return [*running, *self._waiting]

    def partial(self, turn: str) -> str:
        """What was said so far in answer to *turn*, which is not finished."""
        message = self._messages.get(f"{turn}:answer")
        return "".join(self._parts) if message and message["is_streaming"] else ""

    def to_json(self) -> Json:
        """The state of the contract, but for what only the session knows."""
        return {
            "status": self.status,
            "attention": self.attention,
            "is_processing": self.turn is not None or bool(self._waiting),
            "is_loading": self._loading,
            "missing_api_key": self._error == "AGENT_LOGIN_REQUIRED",
            "messages": [self._shown(message) for message in self._messages.values()],
            "total_messages": self.total,
            "plan": self._plan,
            "options": self._options,
            "permissions": list(self._permissions.values()),
            "queue": list(self._waiting.values()),
        }

    def _said(self, event: Event, turn: str) -> None:
        id = event.data.get("message_id")
        self._add(turn, event, "user", event.data["content"], id or turn)
        self._wait(event, turn, id or turn)
        if id:
            self.accepted[id] = turn
            if len(self.accepted) > _ACCEPTED:
                self.accepted.popitem(last=False)

    def _wait(self, event: Event, turn: str, id: str) -> None:
        shown = {"message_id": id, "turn_id": turn, "content": event.data["content"]}
        self._waiting[turn] = {**shown, "timestamp": timestamp(event.at)}

    def _status_changed(self, data: Json, turn: str) -> None:
        self.status = data["status"]
        self._loading = data.get("loading", self._loading)
        if self.status == "idle":  # the agent is gone, and what it asked with it
            self._permissions.clear()
            self._loading = False
        elif self.status == "error":
            self._error = self._error or "AGENT_FAILED"
        if "session" in data:
            self.session, self.ended = data["session"], False
        if "conversation_id" in data:
            self.conversation, self._error = data, None
            self._loading = False
        self._options = data.get("options", self._options)
        if data.get("turn") == "started":
            self.turn, self._error, self._loading = turn, None, True
            self.notes = []
            self._waiting.pop(turn, None)
        elif data.get("turn") == "withdrawn":
            self._waiting.pop(turn, None)
            self.total -= self._messages.pop(turn, None) is not None

    def _answer(self, event: Event, turn: str) -> Json:
        """The message that answers *turn*, made if it is not there yet."""
        id = f"{turn}:answer"
        self._loading = False
        if id not in self._messages:
            self._parts = []
            self._add(id, event, "assistant", "")
            self._messages[id]["is_streaming"] = True
        return self._messages[id]

    def _finish(self, turn: str) -> None:
        message = self._messages.get(f"{turn}:answer")
        if message and message["is_streaming"]:
            message["content"] = message["content"] or "".join(self._parts)
            message["is_streaming"] = False
        self._loading = False
        self._waiting.pop(turn, None)
        if self.turn == turn:
            self.turn = None

    def _add(self, key: str, event: Event, sender: str, content: str, id: str = "") -> None:
        self._messages[key] = {
            "id": id or key,
            "sender": sender,
            "content": content,
            "timestamp": timestamp(event.at),
            "is_streaming": False,
            "turn_id": event.data.get("turn_id"),
            "tool_calls": {},
        }
        self.total += 1
        self.summary = None
        if len(self._messages) > MESSAGES:
            self._messages.popitem(last=False)

    def _shown(self, message: Json) -> Json:
        content = "".join(self._parts) if message["is_streaming"] else message["content"]
        return {**message, "content": content, "tool_calls": list(message["tool_calls"].values())}
