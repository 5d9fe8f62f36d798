"""Sessions at the terminal: list, show, resume, rename, end and delete them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

from janus.cli.client import Client, Json, running
from janus.cli.failures import NO_SESSION, ClientError, only
from janus.cli.fleet import machine_of
from janus.cli.output import (
    age,
    fitted,
    json_option,
    local,
    print_answer,
    print_json,
    print_table,
    tell,
)
from janus.text import sanitize

_TITLE = 40
#: Characters of an id that are shown, at least.
_SHORT = 8
#: Sessions to a page.
_PAGE = "200"
#: Ids have at most 64 characters.
_LONGEST = 64
_WHO = {"user": "You", "assistant": "Agent", "system": "Note"}
_WHY = {"idle": "unused for too long", "crashed": "its agent crashed", "limit": "to make room"}


def session_of(janus: Client, id: str) -> Json:
    """The one session, open or ended, whose id begins with *id*. Raises ClientError."""
    found: dict[str, Json] = {}
    if 0 < len(id) <= _LONGEST:
        listed = janus.get("/api/sessions", id=id, ended="true", limit=_PAGE)["sessions"]
        listed += janus.get("/api/sessions", id=id)["sessions"]
        found = {it["session_id"]: it for it in listed}
    return found[only(found, id, "session", NO_SESSION)]


def open_session(janus: Client, id: str) -> str:
    """The id of that session. Raises ClientError if it has ended."""
    session = session_of(janus, id)
    if "ended_at" in session:
        short = session["session_id"][:_SHORT]
        raise ClientError(
            f"Session {short} has ended. To open it again: janus resume {short}", NO_SESSION
        )
    return str(session["session_id"])


@click.command()
@click.option("--all", "ended", is_flag=True, help="Also those that ended, the newest first.")
@json_option
def sessions(ended: bool, as_json: bool) -> None:
    """List the open sessions, or all there ever were."""
    janus = running()
    found: list[Json] = janus.get("/api/sessions")["sessions"]
    if ended:
        found += _ended(janus)
    if as_json:
        print_json({"sessions": found})
        return
    several = len({it["project_id"] for it in found}) > 1
    ids = _short([it["session_id"] for it in found])
    rows = [_row(id, it, several) for id, it in zip(ids, found, strict=True)]
    print_table(rows)
    if not found:
        click.echo("There are no sessions. Start one with: janus ask")


@click.command()
@click.argument("id")
@json_option
def show(id: str, as_json: bool) -> None:
    """Print the conversation of session ID, and what is known of it."""
    janus = running()
    session = session_of(janus, id)
    text = janus.text("/api/session/transcript", session_id=session["session_id"], format="json")
    session["conversation"] = json.loads(text)["conversation"]
    if as_json:
        print_json(session)
        return
    ended = session.get("ended_at")
    why = _WHY.get(session.get("end_reason", ""))
    facts = {
        "Session": session["session_id"],
        "Project": session["project"],
        "Agent": session["agent"],
        "Branch": session["branch"],
        "Worktree": session["worktree_path"],
        "Began": f"{local(session['created_at']):%Y-%m-%d %H:%M}",
        "In a terminal": session["resume_command"],
        "Ended": ended and f"{local(ended):%Y-%m-%d %H:%M}{f', {why}' if why else ''}",
    }
    click.secho(sanitize(session["name"] or session["title"] or "-"), bold=True)
    print_table([(f"{name}:", str(value)) for name, value in facts.items() if value])
    if session.get("summary"):
        click.echo(f"\n{sanitize(session['summary'])}")
    for said in session["conversation"]:
        click.secho(f"\n{_WHO[said['role']]}, {local(said['timestamp']):%Y-%m-%d %H:%M}", bold=True)
        click.echo(sanitize(said["content"]).rstrip("\n"))


@click.command()
@click.argument("id")
@click.option("--anew", is_flag=True, help="Make its worktree again if that is gone.")
@click.option("--on", metavar="MACHINE", help="Continue it there, since its own machine is away.")
@json_option
def resume(id: str, anew: bool, on: str | None, as_json: bool) -> None:
    """Start the agent of session ID, which continues its conversation, also if it ended.

    A worktree that is made anew is of the session's branch, or of a new one if that is gone, too.
    With --on, by the name or id of one of your machines, a new session begins there; its first
    words say what came along, and what did not.
    """
    if anew and on is not None:
        raise click.UsageError("--anew and --on exclude each other.")
    janus = running()
    found = session_of(janus, id)["session_id"]
    if on is not None:
        machine = machine_of(janus, on)
        made = janus.start({"session_id": found, "machine": machine}, "/api/session/continue")
        print_answer(made, as_json, f"{found} goes on as {made['session_id']}.")
        return
    session = janus.post("/api/session/resume", session_id=found, anew=str(anew).lower())
    print_answer(session, as_json, f"{session['session_id']} is {session['status']}.")


@click.command()
@click.argument("id")
@click.argument("name")
@json_option
def rename(id: str, name: str, as_json: bool) -> None:
    """Rename session ID to NAME; its branch and worktree keep theirs."""
    janus = running()
    session = janus.post("/api/session/rename", {"name": name}, session_id=open_session(janus, id))
    print_answer(session, as_json, f"{session['session_id']} is now called {session['name']}.")


@click.command()
@click.argument("id")
@click.option("--cleanup", is_flag=True, help="Remove its worktree, unless work would be lost.")
@click.option("--force", is_flag=True, help="With --cleanup: remove it even if work is lost.")
@click.option("--no-summary", is_flag=True, help="Do not ask the agent for a summary.")
@json_option
def end(id: str, cleanup: bool, force: bool, no_summary: bool, as_json: bool) -> None:
    """End session ID: stop its agent, keep its branch and its conversation."""
    if force and not cleanup:
        raise click.UsageError("--force works only with --cleanup.")
    body = {"cleanup": cleanup, "force": force, "summary": not no_summary}
    janus = running()
    ended = janus.post("/api/session/end", body, session_id=open_session(janus, id))
    print_answer(ended, as_json, sanitize(ended["summary"] or "Nothing was said in it."))
    if as_json:
        return
    if ended["branch"]:
        where = f", in {ended['worktree_path']}" if ended["worktree_path"] else ""
        gone = f"The branch {ended['branch']} is gone." if ended["branch_deleted"] else ""
        tell(gone or f"Its work is on {ended['branch']}{where}")
    if ended["landed"]:
        tell(sanitize(ended["landed"]))
    if ended["worktree_path"] or not ended["branch"]:  # its agent has a folder to work in
        tell(f"To open it again: janus resume {ended['session_id'][:_SHORT]}")


@click.command()
@click.argument("id")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@json_option
def delete(id: str, yes: bool, as_json: bool) -> None:
    """Forget session ID, which has ended, for good: all that was said in it, and its worktree.

    Its branch stays, and so does what the agent itself keeps of it, which is then said.
    """
    janus = running()
    session = session_of(janus, id)
    title = sanitize(session["name"] or session["title"] or "-")
    if not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise click.UsageError("Nobody is there to be asked: add --yes.")
        click.confirm(f"Delete {title}, for good?", abort=True, err=True)
    deleted = janus.delete("/api/session", session_id=session["session_id"])
    print_answer(deleted, as_json, f"{title} is deleted.")
    if deleted["kept_by_agent"] and not as_json:
        tell(f"What {deleted['kept_by_agent']} itself keeps of it is not deleted.")


def _ended(janus: Client) -> list[Json]:
    found: list[Json] = []
    more: dict[str, str] = {}
    while True:
        page = janus.get("/api/sessions", ended="true", limit=_PAGE, **more)
        found += page["sessions"]
        if "next" not in page:
            return found
        more = {"before": page["next"]}


def _short(ids: Sequence[str]) -> list[str]:
    """The beginnings of ids, long enough to tell these apart."""
    lengths = range(_SHORT, _LONGEST)
    length = next((n for n in lengths if len({id[:n] for id in ids}) == len({*ids})), _LONGEST)
    return [id[:length] for id in ids]


def _row(id: str, session: Json, several: bool) -> tuple[str, ...]:
    """A line of the list; with *several* projects it says which one."""
    status = "ended" if "ended_at" in session else session["status"]
    title = fitted(sanitize(session["name"] or session["title"]).strip() or "-", _TITLE)
    attention = f"needs you: {session['attention']}" if session["attention"] else ""
    project = (session["project"],) if several else ()
    since = age(session.get("ended_at") or session["last_activity"])
    where = session["branch"] or "-"
    return (id, status, title, since, *project, session["agent"], where, attention)
