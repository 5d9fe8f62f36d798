"""The work of a session at the terminal: what changed, and how it is undone."""

from __future__ import annotations

import sys

import click

from janus.cli.client import Client, Json, running
from janus.cli.failures import REFUSED, ClientError
from janus.cli.output import json_option, print_json, print_table, tell
from janus.cli.sessions import session_of
from janus.text import sanitize, strip_controls

_SIGNS = {"context": " ", "added": "+", "removed": "-"}
_COLOURS = {"added": "green", "removed": "red"}


@click.command()
@click.argument("id")
@click.argument("path", required=False)
@click.option("--turn", metavar="ID", help="Those of this turn, or of an undo; `last` is the last.")
@click.option("--commit", metavar="ID", help="Those of this commit.")
@click.option("--functions", is_flag=True, help="With PATH: with the whole functions around.")
@json_option
def changes(
    id: str, path: str | None, turn: str | None, commit: str | None, functions: bool, as_json: bool
) -> None:
    """List what session ID changed since it began, or print how the file PATH changed."""
    janus = running()
    session = session_of(janus, id)["session_id"]
    query = {"session_id": session}
    if turn:
        query["turn_id"] = _turn(janus, session, turn)
    if commit:
        query["commit"] = commit
    if path is None:
        found = janus.get("/api/changes", **query)
        print_json(found) if as_json else _print_files(found)
        return
    more = {"functions": "true"} if functions else {}
    found = janus.get("/api/changes/file", path=path, **query, **more)
    print_json(found) if as_json else _print_lines(found)


@click.command()
@click.argument("id")
@click.argument("paths", nargs=-1)
@click.option("--turn", metavar="ID", default="last", help="Which turn [the last one].")
@click.option("--step", metavar="ID", help="Instead of a turn, what has this undo id.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@json_option
def undo(
    id: str, paths: tuple[str, ...], turn: str, step: str | None, dry_run: bool, yes: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Put files back as they were before a turn of session ID: all that it changed, or PATHS.

    It is shown first. What was changed again since is not touched, and the undo can be undone.
    """
    janus = running()
    session = session_of(janus, id)["session_id"]
    which = {"undo_id": step} if step else {"turn_id": _turn(janus, session, turn)}
    body: Json = {"session_id": session, **which}
    shown = janus.post("/api/undo", {**body, "dry_run": True})
    if not dry_run:
        wanted = [it for it in shown["files"] if not paths or it["path"] in paths]
        confirm(yes, as_json, [(it["status"], it["path"], it["kept"]) for it in wanted], "Undo it?")
        body["tree"] = shown["tree"]
        if paths:
            body["paths"] = list(paths)
        shown = janus.post("/api/undo", body)
    if as_json:
        print_json(shown)
        return
    print_table([(it["status"], it["path"], it["kept"]) for it in shown["files"]])
    for words in shown["told"]:
        tell(sanitize(words))
    if shown["undo_id"]:
        tell(f"To undo this: janus undo {session[:8]} --step {shown['undo_id']}")


def confirm(yes: bool, quietly: bool, rows: list[tuple[str, ...]], question: str) -> None:
    """Show what will happen, and ask whether it is meant. Raises Abort, UsageError."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("Nobody is there to be asked: add --yes.")
    if not quietly:
        print_table(rows)
    click.confirm(question, abort=True, err=True)


def _turn(janus: Client, session_id: str, turn: str) -> str:
    """The id of a turn; `last` is the newest that has one. Raises ClientError."""
    if turn != "last":
        return turn
    said = janus.get("/api/state", session_id=session_id)["messages"]
    found = [it["turn_id"] for it in said if it["sender"] == "user" and it["turn_id"]]
    if not found:
        raise ClientError("Nothing was asked in this session yet.", REFUSED)
    return str(found[-1])


def _print_files(found: Json) -> None:
    print_table([_row(it) for it in found["files"]])
    if found["total"] > len(found["files"]):
        tell(f"{found['total'] - len(found['files'])} more files changed.")
    if not found["files"]:
        click.echo("Nothing changed.")
    for words, names in (
        ("Not committed when it began, and not touched since", found["yours"]),
        ("Not looked at", [f"{it['path']} ({it['why']})" for it in found["left_out"]]),
        ("Repositories inside, not looked at", found["not_inside"]),
    ):
        if names:
            tell(sanitize(f"{words}: {', '.join(names)}"))


def _row(file: Json) -> tuple[str, ...]:
    lines = f"+{file['added']} -{file['removed']}" if file["added"] is not None else ""
    size = "binary" if file["binary"] else "large" if file["large"] else lines
    old = f"{file['old_path']} -> " if file["old_path"] else ""
    return file["status"], size, f"{old}{file['path']}", file["by"] or ""


def _print_lines(found: Json) -> None:
    if found["remark"]:
        tell(found["remark"])
    if found["binary"] or found["file"]["large"]:
        tell("Its lines are not compared: it is binary, or too large.")
    for hunk in found["hunks"]:
        start = f"@@ -{hunk['old_start']} +{hunk['new_start']} @@ {strip_controls(hunk['header'])}"
        click.secho(start, fg="cyan")
        for line in hunk["lines"]:
            text = f"{_SIGNS[line['kind']]}{strip_controls(line['text'])}"
            click.secho(text, fg=_COLOURS.get(line["kind"]))
    if found["truncated"]:
        tell("There is more: these are the first 5,000 lines.")
