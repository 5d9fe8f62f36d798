"""cursor-agent in print mode: one process a turn, the conversation continued by its id.

    cursor-agent -p --output-format stream-json --stream-partial-output --trust
                 [--resume ID] -- PROMPT

The ``result`` line ends the turn, not the exit: the process takes seconds to leave, and some builds
never do. An exit without ``result`` is a failure, whatever the exit code.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from janus.agents.agent import Emit, Recap
from janus.agents.cursor.chat_store import is_stored
from janus.agents.cursor.config import cursor_folder
from janus.agents.cursor.stream_json import translate
from janus.agents.failures import explain
from janus.agents.known import CURSOR
from janus.agents.process.process import TIMEOUT, AgentProcess
from janus.agents.recap import RecapPrompt
from janus.errors import AgentFailed, InvalidRequest, PermissionNotFound
from janus.text import strip_controls

if TYPE_CHECKING:
    from janus.agents.spec import InstalledAgent

log = logging.getLogger(__name__)

PARTIAL, TRUST = "--stream-partial-output", "--trust"
#: The kernel takes 128 KiB an argument. Longer prompts go to stdin, which most builds read.
_LONGEST_ARGUMENT = 120_000
#: Seconds a process may take to leave: after its result (1.8 to 3.1 are usual), once the next turn
#: waits for that, and after Ctrl-C.
LINGER, PATIENCE, OBEY = 10.0, 4.0, 3.0
_UNKNOWN_OPTION = re.compile(r"unknown option '(--[a-z-]+)'")
_CONFIG_RACE = "cli-config.json.tmp"
_ATTEMPTS = 4


@dataclass
class _Turn:
    """One run of the program, and what came of it."""

    process: AgentProcess
    noise: list[str] = field(default_factory=list)
    heard: bool = False
    finished: bool = False


class PrintAgent:
    """A conversation with a program that speaks cursor-agent's print mode.

    ``_lock`` guards ``_process``, the newest one (it may linger after its turn), ``_running``, the
    one with a turn, and ``_stopped``. It is never held while waiting.
    """

    asks = False

    def __init__(
        self,
        found: InstalledAgent,
        cwd: Path,
        name: str,
        emit: Emit,
        conversation: str | None = None,
        *,
        recap: Recap = lambda: "",
    ) -> None:
        self.conversation = conversation
        self._found = found
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._reminder = RecapPrompt(emit, recap)
        self._kept = True  # whether the conversation was in the program's store, or should be
        self._forgotten = False  # whether that has still to be told with the next one's id
        self._options = [PARTIAL, TRUST]
        self._lock = threading.Lock()
        self._process: AgentProcess | None = None
        self._running: AgentProcess | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        with self._lock:
            process = self._running
        return process.pid if process else None

    def start(self, cancelled: Event) -> None:
        """Nothing to do: every turn has a process of its own."""

    def prompt(self, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn; see ``Agent.prompt``."""
        try:
            self._prompt(text, limit, cancelled)
        except AgentFailed:
            if cancelled.is_set():
                return "cancelled"
            raise
        finally:
            with self._lock:
                self._running = None
        return "end_turn"

    def interrupt(self) -> None:
        """Ctrl-C; a process that does not obey in 3 s is ended."""
        with self._lock:
            process = self._running
        if process:
            process.interrupt()
            process.leave(OBEY)

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
            process = self._process
        if process:
            process.stop()

    def _prompt(self, prompt: str, limit: float, cancelled: Event) -> None:
        if self._has_forgotten():
            self.conversation, self._forgotten = None, True
            self._reminder.forgotten()
        prompt = strip_controls(self._reminder.before(prompt)).strip()
        for _ in range(_ATTEMPTS):
            turn = self._run(prompt, limit, cancelled)
            if turn.finished:
                self._reminder.done()
                return
            said = "\n".join([*turn.noise, turn.process.tail()])
            if turn.heard or not self._may_retry(said):
                break
        raise explain(self._found.spec, turn.process.exit, said)

    def _has_forgotten(self) -> bool:
        """Whether cursor-agent would begin an empty conversation under the old id, silently."""
        if self.conversation is None or self._found.spec is not CURSOR:
            return False
        stored = is_stored(cursor_folder(self._found.environ) / "chats", self.conversation)
        self._kept = self._kept or stored is True
        return self._kept and stored is False

    def _run(self, prompt: str, limit: float, cancelled: Event) -> _Turn:
        turn = _Turn(self._start(prompt, cancelled))
        try:
            self._follow(turn, limit)
        except TimeoutError:
            turn.process.stop()
            raise self._too_slow(turn, limit) from None
        except BaseException:
            turn.process.stop()
            raise
        if turn.finished:
            turn.process.linger(LINGER)
        else:  # it is gone, or has closed its output: there is nothing to wait for
            turn.process.linger(OBEY)
            turn.process.wait()
        return turn

    def _start(self, prompt: str, cancelled: Event) -> AgentProcess:
        by_stdin = len(prompt.encode()) > _LONGEST_ARGUMENT
        resume = ["--resume", self.conversation] if self.conversation else []
        argv = [
            *self._found.program,
            "-p",
            "--output-format",
            "stream-json",
            *self._options,
            *resume,
        ]
        if not by_stdin:
            argv += ["--", prompt]  # without "--" a prompt that begins with a dash is an option
        process = AgentProcess(argv, self._cwd, self._found.environ, self._name)
        if self._process:
            # Two processes in one conversation overwrite each other's memory.
            self._process.leave(PATIENCE)
            self._process.wait()
        with self._lock:
            self._process = self._running = process
            if self._stopped:
                process.stop()  # asked for before there was anything to stop: it will not start
        process.start()
        log.info(
            "Agent %s runs as process %d", self._name[:8], process.pid,
            extra={"event": "spawned", "session_id": self._name, "pid": process.pid},
        )  # fmt: skip
        if cancelled.is_set():
            self.interrupt()  # asked for before there was anything to interrupt
        # A failure here means that it died or does not read: its last words say why.
        with contextlib.suppress(AgentFailed):
            if by_stdin:
                process.send(prompt.encode())
            process.close_stdin()  # with an open one some builds never exit
        return process

    def _follow(self, turn: _Turn, limit: float) -> None:
        partial = PARTIAL in self._options
        lines = turn.process.lines(first=TIMEOUT, total=limit)
        for kind, data in translate(lines, partial):
            if kind == "noise":
                turn.noise = [*turn.noise[-20:], strip_controls(data["text"][:2000])]
                continue
            turn.heard = True
            if kind == "conversation":
                if data["id"] != self.conversation:
                    # Should this build keep it elsewhere, its absence will mean nothing.
                    self.conversation, self._kept = data["id"], False
                if self._forgotten:
                    data, self._forgotten = {**data, "forgotten": True}, False
            if kind != "result":
                self._emit(kind, data)
            elif data["ok"]:
                turn.finished = True
                return
            else:
                turn.noise.append(strip_controls(data["text"][:2000]))
                return

    def _may_retry(self, said: str) -> bool:
        """Whether the failure is one that another try mends; nothing has been done yet."""
        unknown = _UNKNOWN_OPTION.search(said)
        if unknown and unknown[1] in self._options:
            log.info("%s does not know %s; leaving it out", self._found.program[0], unknown[1])
            self._options.remove(unknown[1])
            return True
        return _CONFIG_RACE in said  # builds before 2026.07 race for it when two start at once

    def _too_slow(self, turn: _Turn, limit: float) -> AgentFailed:
        label = self._found.spec.label
        if turn.heard:
            return AgentFailed(
                f"{label} took longer than {limit / 60:.0f} minutes and was stopped."
            )
        return AgentFailed(f"{label} gave no sign of life for {min(TIMEOUT, limit):.0f} seconds.")
