"""How sessions end: with a summary, the slow ones on threads of their own."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from janus.conversation.summary import Summary, plain_summary
from janus.conversation.transcript import messages
from janus.errors import JanusError, ServerStopping, SessionNotFound
from janus.logs import about
from janus.memory.summaries import save_summary
from janus.model import Ended, SessionInfo
from janus.model.events import Summary as SummaryMade
from janus.sessions.session import Session
from janus.sessions.turn_runner import log_failure
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: Seconds a turn gets to end when its session does, first after Ctrl-C, then after being stopped.
INTERRUPT_TIMEOUT = 10.0
#: Sessions that end in the background at the same time: each may start its agent once more.
_AT_ONCE = 32


class SessionCloser:
    """Ends sessions that take no more messages.

    ``_lock`` guards its threads, which exist while there is something to end, and what waits.
    """

    def __init__(
        self,
        workspace: Workspace,
        ended: Callable[[SessionInfo], object] = lambda info: None,
        note: Callable[[Session], object] = lambda session: None,
    ) -> None:
        """*ended* is called with each session that has, *note* with what may have to be remembered
        of it."""
        self._workspace = workspace
        self._ended, self._note = ended, note
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._waiting: deque[tuple[str, Callable[[], object]]] = deque()

    def end(self, session: Session, patience: float | None) -> Ended:
        """End a session for good; its agent has *patience* seconds for the summary.

        With None nobody wants one: it is made from the conversation, and that of one question is
        not written down in the workspace, where a script that asks in a loop would leave thousands.
        What still waits in it is not asked any more.
        """
        why = session.ended_by or SessionNotFound("The session was ended.")
        again = session.log.snapshot.ended  # somebody has read it since
        for entry in session.turns.close():
            log_failure(session.log, session.id, entry.turn_id, why, "")
        summary = None
        try:
            summary = self._stop(session, why, patience)
        finally:
            if not session.log.snapshot.ended and (session.log.snapshot.session or summary):
                session.record_end(str(why))
            session.log.close()
            if session.log.snapshot.ended:
                self._ended(session.info)
            self._note(session)
        if not again:
            log.info("Session %s: ended", session.id, extra=about(session.id, "ended"))
        info = session.info
        saved = summary is not None and (not summary.new or summary.file != "")
        text = summary.text if summary else None
        return Ended(session.id, text, saved, info.branch, info.worktree_path)

    def clean_up(self, session_id: str, *, force: bool) -> bool:
        """Remove the worktree of a session that has ended; whether it is gone.

        What the agent did at the very end may be against it. Raises ServerStopping.
        """
        try:
            self._workspace.remove_worktree(session_id, force=force)
            return True
        except ServerStopping as stopping:
            raise ServerStopping(
                "The session has ended, but Janus is shutting down: its worktree stays until the "
                "session is deleted."
            ) from stopping
        except JanusError as refused:
            log.warning(
                "Session %s: its worktree stays: %s", session_id, refused,
                extra=about(session_id),
            )  # fmt: skip
            return False

    def forget_branch(self, session_id: str, branch: str, *, landed: bool) -> bool:
        """Delete the branch of a session that has ended, if it is merged; whether it is gone."""
        try:
            return bool(branch) and self._workspace.forget_branch(branch, landed=landed)
        except JanusError as refused:
            told = about(session_id)
            log.warning("Session %s: its branch stays: %s", session_id, refused, extra=told)
            return False

    def suspend(self, session: Session, until: float) -> None:
        """End a session's agent until the next start; what waits is asked then.

        It has *until* then for a summary, by the monotonic clock.
        """
        why = session.ended_by or SessionNotFound("The session was ended.")
        session.turns.close()
        try:
            self._stop(session, why, max(0.0, until - time.monotonic()))
        finally:
            session.come_back()
            session.log.close()
        log.info(
            "Session %s: rests until the next start", session.id,
            extra=about(session.id, "suspended"),
        )  # fmt: skip

    def in_background(self, session_id: str, end: Callable[[], object]) -> None:
        """Run *end* on another thread, as soon as fewer than 32 others end."""
        with self._lock:
            self._waiting.append((session_id, end))
            if len(self._threads) < _AT_ONCE:
                thread = threading.Thread(target=self._work, name="janus-ending", daemon=True)
                self._threads.add(thread)
                thread.start()

    def join(self, timeout: float) -> None:
        """Wait for all that end in the background, *timeout* seconds at most."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            with self._lock:
                thread = next(iter(self._threads), None)
            if thread is None:
                return
            thread.join(left)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads.discard(threading.current_thread())
                    return
                session_id, end = self._waiting.popleft()
            try:
                end()
            except Exception:
                told = about(session_id)
                log.exception("Session %s: did not end cleanly", session_id, extra=told)

    def _stop(self, session: Session, why: JanusError, patience: float | None) -> Summary | None:
        """End the turn, ask for a summary within about *patience* seconds, end the agent.

        None if nothing was said.
        """
        session.turns.give_up(why)
        summary = None
        try:
            _end_turn(session)
            summary = _summarize(session, patience or 0)
        finally:
            session.stop()
        if summary and summary.new:
            questions, file = sum(it.role == "user" for it in summary.conversation), ""
            if patience is not None or questions > 1:
                save_new = self._workspace.published.save_new
                file = save_summary(save_new, self._workspace.folder, session.info, summary)
            session.log.record(SummaryMade(summary.text, summary.by_agent, file))
            summary = replace(summary, file=file)
        return summary


def reason_of(session: Session) -> str:
    """Why a session that nobody uses ends: one whose agent failed is more than idle."""
    return "crashed" if session.log.snapshot.status == "error" else "idle"


def _end_turn(session: Session) -> None:
    if session.runner.setup:
        session.runner.setup.stop()
    if session.turns.interrupt(None, send_queue=True):
        session.agent.interrupt()
    if not session.turns.join(INTERRUPT_TIMEOUT):
        session.agent.stop()
        session.turns.join(INTERRUPT_TIMEOUT)


def _summarize(session: Session, timeout: float) -> Summary | None:
    conversation = tuple(messages(session.log))
    if all(message.role == "system" for message in conversation):
        return None
    now = session.log.snapshot
    if made := now.summary:
        return Summary(made.content, made.by_agent, conversation, new=False)
    # An agent that just failed would most likely fail again, and make everybody wait for it.
    text = "" if now.status == "error" or timeout <= 0 else session.runner.summarize(timeout)
    return Summary(text or plain_summary(conversation), bool(text), conversation)
