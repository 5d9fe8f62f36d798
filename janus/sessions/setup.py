"""The owner's set-up command, run once in the new worktree of a session.

It is shown in the conversation as a tool call that belongs to no turn, growing while it runs. The
first message waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from janus.agents.process.process import AgentProcess
from janus.errors import AgentFailed
from janus.logs import about
from janus.model.events import AnyEvent, ToolCall

log = logging.getLogger(__name__)

#: Characters of output that are shown, the newest.
_SHOWN = 8000
#: Seconds between two looks at the output; it is shown anew each time it has run 5 % longer, since
#: every time costs a line of the log.
_LOOK, _GROWTH = 0.5, 1.05


class SetUp:
    """One run of the command; ``_lock`` guards ``_thread`` and ``_stopped``.

    Its thread starts the process and waits for it; ``stop`` ends both.
    """

    def __init__(
        self,
        command: str,
        folder: Path,
        environ: Mapping[str, str],
        limit: float,
        name: str,
        emit: Callable[[AnyEvent], object],
    ) -> None:
        """*limit* is in seconds. Nothing runs before ``start``."""
        self._call = ToolCall(f"setup-{uuid.uuid4()}", "set-up", "execute", command, "in_progress")
        # One pipe for both, so that lines stay in order. No shell but the one that is asked for.
        argv = ["/bin/sh", "-c", f"exec 2>&1\n{command}"]
        self._process = AgentProcess(argv, folder, environ, name)
        self._limit = limit
        self._name = name
        self._emit = emit
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self) -> None:
        """Run the command; returns at once."""
        with self._lock:
            if self._stopped:
                return
            thread = threading.Thread(
                target=self._run, name=f"set-up {self._name[:8]}", daemon=True
            )
            self._thread = thread
            thread.start()

    def wait(self, cancelled: threading.Event) -> bool:
        """Wait until it is over; once *cancelled*, stop it and return False."""
        while not self._over.wait(0.05):
            if cancelled.is_set():
                self.stop()
        return not cancelled.is_set()

    def stop(self) -> None:
        """End the command and all it started. May be called twice."""
        with self._lock:
            self._stopped = True
            thread = self._thread
        if thread is None:
            self._over.set()
        elif thread is not threading.current_thread():
            self._process.stop()
            thread.join()

    def _run(self) -> None:
        output = ""
        try:
            self._show("in_progress", output)
            self._process.start()
            self._process.close_stdin()
            output, late = self._read()
            self._process.stop()
            status, how = self._ended(late)
        except AgentFailed as failure:
            status, how = ("cancelled" if self._process.stopped else "failed"), str(failure)
        except Exception:
            log.exception("The set-up command could not be run", extra=about(self._name))
            status, how = "failed", "Janus made a mistake; its log says more."
        finally:
            self._process.stop()
        try:
            self._show(status, "\n".join(filter(None, (output, how))))
            log.info("Session %s: set-up %s", self._name, status, extra=about(self._name))
        finally:
            self._over.set()

    def _read(self) -> tuple[str, bool]:
        """Show the output as it grows, to its end; and whether that took too long."""
        began = shown_at = time.monotonic()
        output = shown = ""
        while True:
            try:
                for line in self._process.lines(_LOOK, _LOOK):
                    text = line.decode("utf-8", "replace").rstrip("\r\n").rpartition("\r")[2]
                    output = f"{output}{text}\n"[-_SHOWN:]
                if self._process.exit is None:  # it has closed its output, and goes on
                    self._process.wait(_LOOK)
                    raise TimeoutError
                return output.rstrip("\n"), False
            except TimeoutError:
                now = time.monotonic()
                if now - began > self._limit:
                    return output.rstrip("\n"), True
                if output != shown and now - began > (shown_at - began) * _GROWTH:
                    self._show("in_progress", output)
                    shown, shown_at = output, now

    def _ended(self, late: bool) -> tuple[str, str]:
        """The status, and words where it did not go well."""
        if late:
            return "failed", f"It was stopped after {self._limit:g} seconds, the longest turn."
        with self._lock:
            if self._stopped:
                return "cancelled", "It was stopped."
        how = self._process.exit
        if how is not None and how.code == 0:
            return "completed", ""
        return "failed", f"It failed ({how})."

    def _show(self, status: str, output: str) -> None:
        call = self._call
        self._emit(ToolCall(call.id, call.name, call.kind, call.title, status, output))
