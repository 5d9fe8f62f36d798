"""Makes cursor-agent ask before it acts.

Over ACP it asks only as far as its own ``approvalMode`` leaves something to ask, and with
``unrestricted``, which many have, that is nothing; nor with a sandbox, in which it runs commands
unasked. So Janus gives it a configuration folder of its own: a copy of the owner's
``cli-config.json`` with ``approvalMode: allowlist`` and no sandbox, and links to all else, the
login and the conversations among it. The owner's own settings stay as they are. What the user
always allows through Janus is written into that copy, and kept in every later one.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from janus.config import state_folder
from janus.storage.json_file import replace_json

CURSOR_CONFIG_DIR = "CURSOR_CONFIG_DIR"
_CONFIG = "cli-config.json"
#: What the owner's file allowed when it was copied last.
_OWNERS = "janus-owners-allowlist.json"


def asking(environ: Mapping[str, str]) -> dict[str, str]:
    """*environ* with a configuration in which cursor-agent asks.

    Raises OSError where that cannot be made, ValueError where the owner's cannot be read.
    """
    own = cursor_folder(environ)
    managed = state_folder(environ) / "cursor-config"
    managed.mkdir(mode=0o700, parents=True, exist_ok=True)
    if own != managed:
        _link_all(own, managed)
        settings = _read(own / _CONFIG)
        allowed = _allowed(settings)
        granted = _granted(managed, allowed)
        # First: what is not in it, but in the copy, was granted.
        replace_json(managed / _OWNERS, {"allow": allowed})
        replace_json(managed / _CONFIG, _asks(settings, [*allowed, *granted]))
    return {**environ, CURSOR_CONFIG_DIR: str(managed)}


def _asks(settings: dict[str, Any], allowed: list[str]) -> dict[str, Any]:
    """The owner's *settings*, but the agent asks before it acts, unless it is *allowed* to."""
    sandbox, permissions = settings.get("sandbox"), settings.get("permissions")
    more = sandbox if isinstance(sandbox, dict) else {}
    changed: dict[str, Any] = {"approvalMode": "allowlist", "sandbox": {**more, "mode": "disabled"}}
    if "autoAcceptWebSearch" in settings:
        changed["autoAcceptWebSearch"] = False
    if allowed:
        more = permissions if isinstance(permissions, dict) else {}
        changed["permissions"] = {"deny": [], **more, "allow": allowed}
    return {**settings, **changed}


def _granted(managed: Path, allowed: list[str]) -> list[str]:
    """What the user has allowed for always through Janus, beside what the owner's file allows.

    Without the owner's list as it was, nothing is known to be: he may have taken it back.
    """
    try:
        before = json.loads((managed / _OWNERS).read_bytes())
        copy = json.loads((managed / _CONFIG).read_bytes())
        owners = before["allow"]
        return [it for it in _allowed(copy) if it not in owners and it not in allowed]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _allowed(settings: Any) -> list[str]:
    """What the settings allow without asking."""
    match settings:
        case {"permissions": {"allow": [*allowed]}}:
            return [it for it in allowed if isinstance(it, str)]
    return []


def _link_all(own: Path, managed: Path) -> None:
    """Links to what the owner's folder has; what is gone there is gone here."""
    for link in managed.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)
    for entry in own.iterdir() if own.is_dir() else ():
        link = managed / entry.name
        if entry.name != _CONFIG and not entry.name.endswith(".tmp") and not link.exists():
            with contextlib.suppress(FileExistsError):  # another session was quicker
                link.symlink_to(entry)


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        # As its first run writes it; a file of its own without this key does not start.
        return {"version": 1, "permissions": {"allow": ["Shell(ls)"], "deny": []}}
    settings = json.loads(path.read_bytes())
    if not isinstance(settings, dict):
        raise ValueError(f"{path.name} is no JSON object")
    return settings


def cursor_folder(environ: Mapping[str, str]) -> Path:
    """Cursor's configuration, its login and its conversations."""
    if folder := environ.get(CURSOR_CONFIG_DIR):
        return Path(folder)
    if folder := environ.get("XDG_CONFIG_HOME"):
        return Path(folder) / "cursor"
    return Path(environ.get("HOME", "/")) / ".cursor"


def is_stored(environ: Mapping[str, str], conversation: str) -> bool | None:
    """Whether Cursor's store has the conversation; None if there is no such store."""
    try:
        chats = (cursor_folder(environ) / "chats").iterdir()
        return any((folder / conversation).is_dir() for folder in chats)
    except OSError:
        return None
