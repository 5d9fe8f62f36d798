"""Agents that speak the Agent Client Protocol: one process for many turns, which asks its user.

    prompt() ── session/prompt ──> agent ── session/update ──> emit
                                     └── session/request_permission ──> Questions ──> answer()

The process starts with the first turn and is started again when it died; the conversation goes on
through ``session/resume`` or ``session/load``. Nothing of the machine is offered to the agent
(no files, no terminals): it has its own tools.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from janus import __version__
from janus.agents import Emit
from janus.agents.acp_updates import Updates
from janus.agents.failures import explain
from janus.agents.jsonrpc import METHOD_NOT_FOUND, Json, Peer, Reply, RpcError, failure, result
from janus.agents.process import TIMEOUT, AgentProcess
from janus.agents.questions import Questions, cursor_plan, cursor_question, elicitation, permission
from janus.errors import AgentFailed, AgentLoginRequired, PermissionNotFound

if TYPE_CHECKING:
    from janus.agents.found import Found

log = logging.getLogger(__name__)

#: Seconds for the answers that need no model; a stored conversation may be long.
HANDSHAKE, LOAD = TIMEOUT, 120.0
#: Seconds a cancelled turn may take to end, and of quiet that end the replay of a conversation.
CANCEL, QUIET = 3.0, 0.08
AUTH_REQUIRED, INTERNAL = -32000, -32603
INITIALIZE: Json = {
    "protocolVersion": 1,
    "clientCapabilities": {
        "fs": {"readTextFile": False, "writeTextFile": False},
        "terminal": False,
        "session": {"notices": {}, "compaction": {}},
        "elicitation": {"form": {}, "url": {}},
    },
    "clientInfo": {"name": "janus", "title": "Janus", "version": __version__},
}
#: Cursor sends these with an id although it wants no answer; without one it waits for ever.
_ACKNOWLEDGED = ("cursor/update_todos", "cursor/task", "cursor/generate_image")


class AcpAgent:
    """A conversation with an ACP agent.

    ``_lock`` guards ``_connection`` and ``_stopped``; never held while waiting.
    """

    asks = True

    def __init__(
        self, found: Found, cwd: Path, name: str, emit: Emit, conversation: str | None = None
    ) -> None:
        self.conversation = conversation
        self._found = found
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._lock = threading.Lock()
        self._connection: _Connection | None = None
        self._stopped = False

    def prompt(self, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn; see ``Agent.prompt``."""
        try:
            connection = self._connected(cancelled)
            return connection.turn(text, limit, cancelled)
        except AgentFailed:
            if cancelled.is_set():
                return "cancelled"
            raise

    def interrupt(self) -> None:
        with self._lock:
            connection = self._connection
        if connection:
            connection.cancel()

    def answer(self, request_id: str, option_id: str) -> None:
        with self._lock:
            connection = self._connection
        if connection is None:
            raise PermissionNotFound("The agent asks no such thing.")
        connection.questions.answer(request_id, option_id)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            connection = self._connection
        if connection:
            connection.process.stop()

    def _connected(self, cancelled: Event) -> _Connection:
        """The connection, made anew if there is none or the agent died."""
        with self._lock:
            if self._stopped:
                raise AgentFailed("The agent was stopped.")
            if self._connection and not self._connection.dead:
                return self._connection
            connection = _Connection(self._found, self._cwd, self._name, self._emit)
            self._connection = connection
        connection.open()
        try:
            self.conversation, model = connection.begin(self.conversation)
        except BaseException:
            connection.process.stop()
            raise
        data = {"id": self.conversation, "protocol": "acp", "model": model}
        self._emit("conversation", data)
        return connection


class _Connection:
    """One process and the conversation in it.

    ``_lock`` guards ``_turn``, ``_replaying`` and ``_heard``.
    """

    def __init__(self, found: Found, cwd: Path, name: str, emit: Emit) -> None:
        argv = [*found.program, *(found.entry.acp or ())]
        self.process = AgentProcess(argv, cwd, found.environ, name)
        self.questions = Questions(emit)
        self.dead = False
        self._found = found
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._session_id = ""
        self._updates = Updates()
        self._noise: list[str] = []
        self._lock = threading.Lock()
        self._turn: Future[Any] | None = None
        self._woken = threading.Event()
        self._replaying = True
        self._heard = 0.0

    def open(self) -> None:
        """Start the process and the threads that speak with it."""
        self.process.start()
        self._peer = Peer(self.process.send, self._request, self._notification, self._name)
        self._reader = threading.Thread(
            target=self._read, name=f"agent {self._name} acp", daemon=True
        )
        self._reader.start()

    def begin(self, conversation: str | None) -> tuple[str, str]:
        """Shake hands and go on with the *conversation*, or begin one: its id and the model."""
        hello = self._call("initialize", INITIALIZE, HANDSHAKE)
        if not isinstance(hello, dict) or hello.get("protocolVersion") != 1:
            raise AgentFailed(f"{self._found.entry.label} speaks another version of ACP.")
        offered = hello.get("agentCapabilities") or {}
        opened = self._continue(conversation, offered) if conversation else None
        if opened is None:
            opened = self._new()
            conversation = str(opened.get("sessionId"))
        self._session_id = conversation or ""
        with self._lock:
            self._replaying = False
        return self._session_id, _model(opened)

    def turn(self, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn."""
        self._updates.begin_turn()
        self._woken.clear()
        prompt = {"sessionId": self._session_id, "prompt": [{"type": "text", "text": text}]}
        turn = self._peer.begin("session/prompt", prompt)
        turn.add_done_callback(lambda _: self._woken.set())
        with self._lock:
            self._turn = turn
        if cancelled.is_set():
            self.cancel()  # asked for before there was anything to cancel
        try:
            self._woken.wait(limit)
            if not turn.done() and not cancelled.is_set():
                self.cancel()
                self._finish(turn)
                minutes = f"{limit / 60:.0f} minutes"
                raise AgentFailed(f"{self._found.entry.label} took longer than {minutes}.")
            return self._outcome(turn, cancelled)
        finally:
            with self._lock:
                self._turn = None
            self.questions.cancel_all()

    def cancel(self) -> None:
        """Ask the agent to end its turn; what it asked is answered as cancelled."""
        with self._lock:
            turn = self._turn
        if turn and not turn.done():
            self._peer.notify("session/cancel", {"sessionId": self._session_id})
            self.questions.cancel_all()
            self._woken.set()

    def _outcome(self, turn: Future[Any], cancelled: Event) -> str:
        self._finish(turn)
        try:
            answer = turn.result(0)
        except RpcError as error:
            if cancelled.is_set():
                return "cancelled"
            raise self._explained(error) from error
        reason = answer.get("stopReason") if isinstance(answer, dict) else None
        return "cancelled" if cancelled.is_set() else str(reason or "end_turn")

    def _finish(self, turn: Future[Any]) -> None:
        """Wait for a turn that was cancelled; an agent that does not obey is ended."""
        deadline = time.monotonic() + CANCEL
        while not turn.done():
            self._woken.clear()
            if turn.done():
                return
            if not self._woken.wait(max(0.0, deadline - time.monotonic())):
                self.process.stop()
                self._reader.join()  # fails the turn
                return

    def _new(self) -> Json:
        params: Json = {"cwd": str(self._cwd), "mcpServers": []}
        try:
            opened = self._call("session/new", params, HANDSHAKE)
        except RpcError as error:
            if error.code != INTERNAL:
                raise self._explained(error) from error
            try:  # passing trouble of some builds
                opened = self._call("session/new", params, HANDSHAKE)
            except RpcError as again:
                raise self._explained(again) from again
        if not isinstance(opened, dict) or not isinstance(opened.get("sessionId"), str):
            raise AgentFailed(f"{self._found.entry.label} did not begin a conversation.")
        return opened

    def _continue(self, conversation: str, offered: Json) -> Json | None:
        """Go on with a conversation; None if the agent cannot, or has forgotten it."""
        params = {"sessionId": conversation, "cwd": str(self._cwd), "mcpServers": []}
        abilities = offered.get("sessionCapabilities") or {}
        try:
            if abilities.get("resume") is not None:
                return self._call("session/resume", params, LOAD) or {}
            if offered.get("loadSession"):
                opened = self._call("session/load", params, LOAD) or {}
                self._await_quiet()
                return dict(opened)
        except RpcError as error:
            if error.code == AUTH_REQUIRED:
                raise self._explained(error) from error
            log.warning("Agent %s cannot continue its conversation: %s", self._name, error)
        self._emit(
            "status",
            {"detail": "The agent does not remember this conversation. It begins a new one."},
        )
        return None

    def _await_quiet(self) -> None:
        """The replay of a conversation may go on after the answer to ``session/load``."""
        deadline = time.monotonic() + 5.0
        while (now := time.monotonic()) < deadline:
            with self._lock:
                quiet = now - self._heard
            if quiet >= QUIET:
                return
            threading.Event().wait(QUIET - quiet)

    def _call(self, method: str, params: Json, timeout: float) -> Any:
        try:
            return self._peer.call(method, params, timeout)
        except TimeoutError as late:
            label = self._found.entry.label
            raise AgentFailed(f"{label} did not answer within {timeout:.0f} seconds.") from late

    def _explained(self, error: RpcError) -> AgentFailed:
        label, login = self._found.entry.label, self._found.entry.login
        if error.code == AUTH_REQUIRED:
            return AgentLoginRequired(
                f"{label} is not logged in. On your computer, run {login}, then ask again."
            )
        return explain(self._found.entry, None, str(error))

    # The reader thread.

    def _read(self) -> None:
        for line in self.process.lines(first=threading.TIMEOUT_MAX, total=threading.TIMEOUT_MAX):
            noise = self._peer.hear(line)
            if noise:
                self._noise = [*self._noise[-20:], noise[:2000]]
        self.process.leave(CANCEL)  # its output ended: if it is not gone, it has no use any more
        self.process.wait()
        self.dead = True
        said = "\n".join([*self._noise, self.process.tail()])
        why = explain(self._found.entry, self.process.exit, said)
        with self._lock:
            working = self._turn is not None or self._replaying
        self._peer.close(why)
        self._peer.join()
        self.questions.cancel_all()
        if not working and not self.process.stopped:
            self._emit("died", {"message": str(why)})

    def _notification(self, method: str, params: Json) -> None:
        if method != "session/update" or not isinstance(params.get("update"), dict):
            return
        with self._lock:
            self._heard = time.monotonic()
            if self._replaying:
                return  # our own log has the conversation already
        for kind, data in self._updates.hear(params["update"]):
            self._emit(kind, data)

    def _request(self, method: str, params: Json, reply: Reply) -> None:
        question = None
        match method:
            case "session/request_permission":
                call = params.get("toolCall")
                call = call if isinstance(call, dict) else {}
                known = self._updates.call(str(call.get("toolCallId") or ""), call)
                question = permission(params, known)
            case "elicitation/create":
                question = elicitation(params)
                if question is None:
                    return reply(result({"action": "decline"}))
            case "cursor/ask_question":
                question = cursor_question(params)
                if question is None:
                    return reply(result({"outcome": {"outcome": "skipped", "reason": "Too many."}}))
            case "cursor/create_plan":
                question = cursor_plan(params)
            case _ if method in _ACKNOWLEDGED:
                return reply(result({}))
            case _:
                return reply(failure(METHOD_NOT_FOUND, "Method not found"))
        with self._lock:
            turn = self._turn
        if turn is None or turn.done():
            return reply(result(question.answer(None)))  # nobody waits for this any more
        self.questions.ask(question, reply)


def _model(opened: Json) -> str:
    """The model's name, as far as the agent tells it."""
    for option in opened.get("configOptions") or []:
        match option:
            case {"category": "model", "currentValue": value}:
                return str(value)
    match opened.get("models"):
        case {"currentModelId": str(model)}:
            return model
    return ""
