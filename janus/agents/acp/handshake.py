"""What Janus asks of an ACP agent, first of all to continue a conversation or to begin one.

initialize ── session/resume, or session/load ──> replay ──> its end ──> open
           └─ session/new, where that cannot be ───────────────────────> open
              └─ authenticate, once, where it asks for that and a login is stored already
"""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event
from typing import Any

from janus import __version__
from janus.agents.acp.jsonrpc import Json, Peer, RpcError
from janus.agents.acp.login import silent_login
from janus.agents.acp.replay import PATIENCE, QUIET, Replay
from janus.agents.acp.updates import object_of
from janus.agents.failures import login_required, refused
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed

log = logging.getLogger(__name__)

AUTH_REQUIRED, INVALID_PARAMS, INTERNAL = -32000, -32602, -32603
#: Seconds for a login with what is stored: without a login some agents wait for a browser.
LOGIN = 15.0
INITIALIZE: Json = {
    "protocolVersion": 1,
    "clientCapabilities": {
        "fs": {"readTextFile": False, "writeTextFile": False},
        "terminal": False,
        "session": {"notices": {}, "compaction": {}},
        "elicitation": {"form": {}, "url": {}},
        "subagents": {},  # with sessions of their own
        "_meta": {
            "terminal_output": True,  # what a command prints, piece by piece
            "terminal_output_delta": True,
            "parameterizedModelPicker": True,  # a model's own options as options
        },
    },
    "clientInfo": {"name": "janus", "title": "Janus", "version": __version__},
}


class Caller:
    """Requests to the agent at the other end of a peer; failures are told in words for a person."""

    def __init__(self, peer: Peer, agent: InstalledAgent, name: str) -> None:
        self._peer = peer
        self._agent = agent
        self._spec = agent.spec
        self._name = name
        self._login: str | None = None  # the way to log in that has not been tried
        #: What it takes in a prompt beside text: its ``promptCapabilities``.
        self.takes: Json = {}
        #: Set when the agent has greeted.
        self.greeted = Event()
        #: Whether it goes on with a conversation just now, or failed at it.
        self.stumbles = False

    def call(self, method: str, params: Json, timeout: float | None = None) -> Any:
        """The result of *method*, however long it takes without a *timeout*. Raises AgentFailed."""
        try:
            return self._call(method, params, timeout)
        except RpcError as error:
            raise self.explained(error) from error

    def explained(self, error: RpcError) -> AgentFailed:
        """What an error answer means, and what to do."""
        if error.code == AUTH_REQUIRED:
            return login_required(self._spec)
        return refused(self._spec, str(error.args[0]), error.data)

    def open(self, cwd: Path, conversation: str | None, replay: Replay) -> tuple[str, Json]:
        """Go on with a *conversation*, or begin one: its id, and what the agent says of it.

        The id is another one if the agent has forgotten the conversation, or cannot go on with any.
        """
        hello = self.call("initialize", INITIALIZE)
        self.greeted.set()
        offered = object_of(object_of(hello).get("agentCapabilities"))
        self.takes = object_of(offered.get("promptCapabilities"))
        if not isinstance(hello, dict) or str(hello.get("protocolVersion")) != "1":
            raise AgentFailed(f"{self._spec.label} speaks another version of ACP.")
        self._login = silent_login(hello.get("authMethods"), self._agent.environ)
        servers = [server.to_json() for server in self._agent.servers()]
        params: Json = {"cwd": str(cwd), "mcpServers": servers}
        if conversation is not None:
            opened = self._continue({"sessionId": conversation, **params}, offered, replay)
            if opened is not None:
                return conversation, opened
        opened = self._new(params)
        if not isinstance(opened, dict) or not isinstance(opened.get("sessionId"), str):
            raise AgentFailed(f"{self._spec.label} did not begin a conversation.")
        return opened["sessionId"], opened

    def authenticate(self) -> bool:
        """Log in with what is stored on this computer; whether that is done. Once, at most."""
        method, self._login = self._login, None
        if method is None:
            return False
        try:
            self._call("authenticate", {"methodId": method}, LOGIN)
        except (RpcError, AgentFailed) as failure:
            log.warning("Agent %s: no login with %s: %s", self._name, method, failure)
            return False
        return True

    def _opened(self, method: str, params: Json) -> Any:
        """The answer of *method*, which opens a conversation, after a login if it needs one.

        An agent that may not take the MCP servers is asked again without any.
        """
        try:
            return self._call(method, params)
        except RpcError as error:
            if error.code == INVALID_PARAMS and params["mcpServers"]:
                return self._opened(method, {**params, "mcpServers": []})
            if error.code != AUTH_REQUIRED or not self.authenticate():
                raise
        return self._call(method, params)

    def _call(self, method: str, params: Json, timeout: float | None = None) -> Any:
        try:
            return self._peer.call(method, params, timeout)
        except TimeoutError as late:
            message = f"{self._spec.label} did not answer within {timeout or 0:.0f} seconds."
            raise AgentFailed(message) from late

    def _new(self, params: Json) -> Any:
        try:
            return self._opened("session/new", params)
        except RpcError as error:
            if error.code != INTERNAL:
                raise self.explained(error) from error
        return self.call("session/new", params)  # passing trouble of some builds

    def _continue(self, params: Json, offered: Json, replay: Replay) -> Json | None:
        """Go on with a conversation; None if the agent cannot, or has forgotten it."""
        resumes = object_of(offered.get("sessionCapabilities")).get("resume") is not None
        if not resumes and not offered.get("loadSession"):
            return None
        self.stumbles = True
        try:
            opened = self._opened("session/resume" if resumes else "session/load", params)
        except RpcError as error:
            self.stumbles = False
            if error.code == AUTH_REQUIRED:
                raise self.explained(error) from error
            log.warning("Agent %s cannot continue its conversation: %s", self._name, error)
            return None
        self.stumbles = False
        replay.await_end(QUIET if resumes else PATIENCE)
        return object_of(opened)
