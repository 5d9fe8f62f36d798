"""Which project a folder is: by the folder itself, not by how its path is written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from janus.config import Settings
from janus.errors import CannotServe, Conflict, InvalidRequest, NotFound, ProjectMoved
from janus.projects.listing import Entry
from janus.storage.identity import Identity
from janus.storage.project import Project as Known
from janus.storage.project import check_outside, known_projects, project_folder, readable

P = TypeVar("P", bound="Placed")


class Placed(Protocol):
    """What is in a place."""

    @property
    def folder(self) -> Path: ...


def check_place(path: Path, state: Path) -> Path:
    """The folder itself, whatever links lead there. Raises JanusError if it cannot be one."""
    if not path.is_absolute():
        raise InvalidRequest("path: give the whole path, from the root on.")
    try:
        folder = path.resolve()
        os.listdir(folder)  # noqa: PTH208  # that it may be read, too
    except (OSError, ValueError, RuntimeError) as failure:
        why = getattr(failure, "strerror", None) or "it is no path"
        raise NotFound(f"The folder {path} cannot be opened: {why}.") from failure
    try:
        check_outside(folder, state)
    except CannotServe as why:
        raise Conflict(f"Janus cannot serve this folder: {why}.") from why
    return folder


def entry_of(folder: Path, state: Path, *, new: bool = False) -> Entry:
    """The project that a folder is, or that begins in it; its name is that of the folder.

    With *new* it is not the one that was in this place before, in a folder that is gone. No id is
    used twice: what comes into the place of a project that moved on is a project of its own.
    """
    known = dict(known_projects(state))
    found, own = _identity(folder), project_folder(folder, state).name
    here = [
        id for id, it in known.items() if _was_in(it, folder, found) or (id, it.path) == (own, None)
    ]
    same = [id for id in here if known[id].identity.fits(found)]
    if same or (here and not new):
        id = (same or here)[0]
    else:
        id = secrets.token_hex(8) if own in known else own
    return Entry(id, os.fspath(folder), folder.name or "/")


def named(settings: Settings, remembered: Sequence[Entry]) -> list[Entry]:
    """The projects that the owner means at this start, as they are remembered if they are.

    Those that the settings name; or else the one that the current folder is or lies in, unless that
    can be none, such as the home folder. A gateway has none.
    """
    if settings.gateway:
        return []
    folders = settings.workspaces
    if not folders:
        here = Path.cwd()
        if around := nearest(here, remembered):
            return [around]
        try:
            check_outside(here, settings.state)
        except CannotServe:
            if remembered:
                return []
        folders = (here,)
    return [
        next((it for it in remembered if same_folder(it.folder, folder)), None)
        or entry_of(folder, settings.state)
        for folder in folders
    ]


def same_folder(one: Path, other: Path) -> bool:
    """Whether both paths lead to one folder: by links, another case, or a second mount."""
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def is_empty(folder: Path) -> bool:
    """Whether nothing is in a folder, or it cannot be looked into."""
    try:
        return not any(folder.iterdir())
    except OSError:
        return True


def nearest(folder: Path, projects: Iterable[P], below: str = "") -> P | None:
    """The innermost project that *folder* lies in, or whose folder *below* it lies in.

    From the inside outwards: how long a path is does not tell, where a folder is mounted twice.
    """
    places = [(it, it.folder / below) for it in projects]
    around = (
        it for one in (folder, *folder.parents) for it, place in places if same_folder(one, place)
    )
    return next(around, None)


def former(folder: Path, state: Path) -> Entry | None:
    """The project that this folder was elsewhere, or else the one that was in its place, in a
    folder that is gone; None where nothing is to be asked. Raises OSError.
    """
    found, known = Identity.of(folder), dict(known_projects(state))
    here = entry_of(folder, state)
    before = known.get(here.project_id)
    if before and before.identity.fits(found):
        return None
    for id, it in known.items():
        same = it.identity.inode and it.identity.device == found.device and it.identity.fits(found)
        if same and it.path and not same_folder(Path(it.path), folder):
            return Entry(id, it.path, Path(it.path).name)
    return here if before else None


def refuse_moved(folder: Path, state: Path) -> None:
    """Raises ProjectMoved where the owner has to say whether conversations come along."""
    if before := former(folder, state):
        here = same_folder(before.folder, folder)
        was = "Another folder was in this place" if here else f"This folder was {before.path}"
        raise ProjectMoved(
            f"{was} before. Say whether its conversations come along, or this is a new project.",
            project_id=before.project_id,
            path=before.path,
        )


def left(project_id: str, folder: Path, state: Path) -> Entry:
    """A project that is served no more and has left its place for *folder*, as its owner says.

    Raises NotFound, Conflict where it is still in another place.
    """
    known = dict(known_projects(state)).get(project_id)
    if known is None or known.path is None:
        raise NotFound(f"No project {project_id} was ever served.")
    place = Path(known.path)
    then, now = known.identity, _identity(place)
    still = None not in (then.inode, now.inode) and then.fits(now)
    if still and not same_folder(place, folder):
        raise Conflict(f"{place.name} is at {place}, where it was.")
    return Entry(project_id, known.path, place.name)


def _was_in(known: Known, folder: Path, found: Identity) -> bool:
    """Whether a project was in this folder the last time, or in its place."""
    if known.path is None:
        return False
    return known.path == readable(folder) or (
        known.identity.fits(found) and same_folder(Path(known.path), folder)
    )


def _identity(folder: Path) -> Identity:
    """Nothing where the folder is not there."""
    try:
        return Identity.of(folder)
    except OSError:
        return Identity()
