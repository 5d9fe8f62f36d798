"""What sessions leave for new ones, at the terminal: shown, struck, and begun by the owner."""

from __future__ import annotations

import os
from pathlib import Path

import click

from janus.cli.client import Client, Json, running, settings
from janus.cli.failures import NO_SESSION, ClientError, only
from janus.cli.mcp import main
from janus.cli.output import fitted, json_option, local, print_answer, print_json, print_table, tell
from janus.cli.projects import here
from janus.projects.finding import nearest
from janus.projects.listing import ProjectList
from janus.storage.store import Store
from janus.text import sanitize
from janus.workspace.context_files import TEMPLATES, write_templates

#: Columns of a title, and of what is left.
_TITLE, _LEFT = 48, 60


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def memory(ctx: click.Context, as_json: bool) -> None:
    """Show what the sessions of this project left for new ones, in a line each.

    A new session is told as much of it as has room: the number, when, how it ended, what it was
    about, on which branch, and what is left to be done.
    """
    if ctx.invoked_subcommand:
        return
    janus = running()
    found = janus.get("/api/memory", project_id=here(janus)["project_id"])
    if as_json:
        print_json(found)
        return
    print_table([_row(number, line) for number, line in enumerate(found["lines"], 1)])
    if not found["lines"]:
        tell("No session has left anything yet.")


@memory.command()
@click.argument("line", metavar="N|ID")
@json_option
def strike(line: str, as_json: bool) -> None:
    """Strike line N, or that of session ID: no new session is told of it any more.

    The conversation stays; janus delete forgets it.
    """
    janus = running()
    struck = _chosen(janus, line)
    answer = janus.delete("/api/memory", session_id=struck["session_id"])
    print_answer(answer, as_json, f"Struck: {sanitize(struck['title'])}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@json_option
def init(folder: Path | None, as_json: bool) -> None:
    """Begin the files in which you tell every new session of a project what it should know.

    They are in .janus, in the project that FOLDER, or the current folder, is in. What is there
    stays as it is.
    """
    place = (folder or Path.cwd()).resolve()
    known = nearest(place, ProjectList(Store(settings().state)).load())
    project = known.folder if known else place
    try:
        written = write_templates(project)
    except OSError as failure:
        raise ClientError(f"Nothing is written: {failure.strerror}.") from failure
    if as_json:
        print_json({"path": os.fspath(project), "written": written})
        return
    for name in TEMPLATES:
        path = project / ".janus" / name
        click.echo(f"{os.fspath(path)}{'' if name in written else ' is there already'}")


@click.command(hidden=True)
def mcp() -> None:
    """Let an agent search what was said: Janus itself starts this for the agents of sessions.

    It speaks the Model Context Protocol on stdin and stdout, and only with the token of a session.
    """
    raise SystemExit(main())


def _row(number: int, line: Json) -> tuple[str, ...]:
    """A line of the list."""
    left = fitted("; ".join(line["open_ends"]), _LEFT)
    return (
        str(number), line["session_id"][:8], f"{local(line['at']):%Y-%m-%d}", line["outcome"],
        fitted(sanitize(line["title"]), _TITLE), line.get("branch") or "-",
        f"left: {left}" if left else "",
    )  # fmt: skip


def _chosen(janus: Client, given: str) -> Json:
    """The line of this number, or of the session whose id begins so. Raises ClientError."""
    lines: list[Json] = janus.get("/api/memory", project_id=here(janus)["project_id"])["lines"]
    if given.isascii() and given.isdigit() and 0 < int(given[:9]) <= len(lines):
        return lines[int(given[:9]) - 1]
    ids = [line["session_id"] for line in lines]
    return lines[ids.index(only(ids, given, "session", NO_SESSION))]
