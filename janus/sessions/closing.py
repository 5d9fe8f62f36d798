"""How sessions end: with a summary, the slow ones on threads of their own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from janus.logs import about
from janus.memory.summaries import save_summary
from janus.model import Ended
from janus.sessions.session import Session
from janus.workspace.published import PublishedFolder

log = logging.getLogger(__name__)


class SessionCloser:
    """Ends sessions that take no more messages; ``_lock`` guards the list of its threads."""

    def __init__(self, published: PublishedFolder, workspace: Path) -> None:
        self._published = published
        self._workspace = workspace
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def finish(self, session: Session, patience: float, *, for_good: bool = True) -> Ended:
        """End a session now; its agent has *patience* seconds for the summary."""
        summary = session.finish_end(patience, for_good=for_good)
        info = session.info
        saved = summary is not None and (
            not summary.new or save_summary(self._published, self._workspace, info, summary)
        )
        log.info(
            "Session %s: %s", session.id, "ended" if for_good else "rests until the next start",
            extra=about(session.id, "ended" if for_good else "suspended"),
        )  # fmt: skip
        text = summary.text if summary else None
        return Ended(session.id, text, saved, info.branch, info.worktree_path)

    def aside(self, session_id: str, end: Callable[[], object]) -> None:
        """Run *end* on a thread of its own."""

        def run() -> None:
            try:
                end()
            except Exception:
                log.exception(
                    "Session %s: did not end cleanly", session_id, extra=about(session_id)
                )
            finally:
                with self._lock:
                    del self._threads[session_id]

        thread = threading.Thread(target=run, name=f"end {session_id[:8]}", daemon=True)
        with self._lock:
            self._threads[session_id] = thread
        thread.start()

    def join(self, timeout: float) -> None:
        """Wait for all that end aside, *timeout* seconds at most."""
        deadline = time.monotonic() + timeout
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
