"""``janus ask``: a question, in a session of its own or in one that there is."""

from __future__ import annotations

import contextlib
import signal
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import click

from janus.cli.client import Client, running
from janus.cli.failures import STOPPED, TIMEOUT, ClientError
from janus.cli.option import Parsed
from janus.cli.output import json_option, print_json, tell
from janus.cli.projects import here
from janus.cli.question import OutOfTime, Question
from janus.cli.sessions import session_of
from janus.text.parsing import duration

#: Bytes of a question; Janus takes no more.
_LONGEST = 1_000_000


@click.command()
@click.argument("question")
@click.option("--session", "id", metavar="ID", help="Continue this session, also if it ended.")
@click.option("--keep", is_flag=True, help="Keep the new session open after the answer.")
@click.option("--name", help="Start a session of this name, on a git branch of its own.")
@click.option("--agent", help="Start a session with this agent; janus doctor lists them.")
@click.option(
    "--attach", "files", type=click.Path(dir_okay=False, path_type=Path), multiple=True,
    metavar="FILE", help="Send this file along; may be given up to ten times.",
)  # fmt: skip
@click.option(
    "--timeout", type=Parsed(duration, "DURATION"),
    help="Stop the answer after that time, 90s say.",
)  # fmt: skip
@click.option(
    "--on-permission", type=click.Choice(["ask", "allow-once", "reject"]), default="ask",
    help="What to answer if the agent asks for permission [ask].",
)  # fmt: skip
@json_option
def ask(
    question: str,
    id: str | None,
    keep: bool,
    name: str | None,
    agent: str | None,
    files: tuple[Path, ...],
    timeout: float | None,
    on_permission: str,
    as_json: bool,
) -> None:
    """Ask QUESTION, and print the answer as it is written; Ctrl-C stops it.

    A QUESTION of - is read from stdin. Without --session a new session is started in the project
    of the current folder. It ends with the answer, unless --keep is given; how to continue it is
    printed, and works on any later day.

    With --on-permission allow-once, only what has exactly one such answer is allowed. Whatever
    else the agent asks is asked at the terminal, or on the page if there is no terminal.
    """
    if id is not None and (name or agent or keep):
        raise click.UsageError("--name, --agent and --keep are for a new session: omit --session.")
    text = _from_stdin() if question == "-" else question
    if not text.strip():
        raise click.UsageError("The question is empty.")

    janus, session, is_open = running(), str(uuid.uuid4()), id is not None
    if id is None:
        project = here(janus)["project_id"]
        new = {"session_id": session, "project_id": project, "name": name, "agent": agent}
    else:
        session = str(session_of(janus, id)["session_id"])
    try:
        with _time_limit(timeout):
            if id is None:
                janus.start(new)
                is_open = True
            asked = Question(janus, session, on_permission, silent=as_json)
            answer = asked.ask(text, [janus.attach(session, file) for file in files])
        if as_json:
            print_json(answer)
    except ClientError as problem:
        if as_json:
            print_json({"session_id": session if is_open else None, "error": problem.to_json()})
        problem.show()
        sys.exit(problem.exit_code)
    except OutOfTime:
        tell("There was no answer in time.")
        sys.exit(TIMEOUT)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(STOPPED)  # as shells report Ctrl-C
    finally:
        if id is None:
            if not keep:  # also if it was stopped while it was being opened
                _end(janus, session)
            if is_open:
                tell(f'\nTo continue: janus ask --session {session[:8]} "…"')


def _end(janus: Client, session: str) -> None:
    """Free its place; what was said stays, and it can be continued."""
    with contextlib.suppress(ClientError):  # a session that ended meanwhile, or all of Janus
        janus.post("/api/session/end", {"summary": False}, session_id=session)


def _from_stdin() -> str:
    data = sys.stdin.buffer.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise click.UsageError("The question on stdin is longer than 1 MB.")
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime, whatever is waited for, after so many seconds."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    if seconds is None:
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
