"""A conversation that is being opened, however long the agent takes to get ready.

    run() on a thread ──> greeted ──> done
    result() on any   ──> waits a while, and may come back to wait again

Agents start their own servers first, which may take minutes. Who waits gives up in time; the agent
goes on, and whoever asks next finds it further.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event
from typing import Any

from janus.agents.acp.jsonrpc import Json

#: Seconds an agent may take to greet (0.4 to 4 are usual, 36 were seen on a busy computer), and
#: after which the user is told that it is slow.
GREETING, SLOW = 60.0, 15.0

Opened = tuple[str, Json]


class Opening:
    """Opens a conversation once. ``wake`` ends the waiting, from any thread."""

    def __init__(self, run: Callable[[], Opened], greeted: Event, name: str) -> None:
        """*run* opens it, and sets *greeted* on its way. It ends at the latest with the agent."""
        self._run = run
        self._greeted = greeted
        self._opened: Future[Opened] = Future()
        self._woken = Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether the conversation is open, or cannot be opened."""
        return self._opened.done()

    def result(self, limit: float, on_slow: Callable[[], Any]) -> Opened | None:
        """The conversation; None if ``wake`` was called before.

        Raises TimeoutError after *limit* seconds, or sooner where the agent does not even greet;
        and what *run* raises. Calls *on_slow* if it takes long.
        """
        deadline = time.monotonic() + limit
        greeting = min(limit, GREETING)
        if not self._woken.wait(min(greeting, SLOW)) and limit > SLOW:
            on_slow()
            self._woken.wait(max(0.0, greeting - SLOW))
        if not self._woken.is_set():
            if not self._greeted.is_set():
                raise TimeoutError
            self._woken.wait(max(0.0, deadline - time.monotonic()))
        if self._opened.done():
            return self._opened.result()
        if not self._woken.is_set():
            raise TimeoutError
        return None

    def wake(self) -> None:
        """Nobody waits for it any more."""
        self._woken.set()

    def join(self) -> None:
        """Wait for the thread, once the agent is gone."""
        self._thread.join()

    def _work(self) -> None:
        try:
            self._opened.set_result(self._run())
        except BaseException as failure:
            self._opened.set_exception(failure)
        finally:
            self._woken.set()
