"""Why a turn failed, in words a driver understands, with what to do."""

from __future__ import annotations

from janus.agents.process.reading import Exit
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed, AgentLoginRequired, AgentRateLimited

#: What to look for in what the agent wrote on its terminal (in lower case), the error it means,
#: and the words for it. The first that fits counts.
_SIGNS: tuple[tuple[tuple[str, ...], type[AgentFailed], str], ...] = (
    (
        (
            "authentication required",
            "not logged in",
            "api key is invalid",
            "press any key to sign in",
        ),
        AgentLoginRequired,
        "{label} is not logged in. On your computer, run {login}, then ask again.",
    ),
    (
        ("actionrequirederror", "usage limit", "resource_exhausted", "rate limit"),
        AgentRateLimited,
        "{label} says its usage limit is reached. Wait until it is reset, or raise the limit.",
    ),
    (
        ("workspace trust required",),
        AgentFailed,
        "{label} does not trust this folder yet. On your computer, start it once in this folder "
        "and choose to trust it.",
    ),
    (
        ("cannot use this model",),
        AgentFailed,
        "{label} cannot use the model it is set to. On your computer, choose another one.",
    ),
    (
        ("must be a uuid", "failed to claim persistent session", "may still be running"),
        AgentFailed,
        "{label} cannot continue this conversation: it is open in another program, or lost.",
    ),
    (
        ("no prompt provided",),
        AgentFailed,
        "{label} did not take this message: it is too long for this build. Make it shorter.",
    ),
    (
        (
            "retriableerror",
            "econnrefused",
            "enotfound",
            "etimedout",
            "unavailable",
            "deadline_exceeded",
        ),
        AgentFailed,
        "{label} cannot reach its service. Check the computer's internet connection and ask again.",
    ),
)
_LAST_WORDS, _LAST_LINE = 500, 120


def explain(entry: AgentSpec, exit: Exit | None, said: str) -> AgentFailed:
    """The error for a turn that ended without a result.

    *said* is what the agent wrote on its terminal, and what else was no part of the protocol.
    """
    words = _last_words(said)
    code, signal = (exit.code, exit.signal) if exit else (None, None)
    details: dict[str, object] = {"exit_code": code, "signal": signal, "output": words}
    if known := _recognised(entry, said, details):
        return known
    how = str(exit or "its output ended")
    if exit is None or exit.signal is None:  # else it had no time for last words
        last = words.rpartition("\n")[2][:_LAST_LINE]
        how += f", last words: {last}" if last else ""
    return AgentFailed(
        f"{entry.label} stopped before it had finished ({how}). Ask again.", **details
    )


def refused(entry: AgentSpec, said: str) -> AgentFailed:
    """The error for an agent that goes on, and answered with an error: what it *said* of it."""
    words = _last_words(said)
    details: dict[str, object] = {"output": words}
    known = _recognised(entry, said, details)
    return known or AgentFailed(
        f"{entry.label} could not do this: {words[:_LAST_LINE]}. Ask again.", output=words
    )


def _recognised(entry: AgentSpec, said: str, details: dict[str, object]) -> AgentFailed | None:
    text = said.lower()
    for signs, error, message in _SIGNS:
        if any(sign in text for sign in signs):
            return error(message.format(label=entry.label, login=entry.login), **details)
    return None


def _last_words(said: str) -> str:
    return "\n".join(line for line in said.splitlines() if line.strip()).strip()[-_LAST_WORDS:]
