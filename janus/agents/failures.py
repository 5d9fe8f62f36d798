"""Why a turn failed, in words a driver understands, with what to do."""

from __future__ import annotations

import re

from janus.agents.process.reading import Exit
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed, AgentLoginRequired, AgentRateLimited

_LOGIN = "{label} is not logged in. On your computer, run {login}, then ask again."
#: What to look for in what the agent wrote on its terminal (in lower case), the error it means,
#: and the words for it. The first that fits counts.
_SIGNS: tuple[tuple[str, type[AgentFailed], str], ...] = (
    (
        "authentication required|not logged in|api key is invalid|press any key to sign in",
        AgentLoginRequired,
        _LOGIN,
    ),
    (
        "actionrequirederror|usage limit|resource_exhausted|rate limit",
        AgentRateLimited,
        "{label} says its usage limit is reached. Wait until it is reset, or raise the limit.",
    ),
    (
        "workspace trust required",
        AgentFailed,
        "{label} does not trust this folder yet. On your computer, start it once in this folder "
        "and choose to trust it.",
    ),
    (
        "cannot use this model",
        AgentFailed,
        "{label} cannot use the model it is set to. On your computer, choose another one.",
    ),
    (
        "must be a uuid|failed to claim persistent session|may still be running",
        AgentFailed,
        "{label} cannot continue this conversation: it is open in another program, or lost.",
    ),
    (
        "no prompt provided",
        AgentFailed,
        "{label} did not take this message: it is too long for this build. Make it shorter.",
    ),
    (
        "retriableerror|econnrefused|enotfound|etimedout|unavailable|deadline_exceeded",
        AgentFailed,
        "{label} cannot reach its service. Check the computer's internet connection and ask again.",
    ),
)
_LAST_WORDS, _LAST_LINE = 500, 120


def explain(spec: AgentSpec, exit: Exit | None, output: str) -> AgentFailed:
    """The error for a turn that ended without a result.

    *output* is what the agent wrote on its terminal, and what else was no part of the protocol.
    """
    words = _last_words(output)
    how = str(exit or "its output ended")
    if exit is None or exit.signal is None:  # else it had no time for last words
        last = words.rpartition("\n")[2][:_LAST_LINE]
        how += f", last words: {last}" if last else ""
    message = f"{spec.label} stopped before it had finished ({how}). Ask again."
    code, signal = (exit.code, exit.signal) if exit else (None, None)
    return _recognised(spec, output, message, exit_code=code, signal=signal, output=words)


def refused(spec: AgentSpec, output: str) -> AgentFailed:
    """The error for an agent that lives on, and answered with an error; *output* is its message."""
    words = _last_words(output)
    message = f"{spec.label} could not do this: {words[:_LAST_LINE]}. Ask again."
    return _recognised(spec, output, message, output=words)


def login_required(spec: AgentSpec) -> AgentFailed:
    """The error for an agent that says by its code that nobody is logged in."""
    return AgentLoginRequired(_LOGIN.format(label=spec.label, login=spec.login))


def _recognised(spec: AgentSpec, text: str, message: str, **details: object) -> AgentFailed:
    """The error that *text* has a sign of; without one, *message*."""
    for signs, error, words in _SIGNS:
        if re.search(signs, text.lower()):
            return error(words.format(label=spec.label, login=spec.login), **details)
    return AgentFailed(message, **details)


def _last_words(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if line.strip()).strip()[-_LAST_WORDS:]
