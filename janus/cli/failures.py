"""What ends a command: a sentence for its user, and an exit code for programs."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterable
from typing import Any

import click

from janus.text import sanitize

OTHER, NOT_RUNNING, REFUSED, NO_SESSION, AGENT_FAILED, TIMEOUT, STOPPED = 1, 3, 4, 5, 6, 7, 130
#: What they mean; click itself ends with 2.
EXIT_CODES = f"""\
Exit codes: 0 all is well, {OTHER} another failure, 2 wrong usage, {NOT_RUNNING} Janus is not \
running,
{REFUSED} Janus refused it, {NO_SESSION} no such session, {AGENT_FAILED} the agent failed, \
{TIMEOUT} no answer in time, {STOPPED} stopped by Ctrl-C."""
_CODES = {
    "SERVER_STOPPING": NOT_RUNNING,
    "SESSION_NOT_FOUND": NO_SESSION,
    "INVALID_SESSION_ID": NO_SESSION,
    "ASK_TIMEOUT": TIMEOUT,
    "GIT_FAILED": OTHER,
}


class ClientError(click.ClickException):
    """A call failed; the message is for the user. Unhandled, it ends the program."""

    def __init__(
        self, message: str, exit_code: int = OTHER, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # of click, of all such errors
        #: The ``error`` that the API answered, if it was that.
        self.details = details or {}

    def show(self, file: Any = None) -> None:
        click.echo(sanitize(self.message), err=True)
        for session in self.details.get("sessions", ()):
            title = sanitize(session["title"]) or "-"
            click.echo(f"  janus end {session['session_id'][:8]}   ends {title}", err=True)

    def to_json(self) -> dict[str, Any]:
        """The error as the API would tell it."""
        return self.details or {"code": "CLIENT", "message": self.message}


def explained(failure: Exception) -> ClientError:
    """What a failed request means."""
    if not isinstance(failure, urllib.error.HTTPError):
        why = getattr(failure, "reason", failure)
        return ClientError(
            f"The connection to Janus broke: {why}. Its log may say more.", NOT_RUNNING
        )
    with failure:
        try:
            details = json.load(failure)["error"]
            return ClientError(details["message"], _exit_code(failure.code, details), details)
        except (ValueError, KeyError, TypeError):
            return ClientError(f"Janus answered with {failure.code} {failure.reason}.")


def _exit_code(status: int, details: dict[str, Any]) -> int:
    code = details["code"]
    if code.startswith("AGENT_"):
        return AGENT_FAILED
    return _CODES.get(code, REFUSED if status < 500 or status == 503 else OTHER)


def only(ids: Iterable[str], start: str, noun: str, exit_code: int) -> str:
    """The one of *ids* that is *start*, or else begins with it. Raises ClientError."""
    found = list(dict.fromkeys(ids)) if start else []
    matches = [it for it in found if it == start] or [it for it in found if it.startswith(start)]
    if len(matches) == 1:
        return matches[0]
    more = " --all" if noun == "session" else ""
    what = f"{len(matches)} {noun}s begin" if matches else f"No {noun} begins"
    raise ClientError(f"{what} with {start or 'nothing'}. See: janus {noun}s{more}", exit_code)
