"""States as they are sent: the same bytes for all who are told the same at the same time.

A state can be 10 MB, and 64 readers may take their time over it. What is being sent is held by who
sends it and by nobody else; of what differs there is only so much at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from gzip import compress
from typing import Protocol
from weakref import WeakSet

import msgspec
from flask import Response

from janus.blueprints.compression import accepts_gzip
from janus.blueprints.pieces import PIECE, pieces
from janus.blueprints.translation import shown
from janus.conversation.shown import State

#: Bytes of states that are being sent, beyond which one waits, so many seconds, for another's end.
MOST, PATIENCE = 24 << 20, 25.0
#: Characters of a state that waits for nobody: what is large in one session delays no other.
SMALL = 1 << 18
_encode = msgspec.json.Encoder().encode


class Frame:
    """The lines of a stream that carry a state, and by what that is known again.

    Not the state itself: what was said would be in memory twice for as long as a phone takes it.
    """

    def __init__(self, session_id: str, state: State) -> None:
        self.seq = state.seq
        self.session_id = session_id
        self._known = _known(state)
        self._now = state.now
        self._zipped = b""
        self.lines = b"data: %b\n\n" % _encode(shown(state))
        self._zipping = threading.Lock()  # held while it is compressed, by one for all

    def carries(self, state: State) -> bool:
        """Whether it is this state: a session that is made anew begins with another snapshot."""
        return state.now is self._now and _known(state) == self._known

    @property
    def json(self) -> memoryview:
        """The state alone, on a line of its own."""
        return memoryview(self.lines)[6:-1]

    def zipped(self) -> bytes:
        """The same, compressed."""
        with self._zipping:
            self._zipped = self._zipped or compress(self.json, 5)
            return self._zipped

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.lines) + len(self._zipped)


class Sending(Protocol):
    """What is needed of the manager."""

    def state(self, session_id: str) -> State: ...


class Frames:
    """What is being sent now. ``_lock`` guards it, and is held while one state is encoded: that
    holds the interpreter anyway, and all who came for the same state find it then.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: WeakSet[Frame] = WeakSet()

    def of(self, conversations: Sending, session_id: str, *, at_least: int | None = None) -> Frame:
        """The state of a session now.

        Where much is being sent already, a large one waits, or is an older one that covers event
        *at_least*.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            with self._lock:
                state = conversations.state(session_id)
                frames = [frame for frame in self._sent if frame.session_id == session_id]
                if found := next((frame for frame in frames if frame.carries(state)), None):
                    return found
                sent = sum(frame.size for frame in self._sent)
                if sent < MOST or _weight(state) < SMALL or time.monotonic() > deadline:
                    self._sent.add(frame := Frame(session_id, state))
                    return frame
            del state
            covering = [it for it in frames if at_least is not None and it.seq >= at_least]
            if covering:
                return max(covering, key=lambda frame: frame.seq)
            del frames, covering
            time.sleep(0.05)

    def __len__(self) -> int:
        return len(self._sent)


FRAMES = Frames()


def state_response(conversations: Sending, session_id: str) -> Response:
    """The response that is the state of a session, compressed for who takes it so."""
    conversations.state(session_id)  # if it comes from the disk, it is read before the lock
    frame = FRAMES.of(conversations, session_id)
    if len(frame.lines) <= PIECE:
        return Response(frame.json.tobytes(), mimetype="application/json")
    zip = accepts_gzip()
    body = frame.zipped() if zip else frame.json
    response = Response(_held(frame, body), mimetype="application/json")
    response.content_length = len(body)
    response.vary.add("Accept-Encoding")
    if zip:
        response.content_encoding = "gzip"
    return response


def _held(frame: Frame, body: bytes | memoryview) -> Iterator[bytes]:
    """The pieces of *body*; the frame is known to be sent for so long."""
    yield from pieces(body)


def _weight(state: State) -> int:
    """About how many characters a state has."""
    calls = (call for message in state.messages for call in message.tool_calls)
    said = sum(len(message.content) for message in state.messages)
    return said + sum(len(call.output) for call in calls)


def _known(state: State) -> tuple[object, ...]:
    return state.seq, state.left_out, state.agent, state.asks, state.project
