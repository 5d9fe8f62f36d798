"""JSON-RPC 2.0 over lines, both ways, synchronous.

    any thread ── call() ──> outbox ──> writer thread ──> the agent's stdin
    the reader ── feed() <── a line of the agent's stdout

The reader never writes: with both pipes full it would wait for an agent that waits for it. Ids are
the sender's own, and collide with ours: what carries a ``method`` is a request or a notification,
all else an answer.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from janus.agents.acp.messages import MessageReader
from janus.errors import AgentFailed

log = logging.getLogger(__name__)

METHOD_NOT_FOUND, INTERNAL_ERROR, REQUEST_CANCELLED = -32601, -32603, -32800
#: How much is kept of what is no message: lines, and characters of one.
_NOISE, _LONGEST_NOISE = 20, 2000
Json = dict[str, Any]
#: Answers one request, once; a second answer is ignored.
Reply = Callable[[Json], None]


class RpcError(Exception):
    """The other side answered with an error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        """The message, and what ``data`` adds to it: often the only part that says something."""
        match self.data:
            case {"details": str(more)} | {"message": str(more)} | str(more):
                return f"{self.args[0]}: {more}"
        return str(self.args[0])


class Peer:
    """One end of a connection.

    ``_lock`` guards ``_waiting``, ``_last_id`` and ``_closed``, for a few assignments.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        on_request: Callable[[Any, str, Json, Reply], None],
        on_notification: Callable[[str, Json], None],
        name: str,
        joined: Callable[[Iterator[Json]], Iterator[Json]] = lambda it: it,
    ) -> None:
        """*send* may raise AgentFailed, and then sees to it that ``close`` is called.

        *joined* may make one of messages that follow each other closely.

        *on_request* gets the other side's id of the request first; it answers through its last
        argument, then or later, from any thread.

        Both callbacks run on the reader thread. What they raise is logged, and a request then
        answered with an error.
        """
        self._send = send
        self._on_request = on_request
        self._on_notification = on_notification
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[Any]] = {}
        self._last_id = 0
        self._closed: AgentFailed | None = None
        self._reader = message_reader()
        self._joined = joined
        self._noise: deque[str] = deque(maxlen=_NOISE)
        self._outbox: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name=f"agent {name} in", daemon=True)
        self._writer.start()

    def call(self, method: str, params: Json, timeout: float | None) -> Any:
        """The result of *method*. Raises RpcError, TimeoutError, or why the peer was closed."""
        answer = self.begin(method, params)
        try:
            return answer.result(timeout)
        except FutureTimeout:
            raise TimeoutError(f"no answer to {method} within {timeout or 0:g} s") from None

    def begin(
        self,
        method: str,
        params: Json,
        on_answer: Callable[[Future[Any]], object] = lambda _: None,
    ) -> Future[Any]:
        """Send a request without waiting for its answer.

        *on_answer* is called with it on the reader thread, before the next line is read.
        """
        answer: Future[Any] = Future()
        answer.add_done_callback(on_answer)
        with self._lock:
            if self._closed:
                raise self._closed
            self._last_id += 1
            number = self._last_id
            self._waiting[number] = answer
        self._outbox.put({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return answer

    def notify(self, method: str, params: Json) -> None:
        self._outbox.put({"jsonrpc": "2.0", "method": method, "params": params})

    def feed(self, line: bytes) -> None:
        """Handle a line, and the messages that it holds or completes."""
        self.feed_all([line])

    def feed_all(self, lines: Iterable[bytes]) -> None:
        """The same, of lines that came together."""
        for message in self._joined(self._messages(lines)):
            self._handle(message)

    def noise(self) -> str:
        """The last of what was no message."""
        return "\n".join(list(self._noise))

    def close(self, why: AgentFailed) -> None:
        """Fail what waits, and what will be asked, with *why*. May be called twice."""
        with self._lock:
            self._closed = self._closed or why
            waiting, self._waiting = [*self._waiting.values()], {}
        for answer in waiting:
            answer.set_exception(self._closed)
        self._outbox.put(None)

    def join(self) -> None:
        """Wait for the writer thread, after ``close``."""
        self._writer.join()

    def _messages(self, lines: Iterable[bytes]) -> Iterator[Json]:
        for message in self._reader.feed_all(lines):
            if isinstance(message, str):
                self._noise.append(message)
            else:
                yield message

    def _handle(self, message: Json) -> None:
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        method = message.get("method")
        if isinstance(method, str) and "id" in message:
            self._request(method, params, message["id"])
        elif isinstance(method, str):
            self._guarded(method, lambda: self._on_notification(method, params))
        elif "id" in message:
            self._answer(message)
        else:
            self._noise.append(json.dumps(message)[:_LONGEST_NOISE])  # a logger that writes JSON

    def _request(self, method: str, params: Json, id: Any) -> None:
        replied = threading.Event()

        def reply(body: Json) -> None:
            with self._lock:
                if replied.is_set():
                    return
                replied.set()
            self._outbox.put({"jsonrpc": "2.0", "id": id, **body})

        self._guarded(method, lambda: self._on_request(id, method, params, reply), reply)

    def _guarded(self, method: str, handle: Callable[[], None], reply: Reply | None = None) -> None:
        """Run a handler; a mistake over one message must not end the reading of all others."""
        try:
            handle()
        except Exception:
            log.exception("Cannot handle %s", method[:100])
            if reply:
                reply(failure(INTERNAL_ERROR, "the client failed"))

    def _answer(self, message: Json) -> None:
        id = message["id"]
        with self._lock:
            id = int(id) if isinstance(id, str) and id.isdecimal() and len(id) < 10 else id
            answer = self._waiting.pop(id, None) if type(id) is int else None
        if answer is None:
            return
        match message.get("error"):
            case {"code": int(code), **more}:
                text = str(more.get("message") or f"error {code}")
                answer.set_exception(RpcError(code, text, more.get("data")))
            case None:
                answer.set_result(message.get("result"))
            case other:
                answer.set_exception(RpcError(INTERNAL_ERROR, str(other)[:500]))

    def _write(self) -> None:
        while message := self._outbox.get():
            try:
                self._send(json.dumps(message, separators=(",", ":")).encode() + b"\n")
            except AgentFailed:
                return  # ``send`` sees to it that the peer is closed, with the reason
            except Exception as mistake:
                log.exception("Cannot send %s", message.get("method", "an answer"))
                if "method" in message and "id" in message:
                    self._answer({"id": message["id"], "error": repr(mistake)})


def message_reader() -> MessageReader:
    """What finds the messages of this protocol."""
    return MessageReader("jsonrpc", "id", "method", "params", "result", "error")


def result(value: Any) -> Json:
    """The body of a good answer, for ``Reply``."""
    return {"result": value}


def failure(code: int, message: str) -> Json:
    """The body of an error, for ``Reply``."""
    return {"error": {"code": code, "message": message}}
