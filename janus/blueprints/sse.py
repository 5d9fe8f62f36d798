"""Server-sent events.

    data: {…the state…}                    unnamed, on connect and when a turn or permission changes
    event: assistant_delta                 named and numbered, what happened
    event: ping                            named and unnumbered, for the watchdog of the client

Every event with an id carries the number of the last event it covers, so that a client that comes
back with it misses nothing and gets nothing twice.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

import msgspec
from flask import Response

from janus.blueprints.frames import FRAMES, Frame
from janus.blueprints.pieces import pieces
from janus.blueprints.translation import translate
from janus.conversation.manager import Followed
from janus.conversation.record import Record
from janus.errors import InvalidRequest
from janus.model import events

#: Seconds between two signs of life.
HEARTBEAT = 15.0
#: Seconds a reader may keep the thread waiting that writes to it.
STALLED = 20.0
_WAITING = 1 << 17
_PING = b"event: ping\ndata: {}\n\n"
#: After these the whole state is sent.
_TURNING_POINTS = (
    events.TurnStarted | events.TurnFinished | events.TurnFailed | events.TurnWithdrawn
    | events.QueueHeld | events.QueueReleased | events.WorkMeasured
    | events.SendScheduled | events.SendCancelled | events.SendMissed
    | events.QuestionAsked | events.QuestionClosed | events.SessionEnded | events.OwnerTold
)  # fmt: skip
_encode = msgspec.json.Encoder().encode


def encode(conversations: Followed, session_id: str, last: int | None) -> Iterator[bytes]:
    """The stream for a client that has seen event *last*, or nothing.

    Raises at once what stands against reading the session.
    """
    seq = conversations.state(session_id).seq
    if last is not None and last < seq:  # then the state comes after what was missed
        return _encoded(conversations, session_id, last, seq)
    frame = FRAMES.of(conversations, session_id, at_least=0 if last is None else last)
    return chain(_sent(frame.seq, frame), _encoded(conversations, session_id, frame.seq, None))


def _encoded(
    conversations: Followed, session_id: str, after: int, behind: int | None
) -> Iterator[bytes]:
    """What happens after an event, with the state at each turning point, but first at *behind*."""
    for record in conversations.follow(session_id, after, HEARTBEAT):
        if record is None:
            yield _PING
            continue
        yield _named(record)
        if behind is None:
            turned = isinstance(record.event, _TURNING_POINTS)
        elif turned := record.seq >= behind:
            behind = None
        if turned:
            seq = record.seq
            del record  # it can be large, and a slow reader takes its time
            yield from _sent(seq, FRAMES.of(conversations, session_id, at_least=seq))


def _sent(seq: int, frame: Frame) -> Iterator[bytes]:
    """The number is each reader's own: a state may know more than this reader has been told yet."""
    yield b"id: %d\n" % seq
    yield from pieces(frame.lines)


def _named(record: Record) -> bytes:
    name, data = translate(record)
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (record.seq, name.encode(), _encode(data))


def event_number(text: str | None) -> int | None:
    """The number in a ``Last-Event-ID``; none in an empty one."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InvalidRequest("last_event_id must be the number of an event.")
    return int(text)


def event_stream(lines: Iterator[bytes], environ: dict[str, Any]) -> Response:
    """The response that sends *lines* as they come."""
    response = Response(lines, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    if connection := environ.get("gunicorn.socket"):
        _fail_when_gone(connection)
        # Nobody may wait for its last words: gunicorn would, 2 s, on the thread that accepts.
        response.call_on_close(partial(_shut, connection, socket.SHUT_RD))
    return response


def _fail_when_gone(connection: socket.socket) -> None:
    """Let writing to a phone that has vanished fail, or its thread is lost for good."""
    connection.settimeout(STALLED)
    # What waits here for a slow reader is not merged any more, and costs memory.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _WAITING)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # the kernel's own patience is a quarter of an hour
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED * 1000))


def hang_up(environ: dict[str, Any]) -> Callable[[], None]:
    """What ends the connection of a stream at once, whatever its thread waits for."""
    return partial(_shut, environ.get("gunicorn.socket"), socket.SHUT_RDWR)


def _shut(connection: socket.socket | None, how: int) -> None:
    with contextlib.suppress(OSError):
        if connection is not None:
            connection.shutdown(how)
