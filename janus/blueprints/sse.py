"""Server-sent events.

    data: {…the state…}                    unnamed, on connect and when a turn or permission changes
    event: assistant_delta                 named and numbered, what happened
    event: ping                            named and unnumbered, for the watchdog of the client

Every event with an id carries the number of the last event it covers, so that a client that comes
back with it misses nothing and gets nothing twice.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from flask import Response

from janus.clock import timestamp
from janus.conversation.record import Record as Event
from janus.errors import InvalidRequest

#: Seconds between two signs of life.
HEARTBEAT = 15.0
#: Seconds a reader may keep the thread waiting that writes to it.
STALLED = 20.0
_WAITING = 1 << 17
#: After these the whole state is sent: a turn began or ended, or a permission changed.
_TURNING_POINTS = {
    "assistant_message",
    "error",
    "permission_request",
    "permission_resolved",
    "session_ended",
}


class Followed(Protocol):
    """What a stream needs of a session."""

    def state(self) -> dict[str, Any]: ...
    def follow(self, seq: int, heartbeat: float) -> Iterator[Event | None]: ...


def encode(session: Followed, last: int | None) -> Iterator[str]:
    """The stream for a client that has seen event *last*, or nothing."""
    state = session.state()
    seq: int = state["seq"]
    behind = last is not None and last < seq  # then the state comes after what was missed
    if not behind:
        yield _state(state, seq)
    del state  # it can be large, and a stream lasts for hours
    for event in session.follow(last if behind and last is not None else seq, HEARTBEAT):
        if event is None:
            yield "event: ping\ndata: {}\n\n"
            continue
        yield _named(event)
        if behind:
            behind = event.seq < seq
            turned = not behind
        else:
            turned = event.kind in _TURNING_POINTS or "turn" in event.data
        if turned:
            yield _state(session.state(), event.seq)


def _state(state: dict[str, Any], seq: int) -> str:
    return f"id: {seq}\ndata: {json.dumps(state)}\n\n"


def _named(event: Event) -> str:
    data = json.dumps({"seq": event.seq, "at": timestamp(event.at), **event.data})
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {data}\n\n"


def event_number(text: str | None) -> int | None:
    """The number in a ``Last-Event-ID``; none in an empty one."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InvalidRequest("last_event_id must be the number of an event.")
    return int(text)


def free_when_gone(response: Response, environ: dict[str, Any]) -> None:
    """Let writing to a phone that has vanished fail, or its thread is lost for good."""
    connection = environ.get("gunicorn.socket")
    if connection is None:
        return
    connection.settimeout(STALLED)
    # What waits here for a slow reader is not merged any more, and costs memory.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _WAITING)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # the kernel's own patience is a quarter of an hour
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED * 1000))

    def say_no_more() -> None:
        """Nobody may wait for its last words: gunicorn would, 2 s, on the thread that accepts."""
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RD)

    response.call_on_close(say_no_more)


def hang_up(environ: dict[str, Any]) -> Callable[[], None]:
    """What ends the connection of a stream at once, whatever its thread waits for."""

    def hang_up() -> None:
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    return hang_up
