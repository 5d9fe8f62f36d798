"""Where the state of a workspace is kept, and what that folder says of the workspace.

    <state>/projects/<id>/project.json
    {"version": "1.0", "path", "device", "inode", "token", "takenOver"}

The id is a hash of the workspace's path. Device and inode let a later Janus find the state of a
folder that was moved.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from janus.errors import CannotServe
from janus.storage.folder import NEW, Folder
from janus.storage.store import Store

log = logging.getLogger(__name__)

_NAME = "project.json"


def project_folder(workspace: Path, state: Path) -> Path:
    """Where the state of a *workspace* is kept, in the owner's *state* folder."""
    return state / "projects" / _hash(workspace)


def check_outside(workspace: Path, state: Path) -> None:
    """Raises CannotServe where the state lies in the workspace: its author could write there."""
    inside, outside = state.resolve(), workspace.resolve()
    if inside.is_relative_to(outside):
        raise CannotServe(
            f"its state folder {inside} lies inside the workspace {outside}, where what is cloned "
            "or an agent could change it. Set JANUS_STATE_DIR to a folder outside of it, or serve "
            "another folder with WORKSPACE_DIR"
        )


@dataclass(frozen=True, slots=True)
class Project:
    """What the state folder says of its workspace.

    ``token`` is in the names of temporary files in the workspace: what has it is ours.
    """

    token: str
    taken_over: bool

    @property
    def temporary(self) -> str:
        """The name of our temporary files in the workspace."""
        return NEW + self.token


def load_project(store: Store) -> Project:
    """What the state folder says, or a new project."""
    known = _read(store)
    token = known.get("token")
    if not isinstance(token, str) or not re.fullmatch("[0-9a-f]{32}", token):
        token = secrets.token_hex(16)
    return Project(token, known.get("takenOver") is True)


def save_project(store: Store, workspace: Path, project: Project) -> bool:
    """Write it down, with where *workspace* is now; False if the disk did not take it."""
    found = workspace.stat()
    whole = {
        "version": "1.0",
        "path": os.fsencode(workspace).decode("utf-8", "replace"),
        "device": found.st_dev,
        "inode": found.st_ino,
        "token": project.token,
        "takenOver": project.taken_over,
    }
    return store.replace(_NAME, json.dumps(whole, indent=1).encode() + b"\n")


def take_over_devices(workspace: Path, state: Path) -> None:
    """Move the list of devices from where the first house kept it, ``workspaces/<id>/``."""
    name, id = "devices.json", _hash(workspace)
    try:
        with Folder.open(state / "workspaces" / id) as old:
            data = old.read(name)
            with Folder.make(state / "projects" / id) as new:
                if new.stat(name) is None:
                    new.replace(name, data)
            old.remove(name)
            old.remove("owner-token")
    except FileNotFoundError:
        return
    except OSError as failure:
        log.warning("Paired devices are not taken over: %s; pair again", failure.strerror)


def _hash(workspace: Path) -> str:
    return hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]


def _read(store: Store) -> dict[str, object]:
    try:
        found = json.loads(store.read(_NAME) or b"{}")
    except (OSError, ValueError, RecursionError) as damage:
        log.warning("%s is damaged (%s); it is written anew", _NAME, damage)
        return {}
    return found if isinstance(found, dict) else {}
