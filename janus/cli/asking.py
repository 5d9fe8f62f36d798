"""Ask one question at the terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
import uuid
from collections.abc import Iterator

import click

from janus.cli.client import Client, ClientError, Json
from janus.text import strip_controls

#: Seconds without output after which a person at a terminal is told that the agent works.
_QUIET = 1.0


class Question:
    """One question, from sending it until its turn ends."""

    def __init__(self, janus: Client, session: str) -> None:
        self._janus = janus
        self._session = session
        self._message = str(uuid.uuid4())
        self._accepted = False
        self._turn: str | None = None
        self._printed = ""
        self._notice = threading.Timer(_QUIET, tell, ["[The agent works…]"])
        self._notice.daemon = True

    def ask(self, question: str) -> None:
        """Print the agent's answer. Raises ClientError when the turn fails."""
        after = self._janus.get("/api/state", session_id=self._session)["seq"]
        body = {"session_id": self._session, "message": question, "message_id": self._message}
        try:
            self._janus.post("/api/chat", body)
            self._accepted = True
            if sys.stderr.isatty():
                self._notice.start()
            self._follow(after)
        except (KeyboardInterrupt, click.Abort):
            self._stop()
            sys.exit(130)  # as shells report Ctrl-C
        finally:
            self._notice.cancel()

    def _follow(self, after: int) -> None:
        with contextlib.closing(self._janus.stream(self._session, after)) as events:
            for kind, data in self._of_our_turn(events):
                match kind:
                    case "assistant_delta":
                        self._print(data["text"])
                    case "permission_request":
                        self._choose(data)
                    case "error":
                        self._end_line()
                        raise ClientError(strip_controls(data["message"]))
                    case "assistant_message" if data["stop_reason"] != "failed":
                        if not self._printed:
                            self._print(data["content"])
                        self._end_line()
                        if data["stop_reason"] != "end_turn":
                            tell(f"[The answer ended early: {data['stop_reason']}]")
                        return
                    case "status" if data.get("turn") == "withdrawn":
                        raise ClientError(
                            "The question was withdrawn before the agent got it. Ask again."
                        )
        self._end_line()
        raise ClientError(
            "The connection to Janus broke before the answer was complete. "
            "The session keeps what there is of it; see it on the page."
        )

    def _of_our_turn(self, events: Iterator[tuple[str, Json]]) -> Iterator[tuple[str, Json]]:
        """Yield the events of our own turn; others may use the session at the same time."""
        for kind, data in events:
            if kind == "user_message" and data["message_id"] == self._message:
                self._turn = data["turn_id"]
            elif kind and self._turn and data.get("turn_id") == self._turn:
                yield kind, data

    def _print(self, text: str) -> None:
        self._notice.cancel()
        text = strip_controls(text)
        click.echo(text, nl=False)
        self._printed = text or self._printed

    def _end_line(self) -> None:
        if self._printed and not self._printed.endswith("\n"):
            click.echo()

    def _choose(self, question: Json) -> None:
        """Let the person at the terminal choose; without a terminal, refer to the page."""
        self._notice.cancel()
        self._end_line()
        self._printed = "\n"
        options = question["options"]
        tell("The agent asks:")
        output = question.get("tool_call", {}).get("output")
        for part in filter(None, (question["title"], question.get("text"), output)):
            tell(strip_controls(part))
        for number, option in enumerate(options, 1):
            tell(f"  {number}  {strip_controls(option['name'])}")
        if question.get("fields") or question.get("url") or not sys.stdin.isatty():
            tell(f"Answer it on the page: {self._janus.url}")
            return
        number = click.prompt("Your choice", type=click.IntRange(1, len(options)), err=True)
        answer = {"request_id": question["request_id"], "option_id": options[number - 1]["id"]}
        try:
            self._janus.post("/api/permission", {"session_id": self._session, **answer})
        except ClientError as late:  # somebody else has answered, perhaps
            tell(str(late))

    def _stop(self) -> None:
        """Withdraw the question while it waits, or stop its turn."""
        self._end_line()
        tell("Stopped.")
        with contextlib.suppress(ClientError):
            try:
                query = {"session_id": self._session, "message_id": self._message}
                self._janus.delete("/api/queue", **query)
            except ClientError:  # it no longer waits
                if self._accepted:
                    self._janus.post("/api/interrupt", {"session_id": self._session})


def tell(text: str) -> None:
    """Print a line on stderr."""
    click.echo(text, err=True)
