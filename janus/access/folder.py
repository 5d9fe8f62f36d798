"""Where devices are kept, and the token of the owner's own programs."""

from __future__ import annotations

from pathlib import Path

from janus.storage.folder import Folder

NAME, OWNER_TOKEN = "devices.json", "owner-token"


def owner_token(folder: Path) -> str | None:
    """The token of the owner's own programs, while Janus runs."""
    try:
        with Folder.open(folder) as held:
            return held.read(OWNER_TOKEN).decode("ascii")
    except (OSError, ValueError):
        return None
