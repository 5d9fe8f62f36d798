"""Search what was said, at the terminal."""

from __future__ import annotations

import sys
import time
from threading import Event

import click

from janus.cli.client import Client, Json, running
from janus.cli.failures import ClientError
from janus.cli.output import fitted, json_option, local, print_json, table
from janus.text import strip_controls

_WHO = {"user": "you", "assistant": "agent", "summary": "summary", "title": "name"}
#: Columns of a title at most.
_TITLE = 32
#: Seconds between two looks at how far the index is; until nothing is found in it although it is
#: not whole; and without any change until that is told.
_LOOK, _PATIENCE, _STUCK = 0.2, 2.0, 30.0


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=20, help="At most so many [20].")
@json_option
def search(words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Search all that was said for WORDS.

    Names of sessions, questions, answers and summaries that have all of them, in any case and with
    any accents; of the last one the beginning is enough. A word of code is found by its parts: log
    finds EventLog. Names come first, then the newest.
    """
    janus, query = running(), {"q": " ".join(words), "limit": str(limit)}
    found = janus.get("/api/history", **query)
    patience = time.monotonic() + _PATIENCE
    while not found["hits"] and found["pending"] and time.monotonic() < patience:
        Event().wait(_LOOK)
        found = janus.get("/api/history", **query)
    if as_json:
        print_json(found)
        return
    hits = found["hits"]
    head = [
        (
            hit["session_id"][:8],
            f"{local(hit['timestamp']):%Y-%m-%d %H:%M}",
            _WHO[hit["role"]],
            fitted(strip_controls(hit["title"]) or "-", _TITLE),
        )
        for hit in hits
    ]
    for line, hit in zip(table(head), hits, strict=True):
        click.echo(f"{line}  {_marked(hit)}")
    if not hits:
        click.echo("Nothing that was said has all of these words.", err=True)
    if found["pending"]:
        click.echo(
            f"{found['pending']} conversations are still to be read: there may be more.", err=True
        )


@click.group()
def history() -> None:
    """Look after the index that janus search uses."""


@history.command()
@json_option
def rebuild(as_json: bool) -> None:
    """Make the search index anew from the conversations; nothing is lost by it."""
    janus = running()
    state = janus.post("/api/history/rebuild")
    left, since = state["pending"], time.monotonic()
    while left:
        if sys.stderr.isatty():
            click.echo(f"\rStill to be read: {left:<8}", nl=False, err=True)
        Event().wait(_LOOK)
        state = janus.get("/api/history/index")
        if state["pending"] != left:
            left, since = state["pending"], time.monotonic()
        elif state["problem"] or time.monotonic() - since > _STUCK:
            raise ClientError(_why(janus, state))
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    if as_json:
        print_json(state)
    else:
        click.echo("The search index is made anew.")


def _why(janus: Client, state: Json) -> str:
    why = state["problem"] or "it takes longer than usual"
    return f"The index is not whole yet: {why}. The Janus at {janus.url} goes on trying."


def _marked(hit: Json) -> str:
    """The snippet, bold where something was found if this is a terminal."""
    text, at, parts = hit["snippet"], 0, []
    for start, end in hit["marks"]:
        found = click.style(strip_controls(text[start:end]), bold=True)
        parts += [strip_controls(text[at:start]), found]
        at = end
    return "".join([*parts, strip_controls(text[at:])])
