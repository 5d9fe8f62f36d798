"""Makes cursor-agent ask before it acts.

Over ACP it asks only as far as its own ``approvalMode`` leaves something to ask, and with
``unrestricted``, which many have, that is nothing. So Janus gives it a configuration folder of its
own: a copy of the owner's ``cli-config.json`` with ``approvalMode: allowlist``, and links to all
else, the login and the conversations among it. The owner's own settings stay as they are.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from janus.config import state_folder
from janus.storage.folder import replace_json

CURSOR_CONFIG_DIR = "CURSOR_CONFIG_DIR"
_CONFIG = "cli-config.json"


def asking(environ: Mapping[str, str]) -> dict[str, str]:
    """*environ* with a configuration in which cursor-agent asks.

    Raises OSError where that cannot be made, ValueError where the owner's cannot be read.
    """
    own = cursor_folder(environ)
    managed = state_folder(environ) / "cursor-config"
    managed.mkdir(mode=0o700, parents=True, exist_ok=True)
    if own != managed:
        _link_all(own, managed)
        replace_json(managed / _CONFIG, {**_read(own / _CONFIG), "approvalMode": "allowlist"})
    return {**environ, CURSOR_CONFIG_DIR: str(managed)}


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


def _read(path: Path) -> dict[str, object]:
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
