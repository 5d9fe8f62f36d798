"""What of a session's changes its owner wants to be told, and in which words."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from janus.conversation.shown import ShownMessage, State
from janus.conversation.title import preview_of

Kind = Literal["permission", "question", "done", "failed", "test"]
#: Bytes of what is encrypted; push services take 4096 of what that makes.
LARGEST = 3000
#: Bytes of a title and of a text on top of it.
_TITLE, _TEXT = 200, 2000
_DISCREET = {
    "permission": "A session asks for a permission.",
    "question": "A session asks you something.",
    "done": "A session is done.",
    "failed": "A session failed.",
    "test": "This is a test.",
}


class Heard(Struct, frozen=True):
    """What is known of a session at event ``seq``: the questions that are open, and the turn that
    ended last.
    """

    questions: frozenset[str] = frozenset()
    ended: str | None = None
    seq: int = 0


class News(Struct, frozen=True, kw_only=True):
    """Something to tell. ``about`` is the id of the question or the turn."""

    session_id: str
    about: str
    kind: Kind
    title: str
    text: str
    #: Stands for a question that is answered by a tap on the notification; empty for all else.
    digest: str = ""

    @property
    def needs(self) -> bool:
        """Whether the agent waits for an answer."""
        return self.kind in ("permission", "question")

    @property
    def discreet(self) -> str:
        """What of it may be told where others can read it: nothing of its content."""
        return _DISCREET[self.kind]


def heard(state: State) -> Heard:
    """What there is to know of a session now."""
    questions = frozenset(question.request_id for question in state.now.questions)
    ending = _ending(state)
    return Heard(questions, ending.turn_id if ending else None, state.seq)


def news(before: Heard, state: State, began: float) -> list[News]:
    """What is new since *before*; of turns, only those that ended after Janus *began*."""
    label = _label(state)
    found = [
        News(
            session_id=state.session_id,
            about=question.request_id,
            kind="permission" if question.kind == "permission" else "question",
            title=f"{label}: may it?" if question.kind == "permission" else f"{label} asks",
            text=" ".join((question.text or question.title).split()),
        )
        for question in state.now.questions
        if question.request_id not in before.questions
    ]
    said = _ending(state)
    if (
        said
        and said.turn_id != before.ended
        and said.stop_reason != "cancelled"  # by its owner, who knows
        and said.at >= began
    ):
        failed = state.now.error is not None
        found.append(
            News(
                session_id=state.session_id,
                about=said.turn_id or "",
                kind="failed" if failed else "done",
                title=f"{label}: {'it failed' if failed else 'done'}",
                text=preview_of(said.content),
            )
        )
    return found


def payload(news: News, push_id: str, url: str, *, closed: str = "") -> bytes:
    """What the phone is sent: a notification that also browsers without our page's worker show.

    With *closed* it replaces the one that asked: those are the words of what became of it.
    """
    notification: dict[str, Any] = {
        "title": _cut(news.title, _TITLE),
        "body": _cut(closed or news.text, _TEXT),
        "navigate": url,
        "tag": news.about,
        "silent": bool(closed),
        "data": {"push_id": push_id, "session_id": news.session_id, "kind": news.kind},
    }
    if news.digest and not closed:
        notification["data"]["digest"] = news.digest
    # The shape that browsers understand by themselves: "declarative web push".
    data = msgspec.json.encode({"web_push": 8030, "notification": notification, "mutable": True})
    if len(data) > LARGEST:  # signs that JSON writes longer than UTF-8 does
        notification["body"] = _cut(notification["body"], max(0, _TEXT // 6))
        notification["title"] = _cut(notification["title"], _TITLE // 6)
        notification["data"].pop("digest", None)  # not all of it is seen
        data = msgspec.json.encode({"web_push": 8030, "notification": notification})
    return data


def _cut(text: str, most: int) -> str:
    """The beginning of *text* in at most so many bytes, whole characters only."""
    data = text.encode("utf-8", "replace")
    return text if len(data) <= most else data[: most - 3].decode("utf-8", "ignore") + "…"


def _ending(state: State) -> ShownMessage | None:
    """The last words of the newest turn that has ended: its answer, or why there is none."""
    for it in reversed(state.messages):
        ended = it.stop_reason or it.id == f"{it.turn_id}:error"
        if ended and it.turn_id and it.turn_id != state.now.turn:
            return it
    return None


def _label(state: State) -> str:
    """How a person calls the session."""
    described = state.now.session
    name = (described.name if described else None) or state.now.title or "A session"
    return f"{name} ({state.project})" if state.project else name
