"""What can be asked of sessions, wherever they are: the protocol of their managers.

``sessions.manager`` has those of this machine, ``fleet.remote`` those of other ones, and
``fleet.placing`` those of a team, as a gateway shows them. Whoever holds a manager need not know
which of them it is: what comes back is the same values, with ``machine`` where it is another one.
What is not here is about files and programs, which only the machine of a session has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State
from janus.model import Answer, Ended, Message, ReadOut, SessionInfo
from janus.model.events import Attachment, Image, OwnerTold, QuestionAsked


class Upload(Protocol):
    """What is there of a file that goes with a message."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def whole(self) -> Attachment | None: ...


class Files(Protocol):
    """What goes with messages; see ``Attachments`` in storage."""

    def take(
        self, session_id: str, id: str, name: str, size: int, offset: int, content: bytes
    ) -> Upload: ...
    def get(self, session_id: str, id: str) -> Attachment: ...
    def read(self, session_id: str, id: str, *, small: bool = False) -> bytes: ...
    def remove(self, session_id: str, id: str) -> None: ...


class Followed(Protocol):
    """Where a session is followed, also one that has not begun."""

    def state(self, session_id: str) -> State: ...
    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]: ...


class Beginning(Protocol):
    """Where a session is made."""

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        *,
        branch: str | None = None,
        isolated: bool | None = None,
        options: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> SessionInfo: ...


class Reading(Followed, Protocol):
    """What is read of sessions; nothing is made by it. All but ``knows`` raise SessionNotFound."""

    def knows(self, session_id: str) -> bool: ...
    def get(self, session_id: str) -> SessionInfo: ...
    def glimpse(self, session_id: str) -> State | None: ...
    def asked(self, session_id: str) -> tuple[QuestionAsked, ...]: ...
    def said(self, session_id: str) -> Iterator[Message]: ...
    def transcript(self, session_id: str) -> tuple[SessionInfo, list[Message]]: ...
    def image(self, session_id: str, image_id: str) -> Image: ...
    def older(
        self, session_id: str, before: str | None, most: int
    ) -> tuple[tuple[ShownMessage, ...], bool]: ...


class Answering(Protocol):
    """What agents ask, and the answers to it."""

    def read_out(self, session_id: str, request_id: str) -> ReadOut: ...
    def answer(
        self,
        session_id: str,
        request_id: str,
        option_id: str,
        answers: dict[str, Any] | None = None,
        *,
        spoken: str | None = None,
        again: str = "",
        digest: str | None = None,
    ) -> State: ...


class SessionManager(Reading, Answering, Beginning, Protocol):
    """All of it. For what each call does and raises see ``MemorySessionManager``."""

    @property
    def attachments(self) -> Files: ...
    def record(self, session_id: str, event: OwnerTold) -> None: ...
    def say(
        self,
        session_id: str | None,
        text: str,
        message_id: str | None = None,
        *,
        voice: bool = False,
        attachments: Sequence[str] = (),
    ) -> State: ...
    def ask(
        self,
        session_id: str,
        question: str,
        message_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Answer: ...
    def note(self, session_id: str | None, text: str) -> State: ...
    def interrupt(
        self, session_id: str, turn_id: str | None = None, *, send_queue: bool = False
    ) -> State: ...
    def send_queue(self, session_id: str) -> State: ...
    def withdraw(self, session_id: str, message_id: str | None) -> State: ...
    def choose(self, session_id: str, option_id: str, value: str) -> State: ...
    def touch(self, session_id: str) -> SessionInfo: ...
    def rename(self, session_id: str, name: str) -> SessionInfo: ...
    def resume(self, session_id: str) -> SessionInfo: ...
    def end(
        self,
        session_id: str,
        *,
        summary: bool = True,
        cleanup: bool = False,
        force: bool = False,
        branch: bool = False,
        reason: str = "ended",
    ) -> Ended: ...
