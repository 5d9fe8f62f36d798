"""Where the state of a workspace is kept, and what that folder says of the workspace.

    <state>/projects/<id>/project.json
    {"version": "1.0", "path", "device", "inode", "generation", "token", "takenOver"}

The id is a hash of the workspace's path. Device, inode and generation let a later Janus find the
state of a folder that was moved, and know one that was made anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from janus.errors import CannotServe
from janus.model import is_id
from janus.storage.folder import NEW, Folder
from janus.storage.identity import Identity
from janus.storage.store import Store

log = logging.getLogger(__name__)

_NAME, _DEVICES = "project.json", "devices.json"


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
    #: Where the workspace was the last time, and which folder that was.
    path: str | None = None
    identity: Identity = field(default_factory=Identity)

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
    path = known.get("path")
    return Project(
        token,
        known.get("takenOver") is True,
        path if isinstance(path, str) else None,
        Identity.load(known),
    )


def known_projects(state: Path) -> Iterator[tuple[str, Project]]:
    """What is known of every project that was ever served, by its id."""
    for folder in _folders(state / "projects"):
        yield folder.name, load_project(Store(folder))


def project_of(state: Path, session_id: str) -> str | None:
    """The id of the project that keeps a session, also one that is not served; None if none."""
    for folder in _folders(state / "projects"):
        if Store(folder).has_log(session_id):
            return folder.name
    return None


def save_project(store: Store, workspace: Path, project: Project) -> bool:
    """Write it down, with where *workspace* is now; False if the disk did not take it."""
    whole = {
        "version": "1.0",
        "path": readable(workspace),
        **Identity.of(workspace).save(),
        "token": project.token,
        "takenOver": project.taken_over,
    }
    return store.replace(_NAME, json.dumps(whole, indent=1).encode() + b"\n")


def note_place(store: Store, workspace: Path) -> None:
    """Write down where *workspace* is, unless that is known. Raises OSError."""
    project = load_project(store)
    if (project.path, project.identity) != (readable(workspace), Identity.of(workspace)):
        save_project(store, workspace, project)


def readable(workspace: Path) -> str:
    """Its path as it is written down: a path need not be UTF-8."""
    return os.fsencode(workspace).decode("utf-8", "replace")


def take_over_devices(state: Path) -> None:
    """Merge the lists of devices that earlier versions kept for each folder they served."""
    old = [folder for kind in ("projects", "workspaces") for folder in _folders(state / kind)]
    try:
        for path in old:
            with Folder.open(path) as folder:
                if folder.stat(_DEVICES) is not None:
                    _merge_devices(Store(state), folder.read(_DEVICES))
                    folder.remove(_DEVICES)
                    folder.remove("owner-token")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as failure:
        log.warning("Paired devices are not taken over: %s; pair again", failure)


def _merge_devices(store: Store, data: bytes) -> None:
    """Add to the owner's list what another one has. Raises OSError, ValueError."""
    mine = json.loads(store.read(_DEVICES) or b'{"version": "1.0", "devices": []}')
    match mine, json.loads(data):
        case {"devices": [*known]}, {"devices": [*more]}:
            ids = {it["id"] for it in known}
            mine["devices"] = known + [it for it in more if it["id"] not in ids]
        case _:
            raise ValueError("a list is damaged")
    if not store.replace(_DEVICES, json.dumps(mine).encode()):
        raise OSError(store.problem)


def _folders(parent: Path) -> list[Path]:
    try:
        with Folder.open(parent) as folder:
            return [parent / name for name in folder.names() if is_id(name)]
    except OSError:
        return []


def _hash(workspace: Path) -> str:
    return hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]


def _read(store: Store) -> dict[str, object]:
    try:
        found = json.loads(store.read(_NAME) or b"{}")
    except (OSError, ValueError, RecursionError) as damage:
        log.warning("%s is damaged (%s); it is written anew", _NAME, damage)
        return {}
    return found if isinstance(found, dict) else {}
