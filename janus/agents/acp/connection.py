"""One process of an ACP agent, and the conversation in it: from the handshake to its death.

turn() ── session/prompt ──> agent ── session/update ──> Dialogue ──> events
                               ├───── a request ───────> Requests ──> Questions
                               └───── the answer ──────> all that the turn owned is settled
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import TIMEOUT_MAX, Event
from typing import Any

from janus.agents.acp.chunks import joined
from janus.agents.acp.dialogue import Dialogue
from janus.agents.acp.handshake import Caller
from janus.agents.acp.jsonrpc import Json, Peer, Reply, RpcError
from janus.agents.acp.opening import GREETING, Opening
from janus.agents.acp.prompt import Prompt
from janus.agents.acp.requests import Requests
from janus.agents.acp.turn import Turn
from janus.agents.acp.turns import Turns
from janus.agents.failures import explain, last_words, unreadable
from janus.agents.process.process import AgentProcess
from janus.agents.process.reading import Exit
from janus.agents.spec import InstalledAgent
from janus.clock import spoken
from janus.errors import AgentFailed, InvalidRequest
from janus.model.events import AgentDied, AgentNotice, Emit

log = logging.getLogger(__name__)

_WAITS = "It may wait for servers of its own. Stop ends it."
#: Seconds for the answer to a choice, for an agent to leave that does not listen or speak any
#: more, and between SIGTERM and SIGKILL for one that is given up.
CHOICE, LEAVE, _DEAF = 15.0, 3.0, 1.0
#: How many of an agent's last words may tell why it ended; older ones are about something else.
_LAST_WORDS = 4000


class Connection:
    """One process and the conversation in it.

    ``_lock`` guards ``_cancelled`` and ``_opening``; never held while waiting.
    """

    def __init__(
        self, agent: InstalledAgent, environ: Mapping[str, str], cwd: Path, name: str, emit: Emit
    ) -> None:
        argv = [*agent.program, *(agent.spec.acp or ())]
        self.process = AgentProcess(argv, cwd, environ, name)
        self.dialogue = Dialogue(emit)
        self._requests = Requests(emit, self.dialogue, self._is_cancelling)
        self.questions = self._requests.questions
        #: Whether it is of no use (any more): not started, gone, or given up.
        self.dead = True
        #: Whether it died or hung when it should have gone on with a conversation.
        self.stumbled = False
        self._agent, self._spec = agent, agent.spec
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._lock = threading.Lock()
        self._cancelled = Event()  # of whoever waits for the conversation to be opened
        self._opening: Opening | None = None
        self._overdue = 0  # how often that took too long
        self._reader: threading.Thread | None = None

    @property
    def is_opening(self) -> bool:
        """Whether it still gets ready, although nobody waits for it any more."""
        return not self.dead and self._opening is not None and self.dialogue.replay.is_open

    def open(
        self, conversation: str | None, limit: float, cancelled: Event, turn_id: str | None = None
    ) -> tuple[str, str]:
        """Start the process and go on with the *conversation*, or begin one: its id and the model.

        What fails has ended, but for what takes longer than *limit* seconds: it goes on, and may be
        waited for by opening it once more; no more than that.
        """
        try:
            if self._opening is None:
                self._start(conversation)
            return self._await_opening(limit, cancelled, turn_id)
        except TimeoutError as late:
            self._overdue += 1
            self.stumbled = self.caller.stumbles
            if self._overdue > 1:
                self.end()
            raise self._overdue_failure(limit) from late
        except BaseException:
            self.stumbled = self._opening is not None and self.caller.stumbles
            if not self.dead or not cancelled.is_set():
                self.end()
            raise

    def _start(self, conversation: str | None) -> None:
        """Start the process and the threads that speak with it."""
        self.process.start()
        self.process.announce()
        self.dead = False
        name = self._name[:8]
        self._peer = Peer(self._send, self._handle, self._notification, name, joined)
        self._turns = Turns(self, self._peer, self._spec.label, self._emit)
        self.caller = caller = Caller(self._peer, self._agent, self._name)
        self._reader = threading.Thread(target=self._read, name=f"agent {name} acp", daemon=True)
        self._reader.start()
        begin = partial(caller.open, self._cwd, conversation, self.dialogue.replay)
        with self._lock:
            self._opening = Opening(begin, caller.greeted, f"agent {name} begin")

    def _await_opening(
        self, limit: float, cancelled: Event, turn_id: str | None
    ) -> tuple[str, str]:
        with self._lock:
            self._cancelled, opening = cancelled, self._opening
        assert opening is not None
        slow = AgentNotice(f"{self._spec.label} takes long to get ready. {_WAITS}", turn_id)
        if cancelled.is_set():
            self.cancel()  # asked for before there was anything to cancel
        opened = opening.result(limit, lambda: self._emit(slow))
        if opened is None:
            raise AgentFailed("The turn was cancelled before it began.")
        with self._lock:
            return opened[0], self.dialogue.open(*opened)

    def _overdue_failure(self, limit: float) -> AgentFailed:
        label, heard = self._spec.label, last_words(self._heard())
        said = f' It wrote: "{heard}".' if heard else ""
        said += " It goes on; ask again to wait for it." if self._overdue == 1 else " It was ended."
        if not self.caller.greeted.is_set():
            took = spoken(min(limit, GREETING))
            return AgentFailed(f"{label} did not answer within {took}.{said}")
        return AgentFailed(
            f"{label} did not get ready within {spoken(limit)}, perhaps because of a server of its "
            f"own that does not answer.{said} JANUS_AGENT_START_TIMEOUT sets the "
            "limit."
        )

    def end(self) -> None:
        """End the process; it emits nothing more. Callable from any thread, also twice."""
        self.dead = True
        self.process.stop()
        if self._reader:
            self._reader.join()
        if self._opening:
            self._opening.join()
            self.await_stop()

    def turn(self, turn_id: str, prompt: Prompt, limit: float, cancelled: Event) -> str:
        """Run one turn; why it ended, in the agent's own word."""
        try:
            return self._turns.take(Turn(turn_id, cancelled), prompt, limit)
        except RpcError as error:
            raise self.caller.explained(error) from error

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of the options. Raises InvalidRequest, AgentFailed."""
        request = self.dialogue.request(option_id, value)
        if request is None:
            raise InvalidRequest("The agent does not offer this choice.")
        method, params = request
        params = {"sessionId": self.dialogue.session_id, **params}
        answer = self.caller.call(method, params, CHOICE)
        self.dialogue.chosen(option_id, value, answer)

    def cancel(self) -> None:
        """Ask the agent to end its turn; what it asked in it is answered as cancelled.

        An agent that is still getting ready is ended. A turn that is not meant goes on.
        """
        with self._lock:
            opening = self._opening
            waits = opening and self._cancelled.is_set() and self.dialogue.replay.is_open
        if opening and waits:
            self.give_up()
            opening.wake()
        elif opening:
            self._turns.cancel()

    def await_stop(self) -> None:
        """See ``Turns.await_stop``."""
        if self._opening:
            self._turns.await_stop()

    def give_up(self) -> None:
        """End an agent that is of no use any more; nobody waits for that."""
        self.dead = True
        self.process.linger(0, _DEAF)

    def _is_cancelling(self, turn_id: str | None) -> bool:
        return self._turns.is_cancelling(turn_id)

    def _send(self, data: bytes) -> None:
        try:
            self.process.send(data)
        except AgentFailed:
            self.process.leave(LEAVE)  # it does not listen, so it has no use any more
            raise

    # The reader thread.

    def _read(self) -> None:
        bug: Exception | None = None
        try:
            for lines in self.process.batches(first=TIMEOUT_MAX, total=TIMEOUT_MAX):
                self._peer.feed_all(lines)
        except Exception as mistake:
            log.exception("Agent %s: what it says cannot be read", self._name)
            bug = mistake
        given_up, bug = self.dead, bug or self.process.failure
        self.process.leave(0 if bug else LEAVE)  # a process without an output has no use any more
        self.process.wait()
        self.dead = True
        why = explain(self._spec, self.process.exit, self._heard())
        if bug:
            why = unreadable(self._spec, bug)
        working = self._turns.running or self.dialogue.replay.is_open
        self._peer.close(why)
        self._peer.join()
        self.questions.cancel_all()
        self.dialogue.end()
        if not working and not given_up and not self.process.stopped:
            exit = self.process.exit or Exit()
            self._emit(AgentDied(str(why), exit.code, exit.signal))

    def _heard(self) -> str:
        """What the agent wrote that is no part of the protocol."""
        return f"{self._peer.noise()}\n{self.process.tail()}"[-_LAST_WORDS:]

    def _handle(self, call: Any, method: str, params: Json, reply: Reply) -> None:
        self._turns.note(params.get("toolCall"))
        self._requests.handle(call, method, params, reply)

    def _notification(self, method: str, params: Json) -> None:
        match method, params:
            case "session/update", {"update": dict(update)}:
                self._turns.note(update)
                self.dialogue.receive(params.get("sessionId"), update)
            case "$/cancel_request", {"requestId": call}:
                self.questions.withdraw(call)
            case "elicitation/complete", {"elicitationId": elicitation}:
                self.questions.complete(elicitation)
            case _:
                self._requests.notice(method, params)
