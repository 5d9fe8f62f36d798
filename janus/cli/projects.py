"""Projects at the terminal: which one the current folder is in, and adding and removing them."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from janus.cli.client import Client, Json, running, settings
from janus.cli.failures import REFUSED, ClientError
from janus.cli.output import json_option, print_answer, print_json, print_table, tell
from janus.projects.finding import former, nearest, same_folder
from janus.projects.listing import Entry

_FOLDER = click.argument("folder", type=click.Path(path_type=Path), required=False)


def here(janus: Client) -> Json:
    """The project that the current folder is in, or the one that WORKSPACE_DIR names.

    Where there is none, a person at a terminal may add the folder. Raises ClientError.
    """
    folder = _current()
    if found := _around(_projects(janus), folder):
        return found
    none = f"No project of the running Janus holds {folder}."
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ClientError(f"{none} Add it: janus project add", REFUSED)
    tell(none)
    if not click.confirm("Add it now?", default=True, err=True):
        raise ClientError("Nothing was asked. Add the folder later: janus project add", REFUSED)
    return _add(janus, folder, None)


@click.group()
def project() -> None:
    """List the projects of the running Janus, add, move and remove them.

    FOLDER is the current folder if it is not given.
    """


@project.command(name="list")
@json_option
def list_projects(as_json: bool) -> None:
    """List the folders that Janus serves."""
    found = running().get("/api/projects")
    if as_json:
        print_json(found)
        return
    print_table(
        [
            (it["name"], it["path"], it["branch"] or "-", f"{it['open_sessions']} open", _state(it))
            for it in found["projects"]
        ]
    )


@project.command()
@_FOLDER
@click.option("--name", help="What to call it, instead of the folder's own name.")
@click.option("--new", is_flag=True, help="Begin a new project, whatever the folder was before.")
@json_option
def add(folder: Path | None, name: str | None, new: bool, as_json: bool) -> None:
    """Serve FOLDER too, from now on.

    If it was a project elsewhere before, or another folder was in its place, a person at a terminal
    is asked whether the conversations come along. Without asking, janus project move says that they
    do, and --new that they do not.
    """
    added = _add(running(), _absolute(folder), name, new=new)
    print_answer(added, as_json, f"{added['name']} is served: {added['path']}")


@project.command()
@_FOLDER
@click.option("--from", "old", metavar="PROJECT", help="The folder, name or id it had.")
@json_option
def move(folder: Path | None, old: str | None, as_json: bool) -> None:
    """Say that a project is in FOLDER now, with all its conversations.

    Which one it was is found out, where the folder itself was moved. A copy needs --from.
    """
    janus, place = running(), _absolute(folder)
    id = _named(_projects(janus), old)["project_id"] if old else _former(place)
    moved = janus.post("/api/projects", {"path": os.fspath(place), "project_id": id})
    print_answer(moved, as_json, f"{moved['name']} is in {moved['path']} now.")


@project.command()
@click.argument("project", metavar="[FOLDER]", required=False)
@json_option
def remove(project: str | None, as_json: bool) -> None:
    """Serve FOLDER no more; its name or id will do, too.

    Nothing in it is deleted. Its conversations are there again when it is added again.
    """
    janus = running()
    found = _named(_projects(janus), project or os.fspath(_absolute(None)))
    removed = janus.delete("/api/projects", project_id=found["project_id"])
    print_answer(
        removed,
        as_json,
        f"{found['name']} is served no more. {found['path']} is as it was. What was said there is "
        "kept, and is back when it is added again.",
    )


def _add(janus: Client, folder: Path, name: str | None, *, new: bool = False) -> Json:
    body = {"path": os.fspath(folder), "name": name, "new": new}
    try:
        return janus.post("/api/projects", body)
    except ClientError as refused:
        if refused.details.get("code") != "PROJECT_MOVED":
            raise
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            place = shlex.quote(os.fspath(folder))
            how = f"janus project move {place}, or: janus project add --new {place}"
            raise ClientError(f"{refused.message} {how}", REFUSED, refused.details) from refused
        tell(refused.message)
        if click.confirm("Bring its conversations along?", default=True, err=True):
            body["project_id"] = refused.details["project_id"]
        else:
            body["new"] = True
        return janus.post("/api/projects", body)


def _projects(janus: Client) -> list[Json]:
    found: list[Json] = janus.get("/api/projects")["projects"]
    return found


def _around(projects: list[Json], folder: Path) -> Json | None:
    entries = [Entry(it["project_id"], it["path"], it["name"]) for it in projects]
    found = nearest(folder, entries)
    return projects[entries.index(found)] if found else None


def _named(projects: list[Json], given: str) -> Json:
    """The project of this folder, name or id. Raises ClientError unless there is one."""
    folder = _absolute(Path(given))
    found = [it for it in projects if same_folder(Path(it["path"]), folder)]
    found = found or [it for it in projects if given in (it["name"], it["project_id"])]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} projects are" if found else "No project of the running Janus is"
    raise ClientError(f"{what} called {given}. See: janus project list", REFUSED)


def _former(place: Path) -> str:
    """The id of the project that this folder was elsewhere. Raises ClientError."""
    try:
        found = former(place, settings().state)
    except OSError as failure:
        raise ClientError(f"{place} cannot be opened: {failure.strerror}.") from failure
    if found is None:
        raise ClientError(
            f"Nothing shows that {place} was a project elsewhere. If it was: janus project move "
            f"--from OLD {shlex.quote(os.fspath(place))}",
            REFUSED,
        )
    return found.project_id


def _absolute(folder: Path | None) -> Path:
    return Path(os.path.abspath(folder.expanduser())) if folder else _current()  # noqa: PTH100


def _current() -> Path:
    """The current folder; WORKSPACE_DIR if that is in the environment of just this command.

    In Janus's own file it says what to serve, not where a command is run.
    """
    chosen = settings()
    here = any(chosen.environ.get(name) for name in ("WORKSPACE_DIR", "JANUS_WORKSPACE_DIR"))
    return chosen.workspace if here else Path.cwd()


def _state(project: Json) -> str:
    if project["problem"]:
        return str(project["problem"])
    return f"{project['needs']} need you" if project["needs"] else ""
