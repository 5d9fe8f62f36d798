"""Which of the ways to log in that an agent offers needs nobody in front of this computer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from janus.agents.acp.updates import object_of

#: These only use a login that is stored.
_KNOWN = ("cursor_login",)
#: Signs of one that opens a browser or a dialogue, or waits for somebody to type.
_INTERACTIVE = re.compile(
    r"oauth|browser|device|sso|subscription|personal|gpt|google|github|web|interactive|terminal"
    r"|console|setup|sign.?in|gateway",
    re.IGNORECASE,
)
_KEY = re.compile(r"api.?key", re.IGNORECASE)


def silent_login(methods: Any, environ: Mapping[str, str]) -> str | None:
    """The id of the one way to log in that asks nobody; None if there is none, or no telling.

    A key counts as one where *environ* has it: some agents would remember the choice, and fail.
    """
    silent = []
    for method in methods if isinstance(methods, list) else ():
        match method:
            case {"id": str(id)} if id in _KNOWN:
                return id
            case {"id": str(id)} if _is_silent(method, environ):
                silent.append(id)
    return silent[0] if len(silent) == 1 else None


def _is_silent(method: dict[str, Any], environ: Mapping[str, str]) -> bool:
    meta = object_of(method.get("_meta"))
    kind = method.get("type") or meta.get("type") or "agent"
    told = " ".join(str(method.get(field) or "") for field in ("id", "name", "description"))
    if kind == "env_var":
        match method:
            case {"vars": [*names]}:
                needed = [object_of(name).get("name") for name in names]
            case _:
                needed = [method.get("varName")]
        return bool(needed) and all(name in environ for name in needed)
    if kind != "agent" or "terminal-auth" in meta:
        return False
    if _KEY.search(told):
        return any(_KEY.search(name) for name in environ)
    return not _INTERACTIVE.search(told)
