"""cursor-agent in print mode: one process a turn, the conversation continued by its id.

The ``result`` line ends the turn, not the exit: the process takes seconds to leave, and some builds
never do. An exit without ``result`` is a failure, whatever the exit code.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Sequence
from functools import cached_property
from threading import Event
from typing import Any

from msgspec.structs import replace

from janus.agents.attached import Attached, placed
from janus.agents.cursor.config import is_stored
from janus.agents.cursor.run import Command, Run, fits
from janus.agents.driver import Driver, deaf
from janus.agents.failures import explain, unreadable
from janus.agents.known import CURSOR
from janus.agents.process.process import TIMEOUT, AgentProcess
from janus.agents.todos import Plan
from janus.errors import AgentFailed, InvalidRequest, PermissionNotFound
from janus.model.events import ConversationOpened
from janus.text import strip_controls

#: Seconds a process may take to leave: after its result (1.8 to 3.1 are usual), once the next turn
#: waits for that, and after Ctrl-C.
LINGER, PATIENCE, OBEY = 10.0, 4.0, 1.5
#: Seconds between SIGTERM and SIGKILL for one that does not obey.
_DEAF = 0.5
_ATTEMPTS = 4
_FORCED = (signal.SIGTERM, signal.SIGKILL)


class PrintAgent(Driver):
    """A conversation with a program that speaks cursor-agent's print mode.

    ``_process`` is the newest one (it may linger after its turn), ``_running`` the one with a turn.
    ``_lock`` guards ``_stopped`` and what it is decided on; it is never held while waiting.
    """

    asks = False
    _was_stored = True  # whether the conversation was in the program's store, or should be
    _forgotten = False  # whether that has still to be told with the next one's id
    _process: AgentProcess | None = None
    _running: AgentProcess | None = None

    @cached_property
    def _command(self) -> Command:
        return Command(self._agent.program)

    @cached_property
    def _plan(self) -> Plan:
        return Plan()

    @property
    def pid(self) -> int | None:
        process = self._running
        return process.pid if process else None

    def start(self, cancelled: Event) -> None:
        """Nothing to do: every turn has a process of its own."""

    def interrupt(self) -> None:
        """Ctrl-C; a process that does not obey soon is ended."""
        if process := self._running:
            process.interrupt()
            process.leave(OBEY, _DEAF)

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        """Print mode never asks."""
        raise PermissionNotFound("This agent does not ask for permission.")

    def choose(self, option_id: str, value: str) -> None:
        """Print mode offers no choices."""
        raise InvalidRequest("This agent offers no choices.")

    def stop(self) -> None:
        """End what runs, for good."""
        with self._lock:
            self._stopped = True
        if self._process:  # one that comes later sees that it is not wanted
            self._process.stop()

    def _turn(
        self,
        turn_id: str,
        text: str,
        limit: float,
        cancelled: Event,
        attached: Sequence[Attached],
    ) -> str:
        try:
            return self._prompt(turn_id, placed(text, attached), limit, cancelled)
        finally:
            self._running = None

    def _prompt(self, turn_id: str, text: str, limit: float, cancelled: Event) -> str:
        if self._is_malformed() or self._is_lost():
            self.conversation, self._forgotten = None, True
            self._has_forgotten(turn_id)
        prompt = strip_controls(self._with_recap(text)).strip()
        for _ in range(_ATTEMPTS):
            run = self._run(turn_id, prompt, limit, cancelled)
            if run.result and run.result.ok:
                self._preface = ""  # from now on it knows
                return run.result.stop_reason
            complaint = run.complaint()
            # Another try, where nothing has been done yet and it may go better.
            if run.has_begun or not self._command.adapt(complaint):
                break
        if failure := run.process.failure:
            raise unreadable(self._agent.spec, failure)
        raise explain(self._agent.spec, run.process.exit, complaint)

    def _is_lost(self) -> bool:
        """Whether the store has the conversation no more.

        cursor-agent would begin an empty one under the old id, silently.
        """
        if self.conversation is None or self._agent.spec is not CURSOR:
            return False
        stored = is_stored(self._agent.environ, self.conversation)
        self._was_stored = self._was_stored or stored is True
        return self._was_stored and stored is False

    def _run(self, turn_id: str, prompt: str, limit: float, cancelled: Event) -> Run:
        process = self._start(prompt, cancelled)
        run = Run(process, turn_id, self._emit, self._on_opened, self._plan)
        try:
            run.follow(self._command.is_partial, TIMEOUT, limit)
        except BaseException as failure:
            process.stop()
            if isinstance(failure, TimeoutError):
                raise self._too_slow(run, limit) from None
            raise
        finally:
            run.settle("cancelled" if cancelled.is_set() else run.status)
        if run.status == "completed":
            process.linger(LINGER)
        else:  # it is gone, or has closed its output: there is nothing to wait for
            process.linger(OBEY)
            process.wait()
        if cancelled.is_set() and process.exit and process.exit.signal in _FORCED:
            self._emit(deaf(self._agent.spec.label, "did not react to Stop"))
        return run

    def _start(self, prompt: str, cancelled: Event) -> AgentProcess:
        argv = self._command.argv(self.conversation, prompt)
        process = AgentProcess(argv, self._cwd, self._agent.environ, self._name)
        if self._process:
            # Two processes in one conversation overwrite each other's memory.
            self._process.leave(PATIENCE)
            self._process.wait()
        with self._lock:
            self._process = self._running = process
            if self._stopped:
                process.stop()  # asked for before there was anything to stop: it will not start
        process.start()
        process.announce()
        if cancelled.is_set():
            self.interrupt()  # asked for before there was anything to interrupt
        # A failure here means that it died or does not read: its last words say why.
        with contextlib.suppress(AgentFailed):
            if not fits(prompt):
                process.send(prompt.encode())
            process.close_stdin()  # with an open one some builds never exit
        return process

    def _on_opened(self, opened: ConversationOpened) -> None:
        """The program says which conversation this is."""
        if opened.id != self.conversation:
            # Should this build keep it elsewhere, its absence will mean nothing.
            self.conversation, self._was_stored = opened.id, False
        self._opened(replace(opened, forgotten=self._forgotten))
        self._forgotten = False

    def _too_slow(self, run: Run, limit: float) -> AgentFailed:
        took = f"took longer than {limit / 60:.0f} minutes and was stopped"
        silent = f"gave no sign of life for {min(TIMEOUT, limit):.0f} seconds"
        return AgentFailed(f"{self._agent.spec.label} {took if run.has_begun else silent}.")
