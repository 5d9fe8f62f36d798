"""What is to be known of all sessions, in twenty seconds of speech."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from janus.model import SessionInfo

#: At 150 words a minute, what is spoken in 20 seconds.
LONGEST = 50
#: Sessions of each kind that are named, and words of a name.
_NAMED, _NAME = 3, 5
_ASKS = {"permission": "asks for a permission", "question": "asks you something"}
_RESTS = ("idle", "waiting")


class Digest(Struct, frozen=True):
    """``text`` is to be spoken. The sessions are in the order in which somebody would go through
    them: what asks first, and the newest of what is over.
    """

    text: str
    needs: tuple[SessionInfo, ...]
    finished: tuple[SessionInfo, ...]
    failed: tuple[SessionInfo, ...]
    working: int


def digest(open: Iterable[SessionInfo], ended: Iterable[SessionInfo], since: float) -> Digest:
    """The sessions that need their owner, and those that finished or failed after *since*, a time
    in seconds since 1970.
    """
    sessions = sorted(open, key=lambda it: -it.last_activity)
    asking = [it for kind in _ASKS for it in sessions if it.attention == kind]
    recent = [it for it in sessions if it.last_activity >= since and it.attention not in _ASKS]
    failed = [it for it in recent if it.attention == "error"]
    failed += [it for it in ended if it.end_reason == "crashed" and (it.ended_at or 0) >= since]
    done = [it for it in recent if it.message_count and it.status in _RESTS and not it.attention]
    working = sum(it.status == "active" and it.attention not in _ASKS for it in sessions)
    return Digest(
        _text(asking, done, failed, working), tuple(asking), tuple(done), tuple(failed), working
    )


def name_of(info: SessionInfo) -> str:
    """What a person calls a session, in a few words."""
    words = (info.name or info.title or "a session without a name").split()
    return " ".join(words[:_NAME])


def _text(
    asking: Sequence[SessionInfo],
    done: Sequence[SessionInfo],
    failed: Sequence[SessionInfo],
    working: int,
) -> str:
    """The digest in words. Names are left out, the least urgent first, until it is short enough."""
    for named in (_NAMED, 2, 1, 0):
        asks = [f"{name_of(it)} {_ASKS[it.attention or '']}" for it in asking]
        parts = [
            _said("needs you", "need you", asks, named, "; ") or "Nothing needs you.",
            _said("failed", "failed", [*map(name_of, failed)], named),
            _said("is done", "are done", [*map(name_of, done)], named),
            _said("is working", "are working", [""] * working, 0),
        ]
        text = " ".join(filter(None, parts))
        if len(text.split()) <= LONGEST:
            break
    return text


def _said(one: str, many: str, names: Sequence[str], named: int, between: str = ", ") -> str:
    if not names:
        return ""
    count, more = len(names), len(names) - named
    told = between.join(names[:named])
    rest = f", and {more} more" if more > 0 else ""
    return f"{count} {one if count == 1 else many}" + (f": {told}{rest}." if told else ".")
