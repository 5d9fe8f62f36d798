"""What the agent of a session shows to be told what was said in its project, and nothing else.

    PROJECT.SESSION.MAC

They are good for as long as this process lives; a later one has another key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import NamedTuple

from janus.model import is_id


class AgentToken(NamedTuple):
    """Whose agent it is."""

    project_id: str
    session_id: str


class AgentTokens:
    """Issues tokens and verifies them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, project_id: str, session_id: str) -> str:
        """The token for the agent of this session."""
        whose = f"{project_id}.{session_id}"
        return f"{whose}.{self._mac(whose)}"

    def verify(self, token: str) -> AgentToken | None:
        """Whose token it is; None if this process has not issued it."""
        whose, _, mac = token.rpartition(".")
        if not hmac.compare_digest(self._mac(whose).encode(), mac.encode("utf-8", "replace")):
            return None
        project_id, _, session_id = whose.partition(".")
        return AgentToken(project_id, session_id) if is_id(project_id) else None

    def _mac(self, whose: str) -> str:
        return hmac.new(self._key, whose.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
