"""One process of an ACP agent, and the conversation in it: from the handshake to its death.

turn() ── session/prompt ──> agent ── session/update ──> Dialogue ──> events
                               ├───── a request ───────> Requests ──> Questions
                               └───── the answer ──────> all that the turn owned is settled
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from janus.agents.acp.dialogue import Dialogue
from janus.agents.acp.handshake import Caller
from janus.agents.acp.jsonrpc import Json, Peer, RpcError
from janus.agents.acp.requests import Requests
from janus.agents.acp.turn import Turn
from janus.agents.failures import explain
from janus.agents.process.process import AgentProcess
from janus.agents.process.reading import Exit
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed, InvalidRequest
from janus.events import AgentDied, Emit

#: Seconds for the answer to a choice, and for a cancelled turn to end.
CHOICE, CANCEL = 15.0, 3.0
#: A request that no agent knows. Its answer tells that all has arrived which was sent before it.
BARRIER = "_janus/barrier"
#: Seconds it may take; an agent that takes longer is not asked again.
BARRIER_WAIT = 0.5
#: How many of an agent's last words may tell why it ended; older ones are about something else.
_LAST_WORDS = 4000


class Connection:
    """One process and the conversation in it.

    ``_lock`` guards ``_turn`` and ``_cancelled``; never held while waiting.
    """

    def __init__(
        self, agent: InstalledAgent, environ: Mapping[str, str], cwd: Path, name: str, emit: Emit
    ) -> None:
        argv = [*agent.program, *(agent.spec.acp or ())]
        self.process = AgentProcess(argv, cwd, environ, name)
        self.dialogue = Dialogue(emit)
        self._requests = Requests(emit, self.dialogue, self._is_cancelling)
        self.questions = self._requests.questions
        self.dead = True
        #: Whether it died or hung when it should have gone on with a conversation.
        self.stumbled = False
        self._spec = agent.spec
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._noise: list[str] = []
        self._lock = threading.Lock()
        self._turn: Turn | None = None
        self._cancelled = Event()  # of whoever waits for the conversation to be opened
        self._has_barrier = True
        self._turns = 0
        self._reader: threading.Thread | None = None

    def open(self, conversation: str | None, cancelled: Event) -> tuple[str, str]:
        """Start the process and go on with the *conversation*, or begin one: its id and the model.

        What fails has ended.
        """
        try:
            self._start()
            return self._begin(conversation, cancelled)
        except BaseException:
            self.end()
            raise

    def _start(self) -> None:
        """Start the process and the threads that speak with it."""
        self.process.start()
        self.process.announce()
        self.dead = False
        name = self._name[:8]
        self._peer = Peer(self._send, self._requests.handle, self._notification, name)
        self._caller = Caller(self._peer, self._spec, self._name)
        reader = threading.Thread(target=self._read, name=f"agent {name} acp", daemon=True)
        reader.start()
        self._reader = reader

    def _begin(self, conversation: str | None, cancelled: Event) -> tuple[str, str]:
        with self._lock:
            self._cancelled = cancelled
        _heed(cancelled)
        try:
            id, opened = self._caller.open(self._cwd, conversation, self.dialogue.replay)
        finally:
            self.stumbled = self._caller.stumbled
        with self._lock:
            _heed(cancelled)
            return id, self.dialogue.open(id, opened)

    def end(self) -> None:
        """End the process; it emits nothing more. Callable from any thread, also twice."""
        self.process.stop()
        if self._reader:
            self._reader.join()

    def turn(self, turn_id: str, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn; why it ended, in the agent's own word."""
        self._await_late_words()
        _heed(cancelled)
        turn = self._prompt(Turn(turn_id, cancelled), text)
        if cancelled.is_set():
            self.cancel()  # asked for before there was anything to cancel
        in_time = turn.wait(limit)
        if not in_time:
            self.cancel()
        if not turn.ended.wait(CANCEL):  # an agent that does not obey is ended
            self.end()
            turn.ended.wait()
        if not in_time:
            raise AgentFailed(f"{self._spec.label} took longer than {limit / 60:.0f} minutes.")
        if turn.is_cancelling:
            return "cancelled"  # whatever the agent says of it
        try:
            turn.answer.result()
        except RpcError as error:
            raise self._caller.explained(error) from error
        return turn.reason

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of the options. Raises InvalidRequest, AgentFailed."""
        request = self.dialogue.request(option_id, value)
        if request is None:
            raise InvalidRequest("The agent does not offer this choice.")
        method, params = request
        params = {"sessionId": self.dialogue.session_id, **params}
        answer = self._caller.call(method, params, CHOICE)
        self.dialogue.chosen(option_id, value, answer)

    def cancel(self) -> None:
        """Ask the agent to end its turn; what it asked in it is answered as cancelled.

        An agent that is still getting ready is ended. A turn that is not meant goes on.
        """
        with self._lock:
            turn = self._turn
            if turn is None:
                if self._cancelled.is_set() and self.dialogue.replay.is_open:
                    self.process.leave(0)
                return
            if not turn.is_cancelling:
                return
            self._peer.notify("session/cancel", {"sessionId": self.dialogue.session_id})
        self.questions.cancel(turn.id)
        turn.woken.set()

    def _is_cancelling(self, turn_id: str | None) -> bool:
        with self._lock:
            turn = self._turn
        return turn is not None and turn.id == turn_id and turn.is_cancelling

    def _await_late_words(self) -> None:
        """Let the turn before come to its end: agents write more after they have answered it."""
        if not self._turns or not self._has_barrier:
            return
        try:
            self._peer.call(BARRIER, {}, BARRIER_WAIT)
        except RpcError:
            pass  # that it does not know the method is an answer
        except TimeoutError:
            self._has_barrier = False

    def _prompt(self, turn: Turn, text: str) -> Turn:
        blocks = [{"type": "text", "text": text}]
        prompt = {"sessionId": self.dialogue.session_id, "prompt": blocks}
        settle = partial(self._settle, turn)
        try:
            with self._lock:  # the agent may ask something at once
                self._turns += 1
                self._turn = turn
                self.dialogue.begin_turn(turn.id, text)
                turn.answer = self._peer.begin("session/prompt", prompt, settle)
        except AgentFailed:
            self._settle(turn, turn.answer)
            raise
        return turn

    def _settle(self, turn: Turn, answer: Future[Any]) -> None:
        """The turn is over, and so is all that it owned."""
        with self._lock:
            turn.answer, self._turn = answer, None
        try:
            self.questions.cancel(turn.id)
            self.dialogue.end_turn(turn.status)
        finally:
            turn.ended.set()
            turn.woken.set()

    def _send(self, data: bytes) -> None:
        try:
            self.process.send(data)
        except AgentFailed:
            self.process.leave(CANCEL)  # it does not listen, so it has no use any more
            raise

    # The reader thread.

    def _read(self) -> None:
        for line in self.process.lines(first=threading.TIMEOUT_MAX, total=threading.TIMEOUT_MAX):
            noise = self._peer.feed(line)
            if noise:
                self._noise = [*self._noise[-20:], noise[:2000]]
        self.process.leave(CANCEL)  # its output ended: if it is not gone, it has no use any more
        self.process.wait()
        self.dead = True
        output = "\n".join([*self._noise, self.process.tail()])[-_LAST_WORDS:]
        why = explain(self._spec, self.process.exit, output)
        with self._lock:
            working = self._turn is not None or self.dialogue.replay.is_open
        self._peer.close(why)
        self._peer.join()
        self.questions.cancel_all()
        self.dialogue.end()
        if not working and not self.process.stopped:
            exit = self.process.exit or Exit()
            self._emit(AgentDied(str(why), exit.code, exit.signal))

    def _notification(self, method: str, params: Json) -> None:
        match method, params:
            case "session/update", {"update": dict(update)}:
                self.dialogue.receive(params.get("sessionId"), update)
            case "$/cancel_request", {"requestId": call}:
                self.questions.withdraw(call)
            case "elicitation/complete", {"elicitationId": elicitation}:
                self.questions.complete(elicitation)


def _heed(cancelled: Event) -> None:
    if cancelled.is_set():
        raise AgentFailed("The turn was cancelled before it began.")
