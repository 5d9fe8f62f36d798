"""``janus later``: what is sent to a session at a time, or when its agent's limit is reset."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import click

from janus.cli.client import Json, running
from janus.cli.option import Parsed
from janus.cli.output import json_option, local, print_json, print_table
from janus.cli.sessions import session_of
from janus.clock import timestamp
from janus.text.parsing import duration


def moment(text: str) -> datetime:
    """A time to come on the clock of this computer: the next 18:30, a day, or in 90m."""
    now = datetime.now().astimezone()
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}", text):
            hour, _, minute = text.partition(":")
            at = datetime.combine(now, datetime.min.time().replace(int(hour), int(minute)))
            return (at if at.astimezone() > now else at + timedelta(days=1)).astimezone()
        if re.match(r"\d{4}-", text):
            return datetime.fromisoformat(text).astimezone()
        return now + timedelta(seconds=duration(text))
    except (ValueError, OverflowError, OSError) as wrong:
        raise ValueError("a time such as 18:30, 2027-01-15T08:00 or 90m") from wrong


@click.command()
@click.argument("id")
@click.argument("message", required=False)
@click.option("--at", type=Parsed(moment, "TIME"), help="Send MESSAGE at 18:30, say, or in 90m.")
@click.option("--after-limit", is_flag=True, help="Send it when the agent's limit is reset.")
@click.option(
    "--attach", "files", type=click.Path(dir_okay=False, path_type=Path), multiple=True,
    metavar="FILE", help="Send this file along; may be given up to ten times.",
)  # fmt: skip
@click.option("--cancel", metavar="ID", help="Do not send the message with this id after all.")
@json_option
def later(
    id: str, message: str | None, at: datetime | None, after_limit: bool, files: tuple[Path, ...],
    cancel: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Send MESSAGE to session ID later, or list what waits there for its time.

    It goes once, if Janus runs then. What was missed is listed so, and sent by nobody.
    """
    if message is None and (at or after_limit or files):
        raise click.UsageError("Say the MESSAGE that is to be sent.")
    if message is not None and ((at is None) == (not after_limit) or cancel):
        raise click.UsageError("A MESSAGE goes either --at a time or --after-limit.")
    janus = running()
    session = session_of(janus, id)["session_id"]
    if message is not None:
        when: Json = {"at": timestamp(at.timestamp())} if at else {"after_limit": True}
        attached = [janus.attach(session, file) for file in files]
        said = {"message": message, "message_id": str(uuid.uuid4()), "attachments": attached}
        state = janus.post("/api/schedule", {"session_id": session, **said, **when})
    else:
        state = janus.get("/api/state", session_id=session)
    if cancel is not None:
        found = [it["message_id"] for it in state["scheduled"]]
        meant = [it for it in found if cancel and it.startswith(cancel)]
        one = meant[0] if len(meant) == 1 else cancel
        state = janus.delete("/api/schedule", session_id=session, message_id=one)
    waiting: list[Json] = state["scheduled"]
    if as_json:
        print_json({"session_id": session, "scheduled": waiting})
        return
    print_table([_row(it) for it in waiting])
    if not waiting:
        click.echo("Nothing waits for its time in this session.")


def _row(it: Json) -> tuple[str, ...]:
    how = "missed" if it["missed"] else "after the limit" if it["after_limit"] else "at its time"
    files = ", ".join(file["name"] for file in it.get("attachments", ()))
    words = f"{it['content']} [{files}]" if files else it["content"]
    return it["message_id"][:8], f"{local(it['at']):%Y-%m-%d %H:%M}", how, words
