"""The command line: ``janus serve``, ``janus doctor``, and clients of a running server.

Results and what agents say go to stdout; everything about them goes to stderr.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from janus import __version__
from janus.cli.asking import ask
from janus.cli.client import running
from janus.cli.conversations import adopt, conversations
from janus.cli.doctor import doctor
from janus.cli.failures import EXIT_CODES, REFUSED, STOPPED, only
from janus.cli.fleet import fleet
from janus.cli.history import history, search
from janus.cli.landing import commit, discard, merge, pull_request, push
from janus.cli.later import later
from janus.cli.memory import init, mcp, memory
from janus.cli.option import Parsed
from janus.cli.output import age, json_option, print_answer, print_json, print_table, tell
from janus.cli.projects import project
from janus.cli.service import service
from janus.cli.sessions import delete, end, rename, resume, sessions, show
from janus.cli.work import changes, undo
from janus.config import setting_fields

_WHERE = """\
Settings, from the environment or from Janus's own file, ~/.config/janus/env.
Each may be written with JANUS_ in front, as in JANUS_PORT; that name wins:"""
_WIDTH = max(len(field.metadata["name"]) for field in setting_fields())
_SETTINGS = "\n".join(
    f"  {field.metadata['name']:{_WIDTH}} {field.metadata['help']}"
    + (f" [{field.metadata['default']}]" if field.metadata["default"] else "")
    for field in setting_fields()
)


_FIELDS = {field.name: field.metadata for field in setting_fields()}


class Program(click.Group):
    """The commands, each with its whole first sentence; Ctrl-C ends with 130, as in a shell."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            shown = [(name, it) for name, it in found if it and not it.hidden]
            formatter.write_dl([(name, it.get_short_help_str(1000)) for name, it in shown])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            tell("\nStopped.")
            ctx.exit(STOPPED)


@click.group(cls=Program, context_settings={"max_content_width": 100}, epilog=f"\b\n{EXIT_CODES}")
@click.version_option(__version__, message="janus %(version)s")
def main() -> None:
    """A doorway from your phone to the coding agent on your own computer.

    All commands but serve, doctor and init talk to the Janus that you run, from any folder. ID is
    the id of a session, open or ended, or the beginning of it.
    """


@main.command(epilog=f"\b\n{_WHERE}\n{_SETTINGS}")
@click.argument(
    "folders", nargs=-1, metavar="[FOLDER]...",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
)  # fmt: skip
@click.option(
    "--port", type=Parsed(_FIELDS["port"]["parse"], "PORT"), help="Instead of the setting PORT."
)
@click.option(
    "--host", type=Parsed(_FIELDS["host"]["parse"], "ADDRESS"),
    help="Instead of the setting JANUS_HOST.",
)  # fmt: skip
@click.option("--gateway", is_flag=True, default=None, help="As the setting JANUS_GATEWAY.")
def serve(
    folders: tuple[Path, ...], port: int | None, host: str | None, gateway: bool | None
) -> None:
    """Serve the page and the API until Ctrl-C.

    Each FOLDER is a project, beside those that were added before. Without any it is the one that
    the current folder is in, or WORKSPACE_DIR.
    """
    from janus.server.gunicorn_app import serve, settings_or_exit

    given = {"workspaces": tuple(dict.fromkeys(folders)) or None, "port": port, "host": host}
    given["gateway"] = gateway
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    serve(replace(settings_or_exit(), **chosen))


@main.command()
@click.option("--read", is_flag=True, help="Grant read-only access.")
@json_option
def pair(read: bool, as_json: bool) -> None:
    """Pair another device: print a code for it, valid for five minutes."""
    from janus.access.invitation import invitation

    details = running().post("/api/pair/new", {"scope": "read" if read else "full"})
    print_answer(details, as_json, invitation(details))


@main.command()
@click.option("--revoke", metavar="ID", help="Revoke the access of this device, or of all.")
@json_option
def devices(revoke: str | None, as_json: bool) -> None:
    """List the devices and programs with access, or revoke it."""
    janus = running()
    found = janus.get("/api/devices")
    devices = found["devices"]
    if revoke is not None:
        ids = [device["device_id"] for device in devices]
        id = revoke if revoke == "all" else only(ids, revoke, "device", REFUSED)
        found = janus.delete("/api/devices", device_id=id)
    if as_json:
        print_json(found)
    elif revoke is not None:
        click.echo(f"{found['revoked']} revoked.")
    else:
        print_table(
            [
                (
                    it["device_id"][:8], it["kind"], it["scope"], f"seen {age(it['last_seen'])}",
                    it["address"] or "-", it["name"],
                )
                for it in devices
            ]
        )  # fmt: skip
        if not devices:
            click.echo("No device is paired yet. Pair one with: janus pair")


@main.command()
@click.argument("name")
@click.option("--read", is_flag=True, help="Grant read-only access.")
@json_option
def token(name: str, read: bool, as_json: bool) -> None:
    """Create a token for a program called NAME, and print it, this once."""
    body = {"name": name, "scope": "read" if read else "full"}
    made = running().post("/api/tokens", body)
    print_answer(made, as_json, made["token"])


for command in (
    adopt,
    ask,
    changes,
    commit,
    conversations,
    delete,
    discard,
    doctor,
    end,
    fleet,
    history,
    init,
    later,
    mcp,
    memory,
    merge,
    project,
    pull_request,
    push,
    rename,
    resume,
    search,
    service,
    sessions,
    show,
    undo,
):
    main.add_command(command)
