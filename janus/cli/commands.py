"""The command line: ``janus serve``, ``janus doctor``, and clients of a running server.

Results and what agents say go to stdout; everything about them goes to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

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

    All commands but serve and doctor talk to the Janus that serves the current folder, or
    WORKSPACE_DIR. ID is the id of a session, or the beginning of it.
    """


@main.command(epilog=f"\b\n{_WHERE}\n{_SETTINGS}")
def serve() -> None:
    """Serve the page and the API until Ctrl-C."""
    from janus.server.gunicorn_app import serve, settings_or_exit

    serve(settings_or_exit())


@main.command()
def doctor() -> None:
    """List the agents on this computer, and how to install or log in to the others."""
    from janus.agents.catalog import computer
    from janus.agents.detection import survey
    from janus.server.gunicorn_app import settings_or_exit

    for spec, agent in survey(computer(settings_or_exit())):
        if agent:
            click.echo(f"{spec.name:18} {agent.version or 'found':28} speaks {agent.protocol}")
            if spec.login:
                click.echo(f"{'':18} to log in: {spec.login}")
        else:
            click.echo(f"{spec.name:18} not found; {spec.install}")


@main.command()
def sessions() -> None:
    """List the sessions of the running Janus."""
    sessions = _janus().get("/api/sessions")["sessions"]
    for session in sessions:
        where = session["branch"] or "the workspace itself"
        attention = f"  needs you: {session['attention']}" if session["attention"] else ""
        click.echo(
            f"{session['session_id']}  {session['status']:8} {session['name'] or '-':24} "
            f"{session['agent']}  {session['message_count']} messages  {where}{attention}"
        )
    if not sessions:
        click.echo("There are no sessions. Start one with: janus ask")


@main.command()
@click.argument("question")
@click.option("--session", "id", metavar="ID", help="Continue this session.")
@click.option("--name", help="Start a session of this name, on a git branch of its own.")
@click.option("--agent", help="Start a session with this agent; janus doctor lists them.")
def ask(question: str, id: str | None, name: str | None, agent: str | None) -> None:
    """Ask QUESTION, and print the answer as it is written; Ctrl-C stops it.

    Without --session this starts a new session, and prints how to continue it.
    """
    if id and (name or agent):
        raise click.UsageError("--name and --agent are for a new session: omit --session.")
    if not question.strip():
        raise click.UsageError("The question is empty.")

    janus = _janus()
    new = {key: value for key, value in (("name", name), ("agent", agent)) if value}
    session = _match(janus, id) if id else janus.post("/api/session/start", new)["session_id"]
    try:
        Question(janus, session).ask(question)
    except ClientError as problem:
        problem.show()
        sys.exit(problem.exit_code)
    finally:
        if not id:
            tell(f'\nTo continue: janus ask --session {session[:8]} "…"')


@main.command()
@click.argument("id")
def resume(id: str) -> None:
    """Start the agent of session ID, which continues its conversation.

    A session that has ended is opened again; that needs its whole ID.
    """
    janus = _janus()
    session = janus.post("/api/session/resume", session_id=_match(janus, id, ended=True))
    click.echo(f"{session['session_id']} is {session['status']}.")


@main.command()
@click.argument("id")
@click.argument("name")
def rename(id: str, name: str) -> None:
    """Rename session ID to NAME; its branch and worktree keep theirs."""
    janus = _janus()
    session = janus.post("/api/session/rename", {"name": name}, session_id=_match(janus, id))
    click.echo(f"{session['session_id']} is now called {session['name']}.")


@main.command()
@click.argument("id")
@click.option("--cleanup", is_flag=True, help="Remove its worktree, unless work would be lost.")
@click.option("--force", is_flag=True, help="With --cleanup: remove it even if work is lost.")
@click.option("--no-summary", is_flag=True, help="Do not ask the agent for a summary.")
def end(id: str, cleanup: bool, force: bool, no_summary: bool) -> None:
    """End session ID: stop its agent, keep its branch and its conversation."""
    if force and not cleanup:
        raise click.UsageError("--force works only with --cleanup.")
    body = {"cleanup": cleanup, "force": force, "summary": not no_summary}
    janus = _janus()
    ended = janus.post("/api/session/end", body, session_id=_match(janus, id))
    click.echo(ended["summary"] or "Nothing was said in it.")
    if ended["branch"]:
        where = f", in {ended['worktree_path']}" if ended["worktree_path"] else ""
        click.echo(f"Its work is on {ended['branch']}{where}", err=True)
    if ended["worktree_path"] or not ended["branch"]:  # its agent has a folder to work in
        click.echo(f"To open it again: janus resume {ended['session_id']}", err=True)


@main.command()
@click.option("--read", is_flag=True, help="Grant read-only access.")
def pair(read: bool) -> None:
    """Pair another device: print a code for it, valid for five minutes."""
    from janus.access.invitation import invitation

    scope = {"scope": "read" if read else "full"}
    click.echo(invitation(_janus().post("/api/pair/new", scope)))


@main.command()
@click.option("--revoke", metavar="ID", help="Revoke the access of this device, or of all.")
def devices(revoke: str | None) -> None:
    """List the devices and programs with access, or revoke it."""
    janus = _janus()
    devices = janus.get("/api/devices")["devices"]
    if revoke:
        ids = [device["device_id"] for device in devices]
        id = revoke if revoke == "all" else _only(ids, revoke, "device")
        click.echo(f"{janus.delete('/api/devices', device_id=id)['revoked']} revoked.")
        return
    for device in devices:
        click.echo(
            f"{device['device_id'][:8]}  {device['kind']:5}  {device['scope']:4}  "
            f"last seen {device['last_seen'][:16]}  {device['address'] or '-':15}  {device['name']}"
        )
    if not devices:
        click.echo("No device is paired yet. Pair one with: janus pair")


@main.command()
@click.argument("name")
@click.option("--read", is_flag=True, help="Grant read-only access.")
def token(name: str, read: bool) -> None:
    """Create a token for a program called NAME, and print it, this once."""
    body = {"name": name, "scope": "read" if read else "full"}
    click.echo(_janus().post("/api/tokens", body)["token"])


def _janus() -> Client:
    """A client of the Janus that serves this workspace."""
    try:
        settings = Settings.from_env()
    except SettingsError as wrong:
        raise ClientError(str(wrong)) from wrong
    return Client.of(settings.workspace, settings.state)


def _match(janus: Client, id: str, *, ended: bool = False) -> str:
    """Return the one session id that starts with *id*.

    With *ended*, an unknown id is returned as it is: it may be that of a session that has ended.
    """
    ids = [session["session_id"] for session in janus.get("/api/sessions")["sessions"]]
    if ended and not any(it.startswith(id) for it in ids):
        return id
    return _only(ids, id, "session")


def _only(ids: Sequence[str], start: str, noun: str) -> str:
    """Return the one of *ids* that is *start*, or else begins with it. Raises ClientError."""
    matches = [it for it in ids if it == start] or [it for it in ids if it.startswith(start)]
    if len(matches) == 1:
        return matches[0]
    what = f"{len(matches)} {noun}s begin" if matches else f"No {noun} begins"
    raise ClientError(f"{what} with {start}. See: janus {noun}s")
