"""Where paired devices are stored, and the token of the owner's own programs beside them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from janus.storage.store import Store

_OWNER_TOKEN = "owner-token"


def folder_of(workspace: Path, state: Path) -> Path:
    """Return the folder for the devices of a workspace's Janus, in the user's *state* folder."""
    return state / "workspaces" / hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]


def owner_token(folder: Path) -> str | None:
    """Return the token of the owner's own programs; None while no Janus runs."""
    try:
        return (folder / _OWNER_TOKEN).read_text()
    except OSError:
        return None


def write_owner_token(store: Store, token: str) -> None:
    """Store the token, readable by the owner only. Raises OSError."""
    if not store.replace(_OWNER_TOKEN, token.encode()):
        raise OSError(f"cannot write {store.folder / _OWNER_TOKEN}: {store.problem}")


def delete_owner_token(folder: Path) -> None:
    """Delete the token, if there is one."""
    with contextlib.suppress(OSError):
        (folder / _OWNER_TOKEN).unlink()
