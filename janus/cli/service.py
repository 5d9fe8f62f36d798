"""``janus service``: have Janus run from login on, without a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from threading import Event
from typing import Any

import click

from janus.agents.catalog import computer
from janus.cli.client import settings
from janus.cli.failures import NOT_RUNNING, OTHER, REFUSED, ClientError
from janus.cli.output import json_option, print_answer, tell
from janus.config import Settings
from janus.errors import CannotServe, JanusError
from janus.projects.finding import check_place, entry_of, same_folder
from janus.projects.listing import ProjectList
from janus.server.service.control import control, read, remove, write
from janus.server.service.environment import capture, launcher
from janus.storage.lock import serving
from janus.storage.store import Store

#: Seconds that a service may take to its first answer.
_STARTING = 30.0
#: In the path of a program that was fetched to be run once.
_FLEETING = ("/uv/archive-", "/pipx/.cache/")


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """The same command, which says why something cannot be done."""

    @wraps(command)
    def told(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except (CannotServe, JanusError) as why:
            words = str(why).removesuffix(".")
            raise ClientError(f"{words[0].upper()}{words[1:]}.", OTHER) from why

    return told


@click.group()
def service() -> None:
    """Have Janus run from your login on, without a terminal.

    With systemd on Linux, with launchd on macOS.
    """


@service.command()
@click.argument(
    "folders", nargs=-1, metavar="[FOLDER]...",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
)  # fmt: skip
@click.option("--print", "only_print", is_flag=True, help="Print what would be installed.")
@_told
def install(folders: tuple[Path, ...], only_print: bool) -> None:
    """Install the service and start it; again, to renew what it sees of this terminal.

    It serves the projects that were added before, and each FOLDER. It sees the PATH, the settings
    and the keys for agents that this terminal has now.
    """
    chosen = settings()
    manager = control(chosen.environ)
    command = (*launcher(sys.argv[0], chosen.environ), "serve")
    if any(mark in os.path.realpath(command[0]) for mark in _FLEETING):
        raise ClientError(
            f"{command[0]} will not stay there. Install Janus first: pipx install, or uv tool "
            "install. See docs/operations.md",
            REFUSED,
        )
    found = capture(computer(chosen))
    description = manager.describe(command, found.environ, chosen.state)
    if only_print:
        click.echo(description.decode(), nl=False)
        return
    manager.check()
    running = serving(chosen.state)
    if running and not manager.active():
        raise ClientError(
            f"Janus runs already, as process {running.master}. Stop it, then install the service.",
            REFUSED,
        )
    _remember(chosen, folders or chosen.workspaces, running is not None)
    write(manager, description)
    manager.start()
    for note in found.notes:
        tell(note)
    click.echo(f"Installed {manager.path}, which only you can read. It has of this terminal:")
    click.echo(f"  {', '.join(found.environ)}")
    url = _wait(chosen, running.run if running else "")
    click.echo(f"Janus runs at {url}. To pair a phone: janus pair")
    if hint := manager.hint():
        click.echo(hint)


@service.command()
@json_option
@_told
def status(as_json: bool) -> None:
    """Say whether the service is installed, runs, and answers."""
    manager = control(settings().environ)
    installed, active = read(manager) is not None, manager.active()
    running = serving(settings().state)
    found = {
        "installed": str(manager.path) if installed else None,
        "active": active,
        "url": running.url if running else None,
    }
    text = f"Installed: {manager.path}" if installed else "Not installed: janus service install"
    state = "runs" if active else "does not run"
    text += f"\nThe service {state}" + (". See: janus service logs" if not active else "")
    if running:
        text += f"\nJanus answers at {running.url}, as process {running.master}"
    print_answer(found, as_json, text)
    if not active:
        sys.exit(NOT_RUNNING)


@service.command()
@click.option("--lines", default=100, show_default=True, help="How many to show.")
@click.option("--follow", "-f", is_flag=True, help="And those to come, until Ctrl-C.")
@_told
def logs(lines: int, follow: bool) -> None:
    """Show what the service said last."""
    command = control(settings().environ).logs(lines, follow)
    try:
        sys.exit(subprocess.run(command).returncode)
    except FileNotFoundError as none:
        raise ClientError(f"There is no {command[0]} here.", OTHER) from none


@service.command()
@_told
def uninstall() -> None:
    """Stop the service and remove it; projects, conversations and devices stay."""
    manager = control(settings().environ)
    if read(manager) is None:
        click.echo("The service is not installed.")
        return
    manager.stop()
    remove(manager)
    click.echo(f"Removed {manager.path}. Projects, conversations and devices stay as they are.")


def _remember(chosen: Settings, folders: tuple[Path, ...], running: bool) -> None:
    """Put these folders on the list of projects, or the current one where it would stay empty."""
    projects = ProjectList(Store(chosen.state))
    entries = projects.load()
    wanted = folders if folders or entries else (Path.cwd(),)
    missing = [
        folder for folder in (check_place(it, chosen.state) for it in wanted)
        if not any(same_folder(folder, it.folder) for it in entries)
    ]  # fmt: skip
    if missing and running:  # the list is that of the running one
        raise ClientError(f"Add it while Janus runs: janus project add {missing[0]}", REFUSED)
    if missing:
        projects.save([*entries, *(entry_of(it, chosen.state) for it in missing)])


def _wait(chosen: Settings, before: str) -> str:
    """The address of the service, once it answers; *before* marks the one that it follows."""
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline:
        found = serving(chosen.state)
        if found and found.url and found.run != before:
            return found.url
        Event().wait(0.1)
    raise ClientError("The service does not answer yet. See: janus service logs", NOT_RUNNING)
