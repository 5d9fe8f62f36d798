"""One process of an ACP agent, and the conversation in it: from the handshake to its death."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from janus.agents.acp.jsonrpc import METHOD_NOT_FOUND, Json, Peer, Reply, RpcError, failure, result
from janus.agents.acp.options import Options
from janus.agents.acp.question_kinds import elicitation, permission
from janus.agents.acp.questions import Questions
from janus.agents.acp.schema import AUTH_REQUIRED, INITIALIZE, INTERNAL
from janus.agents.acp.updates import Updates, object_of
from janus.agents.agent import Emit
from janus.agents.cursor.questions import cursor_plan, cursor_question
from janus.agents.failures import explain, refused
from janus.agents.process.process import TIMEOUT, AgentProcess
from janus.errors import AgentFailed, AgentLoginRequired, InvalidRequest

if TYPE_CHECKING:
    from janus.agents.spec import InstalledAgent

log = logging.getLogger(__name__)

#: Seconds for the answers that need no model; a stored conversation may be long.
HANDSHAKE, LOAD, CHOICE = TIMEOUT, 120.0, 15.0
#: Seconds a cancelled turn may take to end, and of quiet that end the replay of a conversation.
CANCEL, QUIET = 3.0, 0.08
#: How many of an agent's last words may tell why it ended; older ones are about something else.
_LAST_WORDS = 4000
#: Cursor sends these with an id although it wants no answer; without one it waits for ever.
_ACKNOWLEDGED = ("cursor/update_todos", "cursor/task", "cursor/generate_image")


class Connection:
    """One process and the conversation in it.

    ``_lock`` guards ``_turn``, ``_cancelled``, ``_updates``, ``_replaying`` and ``_heard``; never
    held while waiting.
    """

    def __init__(
        self, found: InstalledAgent, environ: Mapping[str, str], cwd: Path, name: str, emit: Emit
    ) -> None:
        argv = [*found.program, *(found.spec.acp or ())]
        self.process = AgentProcess(argv, cwd, environ, name)
        self.questions = Questions(emit)
        self.dead = True
        #: Whether it died or hung when it should have gone on with a conversation.
        self.stumbled = False
        self._found = found
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._session_id = ""
        self._updates = Updates()
        self._options = Options()
        self._noise: list[str] = []
        self._lock = threading.Lock()
        self._turn: Future[Any] | None = None
        self._cancelled = Event()  # of the turn
        self._woken = threading.Event()
        self._replaying = True
        self._heard = 0.0
        self._reader: threading.Thread | None = None

    def open(self) -> None:
        """Start the process and the threads that speak with it."""
        self.process.start()
        log.info(
            "Agent %s runs as process %d", self._name[:8], self.process.pid,
            extra={"event": "spawned", "session_id": self._name, "pid": self.process.pid},
        )  # fmt: skip
        self.dead = False
        self._peer = Peer(self._send, self._request, self._notification, self._name[:8])
        reader = threading.Thread(
            target=self._read, name=f"agent {self._name[:8]} acp", daemon=True
        )
        reader.start()
        self._reader = reader

    def end(self) -> None:
        """End the process; nothing more is heard of it. Callable from any thread, also twice."""
        self.process.stop()
        if self._reader:
            self._reader.join()

    def begin(self, conversation: str | None, cancelled: Event) -> tuple[str, str]:
        """Shake hands and go on with the *conversation*, or begin one: its id and the model.

        The id is another one if the agent has forgotten the conversation, or cannot go on with any.
        """
        with self._lock:
            self._cancelled = cancelled
            self._heed_cancel()
        try:
            hello = self._call("initialize", INITIALIZE, HANDSHAKE)
        except RpcError as error:
            raise self._explained(error) from error
        if not isinstance(hello, dict) or hello.get("protocolVersion") != 1:
            raise AgentFailed(f"{self._found.spec.label} speaks another version of ACP.")
        offered = object_of(hello.get("agentCapabilities"))
        opened = self._continue(conversation, offered) if conversation else None
        if opened is None:
            opened = self._new()
            conversation = str(opened.get("sessionId"))
        self._session_id = conversation or ""
        with self._lock:
            self._heed_cancel()
            self._options.opened(opened)
            self._replaying = False
        return self._session_id, self._options.model

    def _heed_cancel(self) -> None:
        if self._cancelled.is_set():
            raise AgentFailed("The turn was cancelled before it began.")

    def turn(self, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn."""
        prompt = {"sessionId": self._session_id, "prompt": [{"type": "text", "text": text}]}
        with self._lock:  # the agent may ask something at once
            self._updates.begin_turn()
            self._woken.clear()
            turn = self._turn = self._peer.begin("session/prompt", prompt)
            self._cancelled = cancelled
        turn.add_done_callback(lambda _: self._woken.set())
        if cancelled.is_set():
            self.cancel()  # asked for before there was anything to cancel
        try:
            self._woken.wait(limit)
            if not turn.done() and not cancelled.is_set():
                cancelled_by_us = Event()
                cancelled_by_us.set()
                with self._lock:
                    self._cancelled = cancelled_by_us
                self.cancel()
                self._finish(turn)
                minutes = f"{limit / 60:.0f} minutes"
                raise AgentFailed(f"{self._found.spec.label} took longer than {minutes}.")
            return self._outcome(turn, cancelled)
        finally:
            with self._lock:
                self._turn = None
            self.questions.cancel_all()

    def show_options(self) -> None:
        """Tell what the user may choose, if anything."""
        with self._lock:
            shown = self._options.shown
        if shown:
            self._emit("options", {"options": shown})

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of the options. Raises InvalidRequest, AgentFailed."""
        with self._lock:
            request = self._options.request(option_id, value)
        if request is None:
            raise InvalidRequest("The agent does not offer this choice.")
        method, params = request
        try:
            answer = self._call(method, {"sessionId": self._session_id, **params}, CHOICE)
        except RpcError as error:
            raise self._explained(error) from error
        with self._lock:
            self._options.chosen(option_id, value, answer)
        self.show_options()

    def cancel(self) -> None:
        """Ask the agent to end its turn; what it asked is answered as cancelled.

        An agent that is still getting ready is ended. A turn that is not meant goes on.
        """
        with self._lock:
            if not self._cancelled.is_set():
                return
            if self._replaying:
                self.process.leave(0)
            if self._turn is None or self._turn.done():
                return
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
                self.end()  # fails the turn
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
            raise AgentFailed(f"{self._found.spec.label} did not begin a conversation.")
        return opened

    def _continue(self, conversation: str, offered: Json) -> Json | None:
        """Go on with a conversation; None if the agent cannot, or has forgotten it."""
        params = {"sessionId": conversation, "cwd": str(self._cwd), "mcpServers": []}
        resumes = object_of(offered.get("sessionCapabilities")).get("resume") is not None
        try:
            if resumes or offered.get("loadSession"):
                method = "session/resume" if resumes else "session/load"
                opened = self._loaded(method, params)
                self._await_quiet()
                return object_of(opened)
        except RpcError as error:
            if error.code == AUTH_REQUIRED:
                raise self._explained(error) from error
            log.warning("Agent %s cannot continue its conversation: %s", self._name, error)
        return None

    def _loaded(self, method: str, params: Json) -> Any:
        try:
            return self._call(method, params, LOAD)
        except AgentFailed:
            self.stumbled = True
            raise

    def _await_quiet(self) -> None:
        """The replay of a conversation may go on after the answer to ``session/load``.

        Some replay also what they were asked to resume without.
        """
        deadline = time.monotonic() + 5.0
        with self._lock:
            self._heard = time.monotonic()
        quiet = 0.0
        while quiet < QUIET and time.monotonic() < deadline:
            threading.Event().wait(QUIET - quiet)
            with self._lock:
                quiet = time.monotonic() - self._heard

    def _call(self, method: str, params: Json, timeout: float) -> Any:
        try:
            return self._peer.call(method, params, timeout)
        except TimeoutError as late:
            label = self._found.spec.label
            raise AgentFailed(f"{label} did not answer within {timeout:.0f} seconds.") from late

    def _explained(self, error: RpcError) -> AgentFailed:
        label, login = self._found.spec.label, self._found.spec.login
        if error.code == AUTH_REQUIRED:
            return AgentLoginRequired(
                f"{label} is not logged in. On your computer, run {login}, then ask again."
            )
        return refused(self._found.spec, str(error))

    def _send(self, data: bytes) -> None:
        try:
            self.process.send(data)
        except AgentFailed:
            self.process.leave(CANCEL)  # it does not listen, so it has no use any more
            raise

    # The reader thread.

    def _read(self) -> None:
        for line in self.process.lines(first=threading.TIMEOUT_MAX, total=threading.TIMEOUT_MAX):
            noise = self._peer.hear(line)
            if noise:
                self._noise = [*self._noise[-20:], noise[:2000]]
        self.process.leave(CANCEL)  # its output ended: if it is not gone, it has no use any more
        self.process.wait()
        self.dead = True
        said = "\n".join([*self._noise, self.process.tail()])[-_LAST_WORDS:]
        why = explain(self._found.spec, self.process.exit, said)
        with self._lock:
            working = self._turn is not None or self._replaying
        self._peer.close(why)
        self._peer.join()
        self.questions.cancel_all()
        if not working and not self.process.stopped:
            exit = {name: why.details.get(name) for name in ("exit_code", "signal")}
            self._emit("died", {"message": str(why), **exit})

    def _notification(self, method: str, params: Json) -> None:
        match method, params:
            case "session/update", {"update": dict(update)}:
                self._update(update)
            case "$/cancel_request", {"requestId": call}:
                self.questions.withdraw(call)
            case "elicitation/complete", {"elicitationId": elicitation_id}:
                self.questions.complete(elicitation_id)

    def _update(self, update: Json) -> None:
        with self._lock:
            self._heard = time.monotonic()
            if self._replaying:
                return  # our own log has the conversation already
            told = [*self._updates.hear(update)]
            if self._options.hear(update):
                told.append(("options", {"options": self._options.shown}))
        for kind, data in told:
            self._emit(kind, data)

    def _request(self, call: Any, method: str, params: Json, reply: Reply) -> None:
        question = None
        match method:
            case "session/request_permission":
                tool = object_of(params.get("toolCall"))
                with self._lock:
                    known = self._updates.call(str(tool.get("toolCallId") or ""), tool)
                question = permission(params, known)
            case "elicitation/create":
                question = elicitation(params)
                if question is None:
                    return reply(result({"action": "decline"}))
            case "cursor/ask_question":
                question = cursor_question(params)
                if question is None:
                    reason = "The question cannot be shown."
                    return reply(result({"outcome": {"outcome": "skipped", "reason": reason}}))
            case "cursor/create_plan":
                question = cursor_plan(params)
            case _ if method in _ACKNOWLEDGED:
                return reply(result({}))
            case _:
                return reply(failure(METHOD_NOT_FOUND, "Method not found"))
        if self._over():
            return reply(result(question.answer(None, {})))  # nobody waits for this any more
        self.questions.ask(question, reply, call)
        if self._over():  # by now
            self.questions.cancel_all()

    def _over(self) -> bool:
        """Whether there is no turn, or one that is being cancelled."""
        with self._lock:
            return self._turn is None or self._turn.done() or self._cancelled.is_set()
