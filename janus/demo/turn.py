"""One prompt while it is answered: whatever is said, done and asked for it goes out here."""

import os
import re
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from janus.demo.session import Session
from janus.demo.workspace import Workspace

Json = dict[str, Any]

_PERMISSIONS = [
    {"optionId": "allow_once", "kind": "allow_once", "name": "Allow once"},
    {"optionId": "allow_always", "kind": "allow_always", "name": "Always allow in this session"},
    {"optionId": "reject_once", "kind": "reject_once", "name": "Deny"},
]


class Cancelled(Exception):
    """The user has cancelled the prompt."""


class Turn:
    """Runs in a thread of its own; ``cancel`` and ``receive`` are called by the one that reads."""

    def __init__(self, session: Session, send: Callable[..., None], *, forms: bool) -> None:
        self.session = session
        self.workspace = Workspace(session.root, self.pulse)
        self.asked = ""  # the id of the request that has no answer yet
        self.said = self.subject = self.wrote = ""
        self._send = send
        self._forms = forms  # whether the client can show one
        self._message_id = new_id()
        self._call = ""
        self._answers: SimpleQueue[object] = SimpleQueue()
        self._cancelled = False

    def cancel(self) -> None:
        """End it at its next step; a question that it asks is answered."""
        self._cancelled = True
        self._answers.put(None)

    def receive(self, result: object) -> None:
        """The user's answer to what was asked."""
        self._answers.put(result)

    def pulse(self) -> None:
        """Raise Cancelled if the user wants no more of it."""
        if self._cancelled:
            raise Cancelled

    def say(self, text: str) -> None:
        """A piece of the answer, word by word."""
        for word in re.findall(r"\S+\s*|\s+", text):
            self.pulse()
            self.update("agent_message_chunk", **message(word, self._message_id))
            self.said += word

    def plan(self, entries: Sequence[str], done: int) -> None:
        """The plan, if it has several entries: so many are done, and the next is being done."""
        if len(entries) < 2:
            return
        states = ["completed"] * done + ["in_progress"] + ["pending"] * len(entries)
        both = zip(entries, states, strict=False)
        shown = [{"content": text, "priority": "medium", "status": state} for text, state in both]
        self.update("plan", entries=shown)

    def start(self, kind: str, title: str, status: str = "in_progress", **more: Any) -> Json:
        """Use a tool; returns what is told of that."""
        self.pulse()
        self._call = new_id()
        call = {"toolCallId": self._call, "kind": kind, "title": title, "status": status, **more}
        self.update("tool_call", **call)
        return call

    def finish(self, text: str = "", *, ok: bool = True) -> None:
        """The tool that runs, if one does, has ended, and with what."""
        if self._call:
            shown = {"content": [{"type": "content", **message(text)}]} if text else {}
            call, self._call = self._call, ""
            status = "completed" if ok else "failed"
            self.update("tool_call_update", toolCallId=call, status=status, **shown)

    def may(self, kind: str, title: str, **more: Any) -> bool:
        """Ask whether a tool may be used; whatever is not understood allows nothing."""
        call = self.start(kind, title, "pending", **more)
        if self.session.trusts:
            return True
        match self._ask("session/request_permission", toolCall=call, options=_PERMISSIONS):
            case {"outcome": {"outcome": "cancelled"}}:
                raise Cancelled
            case {"outcome": {"optionId": "allow_once" | "allow_always" as option}}:
                self.session.trusts = option == "allow_always"
                return True
        return False

    def question(self, message: str, choices: Sequence[str]) -> str:
        """Ask for one of *choices*; empty if there is no answer, or no way to ask."""
        if not self._forms:
            return ""
        options = [{"const": choice, "title": choice} for choice in choices]
        field = {"type": "string", "title": "Your answer", "oneOf": options}
        schema = {"type": "object", "properties": {"answer": field}, "required": ["answer"]}
        match self._ask("elicitation/create", mode="form", message=message, requestedSchema=schema):
            case {"action": "accept", "content": {"answer": str(answer)}}:
                return answer
        return ""

    def _ask(self, method: str, **params: Any) -> object:
        self.pulse()
        self.asked = new_id()
        self._send(id=self.asked, method=method, params={"sessionId": self.session.id, **params})
        result = self._answers.get()
        self.asked = ""
        self.pulse()
        return result

    def update(self, kind: str, /, **fields: Any) -> None:
        """Report something to the client."""
        params = {"sessionId": self.session.id, "update": {"sessionUpdate": kind, **fields}}
        self._send(method="session/update", params=params)


def message(text: str, id: str = "") -> Json:
    """A piece of the message called *id*."""
    return {"content": {"type": "text", "text": text}, **({"messageId": id} if id else {})}


def new_id() -> str:
    """One that nobody else has; the library's uuid would take longer to import."""
    return os.urandom(16).hex()
