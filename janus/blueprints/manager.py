"""What the views need of whoever manages the sessions, here or on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

from janus.blueprints.translation import Record
from janus.model import Answer, Ended, Message, SessionInfo
from janus.runtime import runtime


class State(Protocol):
    """The whole conversation at one moment: a frozen value whose JSON is ``state.State``."""

    @property
    def seq(self) -> int: ...


class Conversations(Protocol):
    """What a stream needs: reading, which makes nothing."""

    def state(self, session_id: str) -> State:
        """The state of the session; an empty one of an unknown session."""

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """Each record after *seq*, and None on every quiet heartbeat. Waits for an unknown session
        to begin, and ends with the session.
        """


class Manager(Conversations, Protocol):
    """What the views need. It hands out values, and nothing that changes."""

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        *,
        branch: str | None = None,
        isolated: bool | None = None,
    ) -> SessionInfo: ...
    def get(self, session_id: str) -> SessionInfo: ...
    def all(self) -> list[SessionInfo]: ...
    def touch(self, session_id: str) -> SessionInfo: ...
    def rename(self, session_id: str, name: str) -> SessionInfo: ...
    def resume(self, session_id: str) -> SessionInfo: ...
    def conversation(self, session_id: str) -> list[Message]: ...
    def ask(self, session_id: str, question: str, message_id: str | None = None) -> Answer: ...
    def end(
        self, session_id: str, *, summary: bool = True, cleanup: bool = False, force: bool = False
    ) -> Ended: ...
    def say(self, session_id: str | None, text: str, message_id: str | None = None) -> State: ...
    def note(self, session_id: str | None, text: str) -> State: ...
    def interrupt(
        self, session_id: str, turn_id: str | None = None, send_queue: bool = False
    ) -> State: ...
    def answer(
        self,
        session_id: str,
        request_id: str,
        option_id: str,
        answers: dict[str, Any] | None = None,
    ) -> State: ...
    def choose(self, session_id: str, option_id: str, value: str) -> State: ...
    def withdraw(self, session_id: str, message_id: str | None) -> State: ...
    def send_queue(self, session_id: str) -> State: ...
    def mcp(self, session_id: str, command: str, args: list[str]) -> tuple[bool, str]: ...


def manager() -> Manager:
    """The manager of the app that serves this request."""
    return cast(Manager, runtime().manager)
