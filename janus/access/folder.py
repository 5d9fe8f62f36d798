"""Where devices are kept, and the token of the owner's own programs."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

NAME, OWNER_TOKEN = "devices.json", "owner-token"


def folder_of(workspace: Path, state: Path) -> Path:
    """Where the devices of a workspace's Janus are kept, in the user's *state* folder."""
    return state / "workspaces" / hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]


def owner_token(folder: Path) -> str | None:
    """The token of the owner's own programs, while Janus runs."""
    try:
        return (folder / OWNER_TOKEN).read_text()
    except OSError:
        return None
