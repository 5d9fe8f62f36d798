"""A short visit to an ACP agent: which conversations it has, and what was said in one.

initialize ── session/list, page by page ──> conversations
           └─ session/load ──> the history, as it is replayed
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from threading import TIMEOUT_MAX
from typing import Any

from janus.agents.acp.handshake import INITIALIZE, Caller
from janus.agents.acp.jsonrpc import METHOD_NOT_FOUND, Json, Peer, Reply, failure
from janus.agents.acp.replay import PATIENCE, Replay
from janus.agents.acp.updates import object_of
from janus.agents.failures import explain
from janus.agents.probe import Probes
from janus.agents.process.process import AgentProcess
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed

#: Seconds for the greeting and the list, and for a history.
_LIST, _LOAD = 60.0, 120.0
#: Pages of a list, and updates of a history.
_PAGES, _UPDATES = 20, 1_000_000


class Visit:
    """A conversation with an agent that is about its conversations only."""

    def __init__(self, process: AgentProcess, agent: InstalledAgent) -> None:
        self._process = process
        self._agent = agent
        self._replay = Replay()
        self._wanted = ""
        self._updates: list[Json] = []
        name = f"{agent.spec.name} visit"
        self._peer = Peer(self._send, _refuse, self._told, name)
        self._caller = Caller(self._peer, agent, name)
        self._reader = threading.Thread(target=self._read, name=f"agent {name}", daemon=True)
        self._reader.start()
        self._deadline = time.monotonic() + _LIST
        #: Whether it tells which conversations it has, and what was said in them.
        self.lists = False

    def greet(self) -> None:
        """See what it can do. Raises AgentFailed."""
        hello = object_of(self._call("initialize", INITIALIZE))
        offers = object_of(hello.get("agentCapabilities"))
        listed = object_of(offers.get("sessionCapabilities")).get("list") is not None
        self.lists = listed and offers.get("loadSession") is True

    def conversations(self, folder: Path) -> Iterator[Json]:
        """Its conversations of a *folder*, as it tells of them. Raises AgentFailed."""
        params: Json = {"cwd": str(folder)}
        for _ in range(_PAGES):
            page = object_of(self._call("session/list", params))
            sessions = page.get("sessions")
            if not isinstance(sessions, list):
                raise AgentFailed("What it tells is in a format unknown here.")
            for one in sessions:
                if object_of(one).get("cwd", str(folder)) == str(folder):
                    yield object_of(one)
            if not isinstance(cursor := page.get("nextCursor"), str) or not cursor:
                return
            params = {**params, "cursor": cursor}

    def history(self, conversation: str, folder: Path) -> list[Json]:
        """What was said in a conversation, as updates. Raises AgentFailed."""
        self._wanted, self._deadline = conversation, time.monotonic() + _LOAD
        self._call(
            "session/load", {"sessionId": conversation, "cwd": str(folder), "mcpServers": []}
        )
        self._replay.await_end(PATIENCE)
        self._replay.end()
        return self._updates

    def close(self) -> None:
        """End it, when the process has ended."""
        self._reader.join()
        self._peer.join()

    def _call(self, method: str, params: Json) -> Any:
        return self._caller.call(method, params, max(1.0, self._deadline - time.monotonic()))

    def _told(self, method: str, params: Json) -> None:
        update = params.get("update")
        if method != "session/update" or not isinstance(update, dict):
            return
        if not self._replay.is_open or params.get("sessionId") != self._wanted:
            return
        if self._replay.is_old(update, None) and len(self._updates) < _UPDATES:
            self._updates.append(update)

    def _send(self, data: bytes) -> None:
        try:
            self._process.send(data)
        except AgentFailed:
            self._process.leave(0)  # then the reader closes the peer
            raise

    def _read(self) -> None:
        for line in self._process.lines(first=TIMEOUT_MAX, total=TIMEOUT_MAX):
            self._peer.feed(line)
        self._process.leave(0)
        self._process.wait()
        heard = f"{self._peer.noise()}\n{self._process.tail()}"[-4000:]
        self._peer.close(explain(self._agent.spec, self._process.exit, heard))
        self._replay.end()


@contextlib.contextmanager
def visit(agent: InstalledAgent, by: Probes) -> Iterator[Visit]:
    """An agent that runs for as long as the block, in no project. Raises AgentFailed."""
    argv = [*agent.program, *(agent.spec.acp or ())]
    made: Visit | None = None
    try:
        with by.run(argv, agent.environ) as process:
            made = Visit(process, agent)
            made.greet()
            yield made
    finally:
        if made:
            made.close()


def _refuse(call: Any, method: str, params: Json, reply: Reply) -> None:
    reply(failure(METHOD_NOT_FOUND, "this client only looks"))
