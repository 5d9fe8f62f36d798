"""States of sessions, as they are when something is to be told; and who is paired."""

from dataclasses import dataclass

from janus.conversation.shown import ShownMessage, State
from janus.conversation.snapshot import Snapshot
from janus.model.events import QuestionAsked

ME = "mailto:me@my-domain.org"


@dataclass
class Paired:
    devices: set

    def __call__(self, id):
        return id in self.devices


def answer(turn="t", content="All done.", reason="end_turn", at=10.0):
    return ShownMessage(
        id=f"{turn}:answer", sender="assistant", content=content, at=at,
        is_streaming=reason is None, turn_id=turn, stop_reason=reason, tool_calls=(),
    )  # fmt: skip


def failure(turn="t", content="The agent crashed.", at=10.0):
    return ShownMessage(
        id=f"{turn}:error", sender="system", content=content, at=at, is_streaming=False,
        turn_id=turn, stop_reason=None, tool_calls=(),
    )  # fmt: skip


def state(*messages, seq=1, project="", **now):
    shown = {"title": "Fix the login", **now}
    return State(session_id="s", seq=seq, now=Snapshot(**shown), messages=messages, project=project)


def asked(id="q", kind="permission", title="Run `make`"):
    return QuestionAsked(id, kind, title, ())
