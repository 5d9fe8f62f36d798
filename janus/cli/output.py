"""How results are shown at a terminal: lists that stand below each other, ages, and JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import combining, east_asian_width

import click

from janus.clock import seconds
from janus.text import sanitize

#: Adds ``--json`` to a command, which is given ``as_json``.
json_option = click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
#: Seconds of a minute, an hour, a day, and a week.
_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86_400, 604_800


def tell(text: str) -> None:
    """Print a line on stderr."""
    click.echo(text, err=True)


def print_json(value: Any) -> None:
    """Print an answer of the API."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_answer(answer: Any, as_json: bool, text: str) -> None:
    """Print an answer of the API, or the text that says the same."""
    if as_json:
        print_json(answer)
    else:
        click.echo(text)


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of as many cells each, one line each."""
    for line in table(rows):
        click.echo(line.rstrip())


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines whose cells stand below each other."""
    clean = [[sanitize(cell).replace("\n", " ").replace("\t", " ") for cell in row] for row in rows]
    widths = [max(map(columns, cells)) for cells in zip(*clean, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for row in clean
    ]


def age(timestamp: str, now: float | None = None) -> str:
    """How long ago that was, in a word or two; the day where it is more than a week."""
    at = seconds(timestamp)
    past = (time.time() if now is None else now) - at
    if past < _MINUTE:
        return "now"
    if past < _HOUR:
        return f"{past // _MINUTE:.0f} min"
    if past < _DAY:
        return f"{past // _HOUR:.0f} h"
    if past < 2 * _DAY:
        return "1 day"
    return f"{past // _DAY:.0f} days" if past < _WEEK else f"{local(timestamp):%Y-%m-%d}"


def local(timestamp: str) -> datetime:
    """The moment on the clock of this computer."""
    return datetime.fromisoformat(timestamp).astimezone()


def fitted(text: str, most: int) -> str:
    """The text, cut where a terminal would show more than *most* columns of it."""
    if columns(text) <= most:
        return text
    while columns(text) >= most:
        text = text[:-1]
    return f"{text}…"


def columns(text: str) -> int:
    """How wide a terminal shows it."""
    return sum(0 if combining(it) else 1 + (east_asian_width(it) in "WF") for it in text)
