"""What Janus asks of an ACP agent, first of all to continue a conversation or to begin one.

initialize ── session/resume, or session/load ──> replay ──> its end ──> open
           └─ session/new, where that cannot be ───────────────────────> open
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from janus import __version__
from janus.agents.acp.jsonrpc import Json, Peer, RpcError
from janus.agents.acp.replay import PATIENCE, QUIET, Replay
from janus.agents.acp.updates import object_of
from janus.agents.failures import login_required, refused
from janus.agents.process.process import TIMEOUT
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed

log = logging.getLogger(__name__)

AUTH_REQUIRED, INTERNAL = -32000, -32603
#: Seconds for the answers that need no model; a stored conversation may be long.
HANDSHAKE, LOAD = TIMEOUT, 120.0
INITIALIZE: Json = {
    "protocolVersion": 1,
    "clientCapabilities": {
        "fs": {"readTextFile": False, "writeTextFile": False},
        "terminal": False,
        "session": {"notices": {}, "compaction": {}},
        "elicitation": {"form": {}, "url": {}},
    },
    "clientInfo": {"name": "janus", "title": "Janus", "version": __version__},
}


class Caller:
    """Requests to the agent at the other end of a peer; failures are told in words for a person."""

    def __init__(self, peer: Peer, spec: AgentSpec, name: str) -> None:
        self._peer = peer
        self._spec = spec
        self._name = name
        #: Whether it died or hung when it should have gone on with a conversation.
        self.stumbled = False

    def call(self, method: str, params: Json, timeout: float) -> Any:
        """The result of *method*. Raises AgentFailed."""
        try:
            return self._call(method, params, timeout)
        except RpcError as error:
            raise self.explained(error) from error

    def explained(self, error: RpcError) -> AgentFailed:
        """What an error answer means, and what to do."""
        if error.code == AUTH_REQUIRED:
            return login_required(self._spec)
        return refused(self._spec, str(error))

    def open(self, cwd: Path, conversation: str | None, replay: Replay) -> tuple[str, Json]:
        """Go on with a *conversation*, or begin one: its id, and what the agent says of it.

        The id is another one if the agent has forgotten the conversation, or cannot go on with any.
        """
        hello = self.call("initialize", INITIALIZE, HANDSHAKE)
        if not isinstance(hello, dict) or hello.get("protocolVersion") != 1:
            raise AgentFailed(f"{self._spec.label} speaks another version of ACP.")
        params: Json = {"cwd": str(cwd), "mcpServers": []}
        if conversation is not None:
            offered = object_of(hello.get("agentCapabilities"))
            opened = self._continue({"sessionId": conversation, **params}, offered, replay)
            if opened is not None:
                return conversation, opened
        opened = self._new(params)
        if not isinstance(opened, dict) or not isinstance(opened.get("sessionId"), str):
            raise AgentFailed(f"{self._spec.label} did not begin a conversation.")
        return opened["sessionId"], opened

    def _call(self, method: str, params: Json, timeout: float) -> Any:
        try:
            return self._peer.call(method, params, timeout)
        except TimeoutError as late:
            message = f"{self._spec.label} did not answer within {timeout:.0f} seconds."
            raise AgentFailed(message) from late

    def _new(self, params: Json) -> Any:
        try:
            return self._call("session/new", params, HANDSHAKE)
        except RpcError as error:
            if error.code != INTERNAL:
                raise self.explained(error) from error
        return self.call("session/new", params, HANDSHAKE)  # passing trouble of some builds

    def _continue(self, params: Json, offered: Json, replay: Replay) -> Json | None:
        """Go on with a conversation; None if the agent cannot, or has forgotten it."""
        resumes = object_of(offered.get("sessionCapabilities")).get("resume") is not None
        if not resumes and not offered.get("loadSession"):
            return None
        try:
            opened = self._call("session/resume" if resumes else "session/load", params, LOAD)
        except RpcError as error:
            if error.code == AUTH_REQUIRED:
                raise self.explained(error) from error
            log.warning("Agent %s cannot continue its conversation: %s", self._name, error)
            return None
        except AgentFailed:
            self.stumbled = True
            raise
        replay.await_end(QUIET if resumes else PATIENCE)
        return object_of(opened)
