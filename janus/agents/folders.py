"""Where Cursor keeps what it knows and Janus what it has made, and how a file there is written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CURSOR_CONFIG_DIR = "CURSOR_CONFIG_DIR"


def cursor_folder(environ: Mapping[str, str]) -> Path:
    """Cursor's configuration, its login and its conversations."""
    if folder := environ.get(CURSOR_CONFIG_DIR):
        return Path(folder)
    if folder := environ.get("XDG_CONFIG_HOME"):
        return Path(folder) / "cursor"
    return Path(environ.get("HOME", "/")) / ".cursor"


def state_folder(environ: Mapping[str, str]) -> Path:
    """What Janus keeps for this user, whatever the workspace; perhaps not there yet."""
    state = environ.get("XDG_STATE_HOME")
    parent = Path(state) if state else Path(environ.get("HOME", "/")) / ".local" / "state"
    return parent / "janus"


def replace(path: Path, value: Any) -> None:
    """Write JSON whole, for the owner alone: another program may be reading it. Raises OSError."""
    fd, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
