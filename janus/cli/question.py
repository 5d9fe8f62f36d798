"""One question at the terminal: its answer while it is written, and what its agent asks."""

from __future__ import annotations

import contextlib
import sys
import threading
import uuid
from collections.abc import Iterator

import click

from janus.cli.client import Client, Json
from janus.cli.failures import AGENT_FAILED, NOT_RUNNING, TIMEOUT, ClientError
from janus.cli.output import tell
from janus.text import sanitize

#: Seconds without output after which a person at a terminal is told that the agent works.
_QUIET = 1.0
#: The kind of option that answers a permission for its user; any other answer would be a guess.
_AUTOMATIC = {"allow-once": "allow_once", "reject": "reject_once"}


class OutOfTime(Exception):
    """The user waits no longer."""


class Question:
    """One question, from sending it until its turn ends.

    With *silent* nothing of the answer is printed. *on_permission* is ``ask``, or what to answer
    where the agent asks for permission: ``allow-once`` or ``reject``.
    """

    def __init__(self, janus: Client, session: str, on_permission: str, *, silent: bool) -> None:
        self._janus = janus
        self._session = session
        self._on_permission = on_permission
        self._silent = silent
        self._message = str(uuid.uuid4())
        self._body: Json = {}
        self._accepted = False
        self._turn: str | None = None
        self._printed = ""
        self._notice = threading.Timer(_QUIET, tell, ["[The agent works…]"])
        self._notice.daemon = True

    def ask(self, question: str, attachments: list[str] | None = None) -> Json:
        """The agent's answer, printed as it is written. Raises ClientError when the turn fails.

        Ctrl-C and OutOfTime stop the turn.
        """
        after = self._janus.get("/api/state", session_id=self._session)["seq"]
        self._body = {
            "session_id": self._session,
            "message": question,
            "message_id": self._message,
            "attachments": attachments,
        }
        try:
            self._janus.post("/api/chat", self._body)
            self._accepted = True
            if sys.stderr.isatty():
                self._notice.start()
            return self._follow(after)
        except (KeyboardInterrupt, click.Abort, OutOfTime):
            self._stop()
            raise
        finally:
            self._notice.cancel()

    def _follow(self, after: int) -> Json:
        with contextlib.closing(self._janus.stream(self._session, after)) as events:
            for kind, data in self._of_our_turn(events):
                match kind:
                    case "assistant_delta":
                        self._print(data["text"])
                    case "permission_request":
                        self._settle(data)
                    case "error":
                        self._end_line()
                        raise _failure(data)
                    case "assistant_message" if data["stop_reason"] != "failed":
                        if not self._printed:
                            self._print(data["content"])
                        self._end_line()
                        if data["stop_reason"] != "end_turn":
                            tell(f"[The answer ended early: {data['stop_reason']}]")
                        return {
                            "session_id": self._session,
                            "answer": data["content"],
                            "turn_id": data["turn_id"],
                            "stop_reason": data["stop_reason"],
                        }
                    case "status" if data.get("turn") == "withdrawn":
                        raise ClientError(
                            "The question was withdrawn before the agent got it. Ask again."
                        )
        self._end_line()
        raise ClientError(
            "The connection to Janus broke before the answer was complete. "
            "The session keeps what there is of it: janus show " + self._session[:8],
            NOT_RUNNING,
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
        text = sanitize(text)
        if not self._silent:
            click.echo(text, nl=False)
        self._printed = text or self._printed

    def _end_line(self) -> None:
        if self._printed and not self._silent and not self._printed.endswith("\n"):
            click.echo()

    def _settle(self, question: Json) -> None:
        """Answer a permission as the user wants it; what is anything else, is asked."""
        kind, options = _AUTOMATIC.get(self._on_permission), question["options"]
        fitting = [it for it in options if it["kind"] == kind]
        more = question.get("fields") or question.get("url")
        if len(fitting) == 1 and not (more and kind == "allow_once"):
            self._notice.cancel()
            title, name = sanitize(question["title"]), sanitize(fitting[0]["name"])
            tell(f"[{title}: {name}]")
            self._answer(question, fitting[0])
        else:
            self._choose(question)

    def _choose(self, question: Json) -> None:
        """Let the person at the terminal choose; without a terminal, refer to the page."""
        self._notice.cancel()
        self._end_line()
        self._printed = "\n"
        options = question["options"]
        tell("The agent asks:")
        output = question.get("tool_call", {}).get("output")
        for part in filter(None, (question["title"], question.get("text"), output)):
            tell(sanitize(part))
        for number, option in enumerate(options, 1):
            tell(f"  {number}  {sanitize(option['name'])}")
        if question.get("fields") or question.get("url") or not sys.stdin.isatty():
            tell(f"Answer it on the page: {self._janus.url}")
            return
        number = click.prompt("Your choice", type=click.IntRange(1, len(options)), err=True)
        self._answer(question, options[number - 1])

    def _answer(self, question: Json, option: Json) -> None:
        answer = {"request_id": question["request_id"], "option_id": option["id"]}
        try:
            self._janus.post("/api/permission", {"session_id": self._session, **answer})
        except ClientError as late:  # somebody else has answered, perhaps
            tell(str(late))

    def _stop(self) -> None:
        """Withdraw the question while it waits, or stop its turn, and no other.

        Where Janus has not said yet that it has it, it is told again, which counts once: it could
        arrive later, and begin while nobody waits for it.
        """
        self._end_line()
        tell("Stopped.")
        session = {"session_id": self._session}
        with contextlib.suppress(ClientError):
            if not self._accepted:
                self._janus.post("/api/chat", self._body)
            try:
                self._janus.delete("/api/queue", **session, message_id=self._message)
            except ClientError:  # it no longer waits
                for message in self._janus.get("/api/state", **session)["messages"]:
                    if message["id"] == self._message:
                        turn = {"turn_id": message["turn_id"]}
                        self._janus.post("/api/interrupt", {**session, **turn})


def _failure(error: Json) -> ClientError:
    exit_code = TIMEOUT if error.get("code") == "ASK_TIMEOUT" else AGENT_FAILED
    return ClientError(str(error["message"]), exit_code, error)
