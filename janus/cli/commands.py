"""The command line: ``janus serve``, ``doctor``, and what can be asked of a running server.

What an agent says goes to stdout, and nothing else; all that is said about it goes to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from janus import __version__
from janus.cli.asking import Question, tell
from janus.cli.client import Client, ClientError
from janus.config import Settings, SettingsError, setting_fields

_WHERE = """\
Settings, from the environment or from Janus's own file, ~/.config/janus/env.
Each may be written with JANUS_ in front, as in JANUS_PORT; that name wins:"""
_SETTINGS = "\n".join(
    f"  {field.metadata['name']:22} {field.metadata['help']}"
    + (f" [{field.metadata['default']}]" if field.metadata["default"] else "")
    for field in setting_fields()
)


@click.group(context_settings={"max_content_width": 100})
@click.version_option(__version__, message="janus %(version)s")
def main() -> None:
    """A doorway from your phone to the coding agent on your own computer.

    All but serve and doctor speak with the Janus that serves the current folder, or WORKSPACE_DIR.
    ID is the id of a session, or the beginning of one.
    """


@main.command(epilog=f"\b\n{_WHERE}\n{_SETTINGS}")
def serve() -> None:
    """Serve the page and the API until Ctrl-C."""
    from janus.server.gunicorn_app import serve, settings_or_exit

    try:
        serve(settings_or_exit())
    except SettingsError as wrong:
        sys.exit(f"Janus cannot start: {wrong}.")


@main.command()
def doctor() -> None:
    """Say which agents are on this computer, and what to do about those that are not."""
    from janus.agents.catalog import computer
    from janus.agents.detection import survey
    from janus.server.gunicorn_app import settings_or_exit

    for entry, found in survey(computer(settings_or_exit())):
        if found:
            click.echo(f"{entry.name:18} {found.version or 'found':28} speaks {found.protocol}")
            if entry.login:
                click.echo(f"{'':18} to log in: {entry.login}")
        else:
            click.echo(f"{entry.name:18} not found; {entry.install}")


@main.command()
def sessions() -> None:
    """List the sessions of the running Janus."""
    found = _call(lambda janus: janus.get("/api/sessions"))["sessions"]
    for session in found:
        where = session["branch"] or "the workspace itself"
        attention = f"  needs you: {session['attention']}" if session["attention"] else ""
        click.echo(
            f"{session['session_id']}  {session['status']:8} {session['name'] or '-':24} "
            f"{session['agent']}  {session['message_count']} messages  {where}{attention}"
        )
    if not found:
        click.echo("There are no sessions. Begin one with: janus ask")


@main.command()
@click.argument("question")
@click.option("--session", "id", metavar="ID", help="Go on in this session.")
@click.option("--name", help="Begin a session of this name, on a git branch of its own.")
@click.option("--agent", help="Begin a session with this agent; janus doctor lists them.")
def ask(question: str, id: str | None, name: str | None, agent: str | None) -> None:
    """Ask QUESTION, and print the answer as it is written; Ctrl-C stops it.

    Without --session it begins a new session, and says how to go on in it.
    """
    if id and (name or agent):
        raise click.UsageError("--name and --agent are for a new session: leave out --session.")
    if not question.strip():
        raise click.UsageError("There is no question.")

    def run(janus: Client) -> None:
        session = _one(janus, id) if id else _begun(janus, name, agent)
        try:
            Question(janus, session).ask(question)
        except ClientError as problem:
            tell(str(problem))
            sys.exit(1)
        finally:
            if not id:
                tell(f'\nTo go on: janus ask --session {session[:8]} "…"')

    _call(run)


@main.command()
@click.argument("id")
def resume(id: str) -> None:
    """Start the agent of session ID, which goes on with its conversation.

    A session that has ended is opened again, by its whole ID.
    """
    session = _call(
        lambda janus: janus.post("/api/session/resume", session_id=_one(janus, id, ended=True))
    )
    click.echo(f"{session['session_id']} is {session['status']}.")


@main.command()
@click.argument("id")
@click.argument("name")
def rename(id: str, name: str) -> None:
    """Call session ID by another NAME; its branch and worktree stay."""
    session = _call(
        lambda janus: janus.post("/api/session/rename", {"name": name}, session_id=_one(janus, id))
    )
    click.echo(f"{session['session_id']} is called {session['name']}.")


@main.command()
@click.argument("id")
@click.option("--cleanup", is_flag=True, help="Remove its worktree, unless work would be lost.")
@click.option("--force", is_flag=True, help="With --cleanup: remove it even then.")
@click.option("--no-summary", is_flag=True, help="Do not ask the agent for a summary.")
def end(id: str, cleanup: bool, force: bool, no_summary: bool) -> None:
    """End session ID: its agent stops, its branch and its conversation stay."""
    if force and not cleanup:
        raise click.UsageError("--force is for --cleanup.")
    body = {"cleanup": cleanup, "force": force, "summary": not no_summary}
    ended = _call(lambda janus: janus.post("/api/session/end", body, session_id=_one(janus, id)))
    click.echo(ended["summary"] or "Nothing was said in it.")
    if ended["branch"]:
        where = f", in {ended['worktree_path']}" if ended["worktree_path"] else ""
        click.echo(f"Its work is on {ended['branch']}{where}", err=True)
    if ended["worktree_path"] or not ended["branch"]:  # its agent has a folder to work in
        click.echo(f"To open it again: janus resume {ended['session_id']}", err=True)


@main.command()
@click.option("--read", is_flag=True, help="It may look, and do nothing.")
def pair(read: bool) -> None:
    """Let another device in: print a code for it, good for five minutes."""
    from janus.access.invitation import invitation

    scope = {"scope": "read" if read else "full"}
    click.echo(invitation(_call(lambda janus: janus.post("/api/pair/new", scope))))


@main.command()
@click.option("--revoke", metavar="ID", help="Let this device in no more; all for all of them.")
def devices(revoke: str | None) -> None:
    """List the devices and programs that may come in, or let one in no more."""
    if revoke:
        gone = _call(lambda janus: janus.delete("/api/devices", device_id=_device(janus, revoke)))
        click.echo(f"{gone['revoked']} revoked.")
        return
    found = _call(lambda janus: janus.get("/api/devices"))["devices"]
    for device in found:
        click.echo(
            f"{device['device_id'][:8]}  {device['kind']:5}  {device['scope']:4}  "
            f"last seen {device['last_seen'][:16]}  {device['address'] or '-':15}  {device['name']}"
        )
    if not found:
        click.echo("No device is paired yet. Let one in with: janus pair")


@main.command()
@click.argument("name")
@click.option("--read", is_flag=True, help="It may look, and do nothing.")
def token(name: str, read: bool) -> None:
    """Print a token for a program called NAME; it is shown this once."""
    body = {"name": name, "scope": "read" if read else "full"}
    click.echo(_call(lambda janus: janus.post("/api/tokens", body))["token"])


def _call(call: Callable[[Client], Any]) -> Any:
    """What *call* returns, given a client of the server of this workspace; or the end."""
    try:
        settings = Settings.from_env()
        return call(Client.of(settings.workspace, settings.state))
    except (ClientError, SettingsError) as problem:
        sys.exit(str(problem))


def _one(janus: Client, id: str, *, ended: bool = False) -> str:
    """The one session whose id begins with *id*; an unknown id itself where it may have *ended*."""
    ids = [session["session_id"] for session in janus.get("/api/sessions")["sessions"]]
    found = [known for known in ids if known == id] or [k for k in ids if k.startswith(id)]
    if len(found) == 1:
        return str(found[0])
    if not found and ended:
        return id
    what = f"{len(found)} sessions begin" if found else "No session begins"
    raise ClientError(f"{what} with {id}. See: janus sessions")


def _device(janus: Client, id: str) -> str:
    """The one device whose id begins with *id*."""
    ids = [device["device_id"] for device in janus.get("/api/devices")["devices"]]
    found = [known for known in ids if known.startswith(id)]
    if id == "all" or len(found) == 1:
        return id if id == "all" else str(found[0])
    what = f"{len(found)} devices begin" if found else "No device begins"
    raise ClientError(f"{what} with {id}. See: janus devices")


def _begun(janus: Client, name: str | None, agent: str | None) -> str:
    body = {key: value for key, value in (("name", name), ("agent", agent)) if value}
    return str(janus.post("/api/session/start", body)["session_id"])
