"""Requests to an ACP agent, whose failures are told in words for a person."""

from __future__ import annotations

from typing import Any

from janus.agents.acp.jsonrpc import Json, Peer, RpcError
from janus.agents.acp.schema import AUTH_REQUIRED
from janus.agents.failures import refused
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed, AgentLoginRequired


class Caller:
    """What may be asked of the agent at the other end of a peer."""

    def __init__(self, peer: Peer, spec: AgentSpec) -> None:
        self._peer = peer
        self._spec = spec

    def call(self, method: str, params: Json, timeout: float) -> Any:
        """The result of *method*. Raises RpcError, and AgentFailed where none comes."""
        try:
            return self._peer.call(method, params, timeout)
        except TimeoutError as late:
            message = f"{self._spec.label} did not answer within {timeout:.0f} seconds."
            raise AgentFailed(message) from late

    def explained(self, error: RpcError) -> AgentFailed:
        """What an error answer means, and what to do."""
        if error.code == AUTH_REQUIRED:
            return AgentLoginRequired(
                f"{self._spec.label} is not logged in. On your computer, run {self._spec.login}, "
                "then ask again."
            )
        return refused(self._spec, str(error))
