"""What the agents' own programs began, at the terminal: list it, and continue it in Janus."""

from __future__ import annotations

import click

from janus.agents.known import spec_of
from janus.cli.client import Client, Json, running
from janus.cli.failures import NO_SESSION, only
from janus.cli.output import age, fitted, json_option, print_answer, print_json, print_table, tell
from janus.cli.projects import here
from janus.text import sanitize

_TITLE = 48
#: Characters of an id that are shown, at least.
_SHORT = 8


@click.command()
@json_option
def conversations(as_json: bool) -> None:
    """List the agents' own conversations in this project, the newest first.

    Those that were begun outside of Janus: janus adopt continues one here.
    """
    janus = running()
    found = _listed(janus, here(janus)["project_id"])
    if as_json:
        print_json(found)
        return
    ids = [it["conversation_id"] for it in found["conversations"]]
    rows = [
        (
            it["agent"],
            _short(it["conversation_id"], ids),
            fitted(sanitize(it["title"]).strip() or "-", _TITLE),
            age(it["updated_at"]),
            f"open in {it['driver']}" if it["running"] else "",
        )
        for it in found["conversations"]
    ]
    print_table(rows)
    for problem in found["problems"]:
        tell(sanitize(problem))
    if not rows and not found["problems"]:
        click.echo("The agents have no other conversations in this project.")


@click.command()
@click.argument("agent")
@click.argument("id")
@json_option
def adopt(agent: str, id: str, as_json: bool) -> None:
    """Continue conversation ID of AGENT in Janus, with all that was said in it."""
    janus = running()
    project_id = here(janus)["project_id"]
    known = _listed(janus, project_id)["conversations"]
    ids = [it["conversation_id"] for it in known if _is_of(agent, it)]
    # One that Janus has already is not listed: its whole id finds its session.
    whole = id if len(id) > _SHORT and not any(it.startswith(id) for it in ids) else None
    body = {
        "agent": agent,
        "conversation_id": whole or only(ids, id, "conversation", NO_SESSION),
        "project_id": project_id,
    }
    session = janus.post("/api/session/adopt", body)
    short = session["session_id"][:_SHORT]
    title = sanitize(session["title"]) or "-"
    print_answer(session, as_json, f"{title} goes on in session {session['session_id']}.")
    if not as_json:
        tell(f"To ask in it: janus ask --session {short} …")


def _listed(janus: Client, project_id: str) -> Json:
    return janus.get("/api/agents/conversations", project_id=project_id)


def _is_of(agent: str, conversation: Json) -> bool:
    """Whether a conversation is of the agent that goes by this name."""
    spec = spec_of(agent)
    return bool(conversation["agent"] == (spec.name if spec else agent))


def _short(id: str, ids: list[str]) -> str:
    """The beginning of an id that tells it from the others; ids of one kind begin alike."""
    for length in range(_SHORT, len(id)):
        if sum(other.startswith(id[:length]) for other in ids) == 1:
            return id[:length]
    return id
