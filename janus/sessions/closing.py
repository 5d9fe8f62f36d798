"""How sessions end: with a summary, the slow ones on threads of their own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from janus.conversation.summary import Summary, plain_summary
from janus.conversation.transcript import messages
from janus.errors import JanusError, SessionNotFound
from janus.events import SessionEnded
from janus.events import Summary as SummaryMade
from janus.logs import about
from janus.memory.summaries import save_summary
from janus.model import Ended
from janus.sessions.session import Session
from janus.sessions.turn_runner import log_failure
from janus.workspace.published import PublishedFolder

log = logging.getLogger(__name__)

#: Seconds a turn gets to end when its session does, first after Ctrl-C, then after being stopped.
INTERRUPT_TIMEOUT = 10.0


class SessionCloser:
    """Ends sessions that take no more messages; ``_lock`` guards the list of its threads."""

    def __init__(self, published: PublishedFolder, workspace: Path) -> None:
        self._save_new = published.save_new
        self._workspace = workspace
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def end(self, session: Session, patience: float) -> Ended:
        """End a session for good; its agent has *patience* seconds for the summary.

        What still waits in it is not asked any more.
        """
        why = session.ended_by or SessionNotFound("The session was ended.")
        for entry in session.turns.close():
            log_failure(session.log, session.id, entry.turn_id, why, "")
        summary = None
        try:
            summary = self._stop(session, why, patience)
        finally:
            if not session.log.snapshot.ended and (session.log.snapshot.session or summary):
                session.log.record(SessionEnded(str(why)))
            session.log.close()
        log.info("Session %s: ended", session.id, extra=about(session.id, "ended"))
        info = session.info
        saved = summary is not None and (
            not summary.new or save_summary(self._save_new, self._workspace, info, summary)
        )
        text = summary.text if summary else None
        return Ended(session.id, text, saved, info.branch, info.worktree_path)

    def suspend(self, session: Session, patience: float) -> None:
        """End a session's agent until the next start; what waits is asked then."""
        why = session.ended_by or SessionNotFound("The session was ended.")
        session.turns.close()
        try:
            summary = self._stop(session, why, patience)
            if summary and summary.new:
                save_summary(self._save_new, self._workspace, session.info, summary)
        finally:
            session.come_back()
            session.log.close()
        log.info(
            "Session %s: rests until the next start", session.id,
            extra=about(session.id, "suspended"),
        )  # fmt: skip

    def in_background(self, session_id: str, end: Callable[[], object]) -> None:
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
        """Wait for all that end in the background, *timeout* seconds at most."""
        deadline = time.monotonic() + timeout
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _stop(self, session: Session, why: JanusError, patience: float) -> Summary | None:
        """End the turn, ask for a summary within about *patience* seconds, end the agent.

        None if nothing was said.
        """
        session.turns.give_up(why)
        summary = None
        try:
            _end_turn(session)
            summary = _summarize(session, patience)
        finally:
            session.agent.stop()
        if summary and summary.new:
            session.log.record(SummaryMade(summary.text, summary.by_agent))
        return summary


def _end_turn(session: Session) -> None:
    if session.turns.interrupt(None, send_queue=True):
        session.agent.interrupt()
    if not session.turns.join(INTERRUPT_TIMEOUT):
        session.agent.stop()
        session.turns.join(INTERRUPT_TIMEOUT)


def _summarize(session: Session, timeout: float) -> Summary | None:
    conversation = tuple(messages(session.log))
    if not conversation:
        return None
    now = session.log.snapshot
    if made := now.summary:
        return Summary(made.content, made.by_agent, conversation, new=False)
    # An agent that just failed would most likely fail again, and make everybody wait for it.
    text = "" if now.status == "error" or timeout <= 0 else session.runner.summarize(timeout)
    return Summary(text or plain_summary(conversation), bool(text), conversation)
