"""The command line's way to the running Janus: its own HTTP API."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Any

from janus.access.folder import owner_token
from janus.cli.failures import NOT_RUNNING, REFUSED, ClientError, explained
from janus.config import Settings, SettingsError
from janus.storage.lock import serving
from janus.text.parsing import address

Json = dict[str, Any]
#: Seconds; more than any call takes, and than two signs of life of a stream are apart.
_TIMEOUT, _SILENCE = 120.0, 40.0
#: Bytes of a file that are sent at a time.
_PIECES = 1 << 20
#: Seconds that a server may take from its beginning to its first answer.
_STARTING = 10.0
#: Not what http_proxy names: it would look for this machine's Janus on its own.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_BROKEN = (OSError, http.client.HTTPException, ValueError)


class Client:
    """Calls the API; nothing is kept open between calls. What fails raises ClientError."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token

    @classmethod
    def of(cls, state: Path) -> Client:
        """A client of the one Janus of this owner. Raises ClientError if it is not running.

        Its address and the owner's token are in the *state* folder. The token goes to no other
        computer, whatever is written there. Waits for a server that is just starting.
        """
        deadline = time.monotonic() + _STARTING
        while (found := serving(state)) and found.url is None and time.monotonic() < deadline:
            Event().wait(0.05)
        if found is None or found.url is None:
            raise ClientError("Janus is not running. Start it with: janus serve", NOT_RUNNING)
        if not _is_here(found.url):
            raise ClientError(
                f"The address {found.url} in {state / 'lock'} is not one of this computer's own: "
                "somebody changed it. Stop Janus and start it again."
            )
        token = owner_token(state)
        if token is None:
            raise ClientError(
                f"Only the programs of its owner may talk to this Janus, and there is no token in "
                f"{state}. Is it starting, or of another user?",
                REFUSED,
            )
        return cls(found.url, token)

    def get(self, path: str, /, **query: str) -> Json:
        return self._call("GET", path, query, None)

    def post(self, path: str, body: Json | None = None, **query: str) -> Json:
        return self._call("POST", path, query, body or {})

    def attach(self, session_id: str, file: Path) -> str:
        """The id of a file that goes with a message, once all of it is there."""
        id = str(uuid.uuid4())
        try:
            content = file.read_bytes()
        except OSError as failure:
            raise ClientError(f"{file} cannot be read: {failure.strerror}.") from failure
        whole = {"attachment_id": id, "name": file.name, "size": str(len(content))}
        for at in range(0, len(content) or 1, _PIECES):
            query = {"session_id": session_id, **whole, "offset": str(at)}
            piece = content[at : at + _PIECES]
            with self._open("POST", "/api/attachments", query, piece, _TIMEOUT):
                pass
        return id

    def start(self, wishes: Json, path: str = "/api/session/start") -> Json:
        """A new session, however long that takes: it may need a checkout of a large project."""
        return self._call("POST", path, {}, wishes, timeout=None)

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

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: Json | None,
        timeout: float | None = _TIMEOUT,
    ) -> Json:
        with self._open(method, path, query, body, timeout) as response:
            found: Json = json.load(response)
            return found

    def text(self, path: str, **query: str) -> str:
        """What is no JSON."""
        with self._open("GET", path, query, None, _TIMEOUT) as response:
            return str(response.read().decode())

    @contextlib.contextmanager
    def _open(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: Json | bytes | None,
        timeout: float | None,
    ) -> Iterator[Any]:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}"}
        if data is not None:
            kind = "octet-stream" if isinstance(body, bytes) else "json"
            headers["Content-Type"] = f"application/{kind}"
        try:
            url = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
            request = urllib.request.Request(url, data, headers, method=method)
            with _OPENER.open(request, timeout=timeout) as response:
                yield response
        except _BROKEN as failure:
            raise explained(failure) from failure


def running() -> Client:
    """A client of the Janus that this user runs."""
    return Client.of(settings().state)


def settings() -> Settings:
    """The settings here. Raises ClientError where one is wrong."""
    try:
        return Settings.from_env()
    except SettingsError as wrong:
        raise ClientError(f"{wrong}.") from wrong
    except FileNotFoundError as gone:
        raise ClientError("The current folder does not exist any more.") from gone


def _is_here(url: str) -> bool:
    """Whether this is an address that only this computer answers."""
    try:
        parts = urllib.parse.urlsplit(url)
        host = address(parts.hostname or "")
        plain = url == f"http://{parts.netloc}" and "@" not in parts.netloc
        return plain and parts.port is not None and host is not None and host.is_loopback
    except ValueError:
        return False
