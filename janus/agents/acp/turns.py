"""The turns on one connection, one at a time.

take() ── session/prompt ──> agent ── the answer ──> all that the turn owned is settled
cancel() ─ session/cancel ─> agent ── no answer ───> the turn is over, and soon the agent too
"""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, Protocol

from janus.agents.acp.dialogue import Dialogue
from janus.agents.acp.jsonrpc import Json, Peer, RpcError
from janus.agents.acp.prompt import Prompt
from janus.agents.acp.questions import Questions
from janus.agents.acp.turn import Turn
from janus.agents.driver import deaf
from janus.agents.process.begun import end_begun, is_stopped
from janus.agents.process.process import AgentProcess
from janus.clock import spoken
from janus.errors import AgentFailed
from janus.model.events import Emit, Remark

#: Seconds for a cancelled turn to end: who said Stop wants to see that it was heard. Agents take
#: 0.6, more on a busy computer: they get the rest in the background, because to start one anew may
#: take a minute.
CANCEL, OBEY = 1.5, 8.0
#: A request that no agent knows. Its answer tells that all has arrived which was sent before it.
BARRIER = "_janus/barrier"
#: Seconds it may take; an agent that takes longer is not asked again.
BARRIER_WAIT = 0.5


class Host(Protocol):
    """What turns need of their connection."""

    process: AgentProcess
    dialogue: Dialogue
    questions: Questions

    def give_up(self) -> None:
        """End the agent, without waiting for that."""


class Turns:
    """Runs turns; ``_lock`` guards ``_turn``, ``_stopping``; it is never held while waiting."""

    def __init__(self, host: Host, peer: Peer, label: str, emit: Emit) -> None:
        self._host = host
        self._peer = peer
        self._label = label
        self._emit = emit
        self._lock = threading.Lock()
        self._turn: Turn | None = None
        self._stopping: Turn | None = None  # over, though its agent has not answered yet
        self._waiter: threading.Thread | None = None  # for that answer
        self._has_barrier = True
        self._taken = 0

    @property
    def running(self) -> bool:
        """Whether a turn runs."""
        with self._lock:
            return self._turn is not None

    def take(self, turn: Turn, prompt: Prompt, limit: float) -> str:
        """Run a turn; why it ended, in the agent's own word. Raises RpcError, AgentFailed."""
        self._await_late_words()
        if turn.is_cancelling:
            raise AgentFailed("The turn was cancelled before it began.")
        self._prompt(turn, *prompt)
        if turn.is_cancelling:
            self.cancel()  # asked for before there was anything to cancel
        in_time = turn.wait(limit)
        if not in_time:
            self.cancel()
        if not turn.ended.wait(CANCEL):
            self._leave(turn, "did not react to Stop" if in_time else "did not end its turn")
        elif turn.is_cancelling:
            self._end_leftovers(turn)
        if not in_time:
            raise AgentFailed(f"{self._label} took longer than {spoken(limit)}.")
        if turn.is_cancelling:
            return "cancelled"  # whatever the agent says of it
        turn.answer.result()
        return turn.reason

    def cancel(self) -> None:
        """Ask the agent to end its turn, if that is to end."""
        with self._lock:
            turn = self._turn
            if turn is None or not turn.is_cancelling:
                return
            params = {"sessionId": self._host.dialogue.session_id}
            self._peer.notify("session/cancel", params)
        self._host.questions.cancel(turn.id)
        turn.woken.set()

    def is_cancelling(self, turn_id: str | None) -> bool:
        """Whether this turn is to end, and its agent has not ended it yet."""
        with self._lock:
            turns = [self._turn, self._stopping]
        return any(turn and turn.id == turn_id and turn.is_cancelling for turn in turns)

    def await_stop(self) -> None:
        """Wait until an agent that was stopped has answered, or is given up."""
        if waiter := self._waiter:
            waiter.join()

    def note(self, call: Any) -> None:
        """The agent tells of a tool call: the turn that runs may own it."""
        with self._lock:
            if self._turn and isinstance(call, dict):
                self._turn.note(call)

    def _await_late_words(self) -> None:
        """Let the turn before come to its end: agents write more after they have answered it."""
        if not self._taken or not self._has_barrier:
            return
        try:
            self._peer.call(BARRIER, {}, BARRIER_WAIT)
        except RpcError:
            pass  # that it does not know the method is an answer
        except TimeoutError:
            self._has_barrier = False

    def _prompt(self, turn: Turn, text: str, blocks: list[Json]) -> None:
        dialogue = self._host.dialogue
        prompt = {"sessionId": dialogue.session_id, "prompt": blocks}
        try:
            with self._lock:  # the agent may ask something at once
                self._taken += 1
                self._turn = turn
                dialogue.begin_turn(turn.id, text)
                settle = partial(self._settle, turn)
                turn.answer = self._peer.begin("session/prompt", prompt, settle)
        except AgentFailed:
            self._settle(turn, turn.answer)
            raise

    def _settle(self, turn: Turn, answer: Future[Any]) -> None:
        """The turn is over, and so is all that it owned. Only the first time counts."""
        with self._lock:
            if self._turn is not turn:
                return
            turn.answer, self._turn = answer, None
        try:
            self._host.questions.cancel(turn.id)
            self._host.dialogue.end_turn(turn.status)
        finally:
            turn.ended.set()
            turn.woken.set()

    def _leave(self, turn: Turn, why: str) -> None:
        """End a turn that its agent does not end."""
        if is_stopped(self._host.process):
            self._give_up(why)  # it cannot
            return self._settle(turn, turn.answer)
        with self._lock:
            self._stopping = turn
            name = f"{threading.current_thread().name} stop"
            self._waiter = threading.Thread(
                target=self._await_answer, args=(turn, why), name=name, daemon=True
            )
            self._waiter.start()
        self._settle(turn, turn.answer)

    def _await_answer(self, turn: Turn, why: str) -> None:
        if wait([turn.answer], OBEY).done:
            self._end_leftovers(turn)
        else:
            self._give_up(why)
        with self._lock:
            self._stopping = None

    def _give_up(self, why: str) -> None:
        """End an agent that does not obey; nobody waits for that."""
        self._host.give_up()
        self._emit(deaf(self._label, why))

    def _end_leftovers(self, turn: Turn) -> None:
        """End the commands that an agent began in a turn, and lets go on after Stop."""
        if turn.busy_since is None:
            return
        ended = end_begun(self._host.process, turn.busy_since)
        if ended:
            self._remark(f"{self._label} let go on what it ran, so Janus ended that.")
        elif ended is None:
            self._remark(f"What {self._label} ran may still run. Ending the session ends it.")

    def _remark(self, words: str) -> None:
        self._emit(Remark(str(uuid.uuid4()), words))
