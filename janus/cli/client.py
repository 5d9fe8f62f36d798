"""The command line's way to the Janus that serves a workspace: its own HTTP API."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import click

from janus.access.folder import owner_token
from janus.parsing import address
from janus.storage.lock import serving
from janus.storage.project import project_folder

Json = dict[str, Any]
#: Seconds; more than any call takes, and than two signs of life of a stream are apart.
_TIMEOUT, _SILENCE = 120.0, 40.0
#: Seconds that a server may take from its beginning to its first answer.
_STARTING = 10.0
#: Not what http_proxy names: it would look for this machine's Janus on its own.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_BROKEN = (OSError, http.client.HTTPException, ValueError)


class ClientError(click.ClickException):
    """A call failed; the message is for the user. Unhandled, it ends the program with 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


class Client:
    """Calls the API; nothing is kept open between calls. What fails raises ClientError."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token

    @classmethod
    def of(cls, workspace: Path, state: Path) -> Client:
        """A client of the server of this *workspace*. Raises ClientError if there is none.

        Its address and the owner's token are in the user's *state* folder. The token goes to no
        other computer, whatever is written there. Waits for a server that is just starting.
        """
        folder = project_folder(workspace, state)
        deadline = time.monotonic() + _STARTING
        while (found := serving(folder)) and found.url is None and time.monotonic() < deadline:
            Event().wait(0.05)
        if found is None or found.url is None:
            raise ClientError(
                f"No Janus serves {workspace}. Start it there with: janus serve "
                "(or name its folder with WORKSPACE_DIR)."
            )
        if not _is_here(found.url):
            raise ClientError(
                f"The address {found.url} in {folder / 'lock'} is not one of this computer's own: "
                "somebody changed it. Stop Janus and start it again."
            )
        token = owner_token(folder)
        if token is None:
            raise ClientError(
                f"The Janus that serves {workspace} was started by another user, or with another "
                "HOME: only its owner's own programs may talk to it."
            )
        return cls(found.url, token)

    def get(self, path: str, **query: str) -> Json:
        return self._call("GET", path, query, None)

    def post(self, path: str, body: Json | None = None, **query: str) -> Json:
        return self._call("POST", path, query, body or {})

    def delete(self, path: str, **query: str) -> Json:
        return self._call("DELETE", path, query, None)

    def stream(self, session_id: str, after: int) -> Generator[tuple[str, Json], None, None]:
        """What happens in a session after event *after*: kinds and data; "" is the state."""
        query = {"session_id": session_id, "last_event_id": str(after)}
        kind = ""
        with self._open("GET", "/api/chat/stream", query, None, _SILENCE) as response:
            for line in response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)
                elif not name:
                    kind = ""

    def _call(self, method: str, path: str, query: dict[str, str], body: Json | None) -> Json:
        with self._open(method, path, query, body, _TIMEOUT) as response:
            found: Json = json.load(response)
            return found

    @contextlib.contextmanager
    def _open(
        self, method: str, path: str, query: dict[str, str], body: Json | None, timeout: float
    ) -> Iterator[Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}"}
        if data:
            headers["Content-Type"] = "application/json"
        try:
            url = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
            request = urllib.request.Request(url, data, headers, method=method)
            with _OPENER.open(request, timeout=timeout) as response:
                yield response
        except _BROKEN as failure:
            raise _explained(failure) from failure


def _is_here(url: str) -> bool:
    """Whether this is an address that only this computer answers."""
    try:
        parts = urllib.parse.urlsplit(url)
        host = address(parts.hostname or "")
        plain = url == f"http://{parts.netloc}" and "@" not in parts.netloc
        return plain and parts.port is not None and host is not None and host.is_loopback
    except ValueError:
        return False


def _explained(failure: Exception) -> ClientError:
    if isinstance(failure, urllib.error.HTTPError):
        with failure:
            try:
                return ClientError(str(json.load(failure)["error"]["message"]))
            except (ValueError, KeyError, TypeError):
                return ClientError(f"Janus answered with {failure.code} {failure.reason}.")
    why = getattr(failure, "reason", failure)
    return ClientError(f"The connection to Janus broke: {why}. Its log may say more.")
