"""``janus fleet``: the owner's machines, joined by a doorway that they all dial."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from janus.cli.client import Client, Json, running
from janus.cli.failures import REFUSED, ClientError
from janus.cli.option import Parsed
from janus.cli.output import age, json_option, print_answer, print_table, tell
from janus.errors import FleetFailed
from janus.text.parsing import machine

#: What a machine may do to others, in words.
_MAY = {
    "full": "may have the others do anything",
    "read": "may read what the others have",
    "relay": "may have the others do nothing",
}
_name_option = click.option("--name", default="", help="What to call this machine.")


@click.group()
def fleet() -> None:
    """Join your machines: one list of sessions, wherever they run.

    One of them, that is mostly on, is the doorway. All talk to the Janus that you run here.
    """


@fleet.command()
@click.option(
    "--scope", type=click.Choice([*_MAY]), default="full", show_default=True,
    help="What the machine that joins may have others do.",
)  # fmt: skip
@click.option("--also", is_flag=True, help="Although this machine has joined another doorway.")
@_name_option
@json_option
def init(scope: str, also: bool, name: str, as_json: bool) -> None:
    """Make this machine a doorway, and print a code for another one; again, for the next one."""
    made = running().post("/api/fleet/invite", {"scope": scope, "also": also, "name": name})
    print_answer(
        made, as_json, f"On the other machine, within five minutes:\n\n"
        f"  janus fleet join {made['code']}\n\nIt {_MAY[scope]}. The code is good for one machine.",
    )  # fmt: skip


@fleet.command()
@click.argument("code")
@click.option("--also", is_flag=True, help="A further doorway, beside those already joined.")
@_name_option
@json_option
def join(code: str, also: bool, name: str, as_json: bool) -> None:
    """Join the doorway that printed CODE."""
    joined = running().post("/api/fleet/join", {"code": code, "also": also, "name": name})
    print_answer(
        joined, as_json,
        f"Joined {joined['name']}, at {joined['page']}. This machine {_MAY[joined['scope']]}.",
    )  # fmt: skip


@fleet.command()
@json_option
def status(as_json: bool) -> None:
    """Say what this machine is called, and where it is a member."""
    found = running().get("/api/fleet")
    print_answer(found, as_json, _status(found))


@fleet.command(name="list")
@json_option
def list_machines(as_json: bool) -> None:
    """List the machines that dial this doorway."""
    found = running().get("/api/fleet")
    if as_json or not found["machines"]:
        print_answer(found, as_json, "No machine has joined this one. For a code: janus fleet init")
        return
    print_table(
        [
            (
                it["name"],
                it["scope"],
                _there(it),
                f"joined {age(it['joined_at'])}",
                it["machine_id"],
            )
            for it in found["machines"]
        ]
    )


@fleet.command()
@click.argument("doorway", default="")
@json_option
def leave(doorway: str, as_json: bool) -> None:
    """Leave DOORWAY, or all of them.

    A machine that is the doorway itself is one no more; its members are out.
    """
    left = running().delete("/api/fleet/doorways", name=doorway)
    names = ", ".join(it["name"] for it in left["left"])
    print_answer(left, as_json, f"Left {names}.")
    for it in left["left"]:
        if it["untold"]:
            tell(f"{it['untold']} On {it['name']}, run: janus fleet revoke NAME")


@fleet.command()
@click.argument("folder", type=click.Path(file_okay=False, resolve_path=True, path_type=Path))
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=Parsed(machine, "NAME"))
def keys(folder: Path, names: tuple[str, ...]) -> None:
    """Make the keys of a team's cluster in FOLDER: of the gateways, and of each machine NAME.

    Its users.conf is for the servers of the cluster; each key is for JANUS_FLEET_KEY. It needs no
    Janus that runs.
    """
    try:
        from janus.fleet.team import make_keys  # only here: what serves loads it where it is needed

        make_keys(folder, tuple(dict.fromkeys(names)))
    except FleetFailed as why:
        raise ClientError(str(why)) from why
    click.echo(
        f"The servers of the cluster: include {folder / 'users.conf'}\n"
        f"Each gateway: JANUS_FLEET_KEY={folder / 'gateway.nk'}\n"
        f"Each machine: JANUS_FLEET_KEY={folder / 'NAME.nk'}"
    )


@fleet.command()
@click.argument("name")
@json_option
def revoke(name: str, as_json: bool) -> None:
    """Put the machine NAME out of this doorway, at once."""
    revoked = running().delete("/api/fleet/machines", name=name)
    print_answer(revoked, as_json, f"{revoked['name']} is out.")


def machine_of(janus: Client, name: str) -> str | None:
    """The id of the machine with this name or id; None for this one. Raises ClientError."""
    found = janus.get("/api/fleet")
    ids = {it["name"]: it["machine_id"] for it in found["machines"]}
    if name in (found["machine_id"], found["name"]):
        return None
    if name in ids.values():
        return name
    if name not in ids:
        nearest = get_close_matches(name, [*ids, found["name"] or ""], n=1)
        hint = f"Did you mean {nearest[0]}? " if nearest else ""
        raise ClientError(
            f"No machine here is called {name or 'nothing'}. {hint}See: janus fleet list", REFUSED
        )
    return str(ids[name])


def _there(machine: dict[str, Any]) -> str:
    """Whether a machine is there, in a word or two."""
    if machine["online"]:
        return f"online, {machine['version']}{'; words wait' if machine['problem'] else ''}"
    asleep = machine["asleep_since"]
    return f"asleep: {age(asleep)}" if asleep else "not seen yet"


def _status(found: Json) -> str:
    if not found["machine_id"]:
        return "This machine is in no fleet. To begin one: janus fleet init"
    lines = [f"This machine is {found['name']}, {found['machine_id']}"]
    for it in found["doorways"]:
        if it["own"]:
            count = len(found["machines"])
            members = f"{count} machine{'' if count == 1 else 's'} joined"
            lines.append(f"  a doorway, at {it['page']}: {found['problem'] or members}")
        else:
            where = it["page"] or ", ".join(it["urls"])
            lines.append(f"  joined {it['name']}, at {where}; {_MAY[it['scope']]}")
    return "\n".join(lines)
