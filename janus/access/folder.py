"""The token of the owner's own programs, beside the list of devices."""

from __future__ import annotations

import contextlib
from pathlib import Path

from janus.storage.folder import Folder
from janus.storage.store import Store

_OWNER_TOKEN = "owner-token"


def owner_token(folder: Path) -> str | None:
    """Return the token of the owner's own programs; None while no Janus runs."""
    try:
        with Folder.open(folder) as held:
            return held.read(_OWNER_TOKEN).decode("ascii")
    except (OSError, ValueError):
        return None


def write_owner_token(store: Store, token: str) -> None:
    """Store the token, readable by the owner only. Raises OSError."""
    if not store.replace(_OWNER_TOKEN, token.encode()):
        raise OSError(f"cannot write {store.folder / _OWNER_TOKEN}: {store.problem}")


def delete_owner_token(folder: Path) -> None:
    """Delete the token, if there is one."""
    with contextlib.suppress(OSError):
        (folder / _OWNER_TOKEN).unlink()
