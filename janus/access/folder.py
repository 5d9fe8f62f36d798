"""The token of the owner's own programs, beside the list of devices."""

from __future__ import annotations

from pathlib import Path

from janus.storage.folder import Folder

OWNER_TOKEN = "owner-token"


def owner_token(folder: Path) -> str | None:
    """Return the token of the owner's own programs; None while no Janus runs."""
    try:
        with Folder.open(folder) as held:
            return held.read(OWNER_TOKEN).decode("ascii")
    except (OSError, ValueError):
        return None
