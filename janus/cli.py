"""The command line: ``janus serve``, ``janus doctor``."""

from __future__ import annotations

import sys

import click

from janus import __version__
from janus.config import SettingsError, setting_fields

_SETTINGS = "\n".join(
    f"  {field.metadata['name']:22} {field.metadata['help']}"
    + (f" [{field.metadata['default']}]" if field.metadata["default"] else "")
    for field in setting_fields()
)


@click.group(context_settings={"max_content_width": 100})
@click.version_option(__version__, message="janus %(version)s")
def main() -> None:
    """A doorway from your phone to the coding agent on your own computer."""


@main.command(
    epilog=f"\b\nSettings, from the environment or a .env file in the current folder:\n{_SETTINGS}"
)
def serve() -> None:
    """Serve the page and the API until Ctrl-C."""
    from janus.server import serve, settings_or_exit

    try:
        serve(settings_or_exit())
    except SettingsError as wrong:
        sys.exit(f"Janus cannot start: {wrong}.")


@main.command()
def doctor() -> None:
    """Say which agents are on this computer, and what to do about those that are not."""
    from janus.agents.found import survey
    from janus.manager import computer
    from janus.server import settings_or_exit

    for entry, found in survey(computer(settings_or_exit())):
        if found:
            click.echo(f"{entry.name:18} {found.version or 'found':28} speaks {found.protocol}")
            if entry.login:
                click.echo(f"{'':18} to log in: {entry.login}")
        else:
            click.echo(f"{entry.name:18} not found; {entry.install}")
