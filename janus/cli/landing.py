"""Let the work of a session in, at the terminal: each is shown first, and asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from janus.cli.client import Json, running
from janus.cli.failures import REFUSED, ClientError
from janus.cli.output import json_option, print_answer, print_json, tell
from janus.cli.sessions import session_of
from janus.cli.work import confirm
from janus.text import sanitize

_Command = Callable[..., Any]


def _asked(command: _Command) -> _Command:
    """The options of what is shown before it is done."""
    yes = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
    dry = click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
    return dry(yes(json_option(command)))


@click.command()
@click.argument("id")
@click.argument("paths", nargs=-1)
@click.option("-m", "--message", help="Else it is made from what was asked.")
@_asked
def commit(
    id: str, paths: tuple[str, ...], message: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Commit what session ID changed: all of it, or PATHS.

    With your name, your hooks and your signature. Where the session works in the workspace itself,
    all is what its agent changed.
    """
    body: Json = {"message": message, "paths": list(paths) or None}
    done = _land("/api/commit", id, body, dry_run, yes, as_json, "Commit these?")
    if done:
        click.echo(f"{done['commit'][:10]} {sanitize(done['message'])}")
        if done["output"]:
            tell(sanitize(done["output"]))
        for words in done["told"]:
            tell(sanitize(words))
        if done["rewritten"]:
            tell(f"A hook changed these: {sanitize(', '.join(done['rewritten']))}")


@click.command()
@click.argument("id")
@click.argument("paths", nargs=-1)
@_asked
def discard(id: str, paths: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> None:
    """Discard what session ID changed and nobody committed: all of it, or PATHS."""
    body: Json = {"paths": list(paths) or None}
    done = _land("/api/discard", id, body, dry_run, yes, as_json, "Discard changes to these?")
    if done:
        click.echo(f"{len(done['files'])} discarded.")


@click.command()
@click.argument("id")
@click.option("--into", metavar="BRANCH", help="Else the branch that the workspace is on.")
@click.option("-m", "--message", help="Of the merge commit, or of the one commit.")
@click.option("--squash", is_flag=True, help="As one commit, without the branch's history.")
@_asked
def merge(
    id: str, into: str | None, message: str | None, squash: bool, dry_run: bool, yes: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Merge the branch of session ID, what is committed of it, into another one."""
    body: Json = {"into": into, "message": message, "squash": squash}
    done = _land("/api/merge", id, body, dry_run, yes, as_json, "Merge it?")
    if done:
        click.echo(f"{sanitize(done['into'])} is at {done['commit'][:10]}.")
        for words in done["told"]:
            tell(sanitize(words))


@click.command()
@click.argument("id")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@json_option
def push(id: str, dry_run: bool, as_json: bool) -> None:
    """Push the branch of session ID, and nothing else."""
    janus = running()
    session = session_of(janus, id)["session_id"]
    done = janus.post("/api/push", {"session_id": session, "dry_run": dry_run})
    what = f"{done['branch']} ({done['commits']} new commits)"
    words = (
        f"{what} would go to {done['remote']}." if dry_run else f"{what} is on {done['remote']}."
    )
    print_answer(done, as_json, sanitize(words))


@click.command(name="pull-request")
@click.argument("id")
@click.option("--into", metavar="BRANCH", help="Else the branch that the workspace is on.")
@click.option("--title", help="Else it is made from what was asked.")
@click.option("-m", "--message", help="The text below the title.")
@json_option
def pull_request(
    id: str, into: str | None, title: str | None, message: str | None, as_json: bool
) -> None:
    """Push the branch of session ID and open a pull request, or say where to."""
    janus = running()
    session = session_of(janus, id)["session_id"]
    body = {"session_id": session, "into": into, "title": title, "message": message}
    done = janus.post("/api/pull-request", body)
    if not as_json and not done["url"]:
        raise ClientError("It is pushed, but nobody knows where this remote is opened.", REFUSED)
    print_answer(done, as_json, done["url"])
    if not done["state"] and not as_json:
        tell("Open it there: neither gh nor glab did it for this remote.")


def _land(
    path: str, id: str, wishes: Json, dry_run: bool, yes: bool, as_json: bool, question: str
) -> Json | None:
    """Look, ask, and do as it was shown; None where all is printed already."""
    janus = running()
    body = {"session_id": session_of(janus, id)["session_id"], **wishes}
    shown = janus.post(path, {**body, "dry_run": True})
    if shown.get("conflicts") and not as_json:
        tell(f"Both sides changed: {sanitize(', '.join(shown['conflicts']))}")
    if dry_run:
        print_json(shown) if as_json else click.echo(sanitize("\n".join(shown["files"])))
        return None
    confirm(yes, as_json, [(it,) for it in shown["files"]], question)
    done = janus.post(path, {**body, "tree": shown["tree"]})
    if as_json:
        print_json(done)
        return None
    tell(f"To undo this: janus undo {body['session_id'][:8]} --step {done['undo_id']}")
    return done
