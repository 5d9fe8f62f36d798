"""The beginning with an ACP agent: a greeting, then its conversation is continued or begun.

initialize ── session/resume, or session/load ──> replay ──> its end ──> open
           └─ session/new, where that cannot be ───────────────────────> open
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from janus.agents.acp.caller import Caller
from janus.agents.acp.jsonrpc import Json, RpcError
from janus.agents.acp.replay import PATIENCE, QUIET, Replay
from janus.agents.acp.schema import AUTH_REQUIRED, INITIALIZE, INTERNAL
from janus.agents.acp.updates import object_of
from janus.agents.process.process import TIMEOUT
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed

log = logging.getLogger(__name__)

#: Seconds for the answers that need no model; a stored conversation may be long.
HANDSHAKE, LOAD = TIMEOUT, 120.0


class Handshake:
    """What it takes to open a conversation with a process."""

    def __init__(
        self, caller: Caller, spec: AgentSpec, cwd: Path, name: str, replay: Replay
    ) -> None:
        self._caller = caller
        self._spec = spec
        self._cwd = cwd
        self._name = name
        self._replay = replay
        #: Whether the agent died or hung when it should have gone on with a conversation.
        self.stumbled = False

    def open(self, conversation: str | None) -> tuple[str, Json]:
        """Go on with a *conversation*, or begin one: its id, and what the agent says of it.

        The id is another one if the agent has forgotten the conversation, or cannot go on with any.
        """
        offered = self._greet()
        if conversation is not None:
            opened = self._continue(conversation, offered)
            if opened is not None:
                return conversation, opened
        opened = self._new()
        return str(opened["sessionId"]), opened

    def _greet(self) -> Json:
        """What the agent can do."""
        try:
            hello = self._caller.call("initialize", INITIALIZE, HANDSHAKE)
        except RpcError as error:
            raise self._caller.explained(error) from error
        if not isinstance(hello, dict) or hello.get("protocolVersion") != 1:
            raise AgentFailed(f"{self._spec.label} speaks another version of ACP.")
        return object_of(hello.get("agentCapabilities"))

    def _new(self) -> Json:
        params: Json = {"cwd": str(self._cwd), "mcpServers": []}
        try:
            opened = self._caller.call("session/new", params, HANDSHAKE)
        except RpcError as error:
            if error.code != INTERNAL:
                raise self._caller.explained(error) from error
            try:  # passing trouble of some builds
                opened = self._caller.call("session/new", params, HANDSHAKE)
            except RpcError as again:
                raise self._caller.explained(again) from again
        if not isinstance(opened, dict) or not isinstance(opened.get("sessionId"), str):
            raise AgentFailed(f"{self._spec.label} did not begin a conversation.")
        return opened

    def _continue(self, conversation: str, offered: Json) -> Json | None:
        """Go on with a conversation; None if the agent cannot, or has forgotten it."""
        resumes = object_of(offered.get("sessionCapabilities")).get("resume") is not None
        if not resumes and not offered.get("loadSession"):
            return None
        params = {"sessionId": conversation, "cwd": str(self._cwd), "mcpServers": []}
        try:
            opened = self._loaded("session/resume" if resumes else "session/load", params)
        except RpcError as error:
            if error.code == AUTH_REQUIRED:
                raise self._caller.explained(error) from error
            log.warning("Agent %s cannot continue its conversation: %s", self._name, error)
            return None
        self._replay.await_end(QUIET if resumes else PATIENCE)
        return object_of(opened)

    def _loaded(self, method: str, params: Json) -> Any:
        try:
            return self._caller.call(method, params, LOAD)
        except AgentFailed:
            self.stumbled = True
            raise
