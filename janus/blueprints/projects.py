"""Projects: the folders that Janus serves. They are added and removed while it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from flask import Blueprint, g
from msgspec import UNSET, UnsetType

from janus import errors
from janus.access.device import OWNER
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.runtime import runtime

bp = Blueprint("projects", __name__, url_prefix="/api")

#: Folders that are listed at a time.
_MOST = 500


class Project(wire.Reply, frozen=True, kw_only=True):
    """A folder that Janus serves."""

    project_id: wire.ProjectId
    name: str
    path: str
    #: The branch that is checked out; null where there is none.
    branch: str | None
    #: Files that are not committed; null where git does not tell.
    changed_files: wire.Count | None
    open_sessions: wire.Count
    #: How many of its sessions need their user.
    needs: wire.Count
    #: Why nothing can be done in it now, or what else its owner should know.
    problem: str | None


class ProjectsList(wire.Reply, frozen=True, kw_only=True):
    """All projects, those named at the start first."""

    projects: list[Project]


@bp.get("/projects")
@endpoint(errors.NotFound, at_owner="read")
def index(query: wire.AnyMachine) -> ProjectsList:
    """The folders that Janus serves, or that of another machine."""
    return ProjectsList(projects=[Project.of(it) for it in runtime().projects.infos()])


class ProjectBody(wire.Body, frozen=True, kw_only=True):
    """Which folder to serve."""

    #: Its whole path.
    path: wire.Path
    #: What it is called; its own name if absent.
    name: wire.Word | None = None
    #: A project that has moved there, with all its conversations.
    project_id: wire.ProjectId | None = None
    #: True: a new project, although the folder was another one before; the answer to PROJECT_MOVED
    #: where its conversations shall stay behind.
    new: bool = False


@bp.post("/projects")
@endpoint(errors.NotFound, errors.Conflict, errors.ProjectMoved, errors.StorageFailed, status=201)
def add(body: ProjectBody) -> Project:
    """Serve a folder from now on.

    One that is served already is the same project. A page may add what lies in the folders that
    the owner allowed: JANUS_PROJECT_ROOTS, by default the home folder.
    """
    _check_allowed(Path(body.path))
    if body.new and body.project_id:
        raise errors.Conflict(
            "A project that has moved there is not new: leave out one of the two."
        )
    add = runtime().projects.add
    return Project.of(add(Path(body.path), body.name, body.project_id, new=body.new))


class OneProject(wire.Query, frozen=True, kw_only=True):
    """Which project is meant."""

    project_id: wire.ProjectId


class Removed(wire.Reply, frozen=True, kw_only=True):
    """It is served no more. Its conversations are kept, for when it is added again."""

    project_id: wire.ProjectId
    removed: Literal[True] = True


@bp.delete("/projects")
@endpoint(errors.NotFound, errors.Conflict, errors.StorageFailed)
def remove(query: OneProject) -> Removed:
    """Serve a project no more. Nothing in its folder, and nothing that was said, is deleted."""
    runtime().projects.remove(query.project_id)
    return Removed(project_id=query.project_id)


class FoldersQuery(wire.Query, frozen=True, kw_only=True):
    """Which folder to look into."""

    #: The allowed ones if absent.
    path: wire.AnyPath | None = None


class Subfolder(wire.Reply, frozen=True, kw_only=True):
    """A folder in it."""

    name: str
    path: str
    #: Whether it is a checkout of git.
    is_repository: bool


class Folders(wire.Reply, frozen=True, kw_only=True):
    """A folder, and those in it."""

    #: Absent at the top.
    path: str | UnsetType = UNSET
    #: The one around it, if that may be looked into.
    parent: str | UnsetType = UNSET
    folders: list[Subfolder]


@bp.get("/folders")
@endpoint(errors.NotFound)
def folders(query: FoldersQuery) -> Folders:
    """The folders in which projects can be, to choose from; hidden ones are left out."""
    roots = _roots()
    if query.path is None and len(roots) > 1:
        return Folders(folders=[_subfolder(root) for root in roots])
    folder = Path(query.path) if query.path else roots[0]
    _check_allowed(folder)
    try:
        inside = [it for it in os.scandir(folder) if it.is_dir() and not it.name.startswith(".")]
    except OSError as failure:
        raise errors.NotFound(f"This folder cannot be opened: {failure.strerror}.") from failure
    found = sorted((Path(it.path) for it in inside), key=lambda it: it.name.casefold())[:_MOST]
    parent = str(folder.parent) if _is_allowed(folder.parent) else UNSET
    return Folders(
        path=str(folder), parent=parent, folders=[_subfolder(folder) for folder in found]
    )


def _subfolder(folder: Path) -> Subfolder:
    return Subfolder(
        name=wire.readable(folder.name),
        path=wire.readable(str(folder)),
        is_repository=os.path.lexists(folder / ".git"),
    )


def _roots() -> tuple[Path, ...]:
    settings = runtime().settings
    return settings.project_roots or (Path(settings.environ.get("HOME", "/")).resolve(),)


def _is_allowed(folder: Path) -> bool:
    try:
        resolved = folder.resolve()
    except (OSError, RuntimeError):  # links that go round in a circle
        return False
    return any(resolved.is_relative_to(root) for root in _roots())


def _check_allowed(folder: Path) -> None:
    """Raises Forbidden for a page that looks where the owner did not allow it."""
    if g.device.id == OWNER or (g.device.scope == "full" and _is_allowed(folder)):
        return
    roots = ", ".join(map(str, _roots()))
    raise errors.Forbidden(
        f"From a page, only folders in {roots} can be opened. On the computer: "
        "janus project add, or set JANUS_PROJECT_ROOTS."
    )
