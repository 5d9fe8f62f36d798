"""``janus doctor``: what is here, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from janus.agents.catalog import computer
from janus.agents.detection import Seen, survey
from janus.agents.known import DEMO
from janus.cli.checks import Check, checks
from janus.cli.failures import OTHER
from janus.cli.output import json_option, print_json
from janus.config import Settings

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look for what keeps Janus from working, and say what to do: agents, logins, git, disk, …

    Ends with 1 if something has to be done.
    """
    from janus.server.gunicorn_app import settings_or_exit

    settings = settings_or_exit()
    agents = survey(computer(settings))
    found = [*checks(settings), _answering(agents)]
    if as_json:
        told = [{**it._asdict(), "remedy": it.remedy or None} for it in found]
        print_json({"agents": [_agent(it, settings) for it in agents], "checks": told})
    else:
        _show(agents, found, settings)
    if any(it.state == "problem" for it in found):
        sys.exit(OTHER)


def _show(agents: list[Seen], found: list[Check], settings: Settings) -> None:
    for spec, agent, problem in agents:
        if agent:
            click.echo(f"{spec.name:18} {agent.version or 'found':28} speaks {agent.protocol}")
        if problem:
            click.echo(f"{'' if agent else spec.name:18} {problem}")
        if agent and spec.login:
            sign = _login(Seen(spec, agent, problem), settings)
            known = f"logged in, by {sign}" if sign else f"to log in: {spec.login}"
            click.echo(f"{'':18} {known}")
    click.echo()
    for it in found:
        click.echo(f"{_MARKS[it.state]} {it.name:16} {it.found}")
        if it.remedy:
            click.echo(f"{'':18} {it.remedy}")


def _agent(seen: Seen, settings: Settings) -> dict[str, object]:
    spec, agent, problem = seen
    return {
        "name": spec.name,
        "found": agent is not None,
        "problem": problem,
        "version": agent.version if agent else None,
        "protocol": agent.protocol if agent else None,
        "install": spec.install,
        "login": spec.login,
        "logged_in_by": _login(seen, settings),
    }


def _login(seen: Seen, settings: Settings) -> str | None:
    """The file or variable that says that somebody is logged in; None where nothing tells."""
    environ = settings.environ
    for sign in seen.spec.logins:
        if environ.get(sign) or ("/" in sign and Path(environ.get("HOME", "/"), sign).is_file()):
            return f"~/{sign}" if "/" in sign else sign
    return None


def _answering(agents: list[Seen]) -> Check:
    real = [it.spec.label for it in agents if it.agent and it.spec is not DEMO]
    if real:
        return Check("agents", "ok", ", ".join(real))
    return Check(
        "agents", "warning", "there is none but the demo agent", "install one of those above"
    )
