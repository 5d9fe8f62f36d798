"""Why a turn failed, in words a driver understands, with what to do.

The number that an agent passes on says most, then the words that agents have in common.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from janus.agents.process.reading import Exit
from janus.agents.reported import Report, clause, report_of
from janus.agents.spec import AgentSpec
from janus.clock import timestamp
from janus.errors import AgentFailed, AgentLoginRequired, AgentRateLimited
from janus.text import sanitize

_LOGIN = "{label} is not logged in. On your computer, run {login}, then ask again."
_LAST_WORDS = 500


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of failure: the numbers and the words (in lower case) it is known by."""

    error: type[AgentFailed]
    told: str
    signs: str
    statuses: tuple[int, ...] = ()


#: The first kind with the number counts; without one, the first with a sign.
_KINDS = (
    _Kind(
        AgentRateLimited,
        "{label} has no credit left: {words}. Add some, or choose another model or account.",
        r"credit balance|insufficient[_ ](?:quota|credits?|funds|balance)|billing_error|"
        r"payment required|out of credits|billing (?:hard )?limit",
        (402,),
    ),
    _Kind(
        AgentLoginRequired,
        _LOGIN,
        r"authentication[_ ](?:required|error|failed)|not logged in|unauthenticated|"
        r"unauthori[sz]ed|"
        r"(?:invalid|incorrect|missing|expired)[_ ](?:x-)?api[_ -]?key|api key (?:is |not )?"
        r"(?:invalid|valid|missing|expired)|oauth token (?:has )?expired|please (?:log|sign) ?in|"
        r"press any key to sign in",
        (401,),
    ),
    _Kind(
        AgentRateLimited,
        "{label} says its usage limit is reached. {wait}",
        r"usage limit|rate[_ -]?limit|resource_exhausted|too many requests|quota exceeded|"
        r"hit your limit|actionrequirederror",
        (429,),
    ),
    _Kind(
        AgentFailed,
        "The service of {label} is overloaded. {wait}",
        r"overloaded|at capacity|high demand",
        (529, 503),
    ),
    _Kind(
        AgentFailed,
        "{label} does not trust this folder yet. On your computer, start it once in this folder "
        "and choose to trust it.",
        "workspace trust required",
    ),
    _Kind(
        AgentFailed,
        "{label} cannot use the model it is set to. On your computer, choose another one.",
        r"cannot use this model|model_not_found|model not found|not_found_error: model",
    ),
    _Kind(
        AgentFailed,
        "{label} cannot continue this conversation: it is open in another program, or lost.",
        "must be a uuid|failed to claim persistent session|may still be running",
    ),
    _Kind(
        AgentFailed,
        "This conversation has become too long for {label}. Start a new session.",
        r"prompt is too long|context_length_exceeded|context window|maximum context length",
        (413,),
    ),
    _Kind(
        AgentFailed,
        "{label} did not take this message: it is too long for this build. Make it shorter.",
        "no prompt provided",
    ),
    _Kind(
        AgentFailed,
        "{label} does not trust the certificate of its service, perhaps because of a proxy. On "
        "your computer, set NODE_EXTRA_CA_CERTS to the proxy's certificate.",
        r"self[- ]signed certificate|unable to (?:get|verify) [\w ]{0,20}(?:certificate|issuer)|"
        r"cert_authority_invalid",
    ),
    _Kind(
        AgentFailed,
        "{label} cannot reach its service, or lost the connection to it. Check the computer's "
        "internet connection and ask again.",
        r"retriableerror|econn(?:refused|reset|aborted)|enotfound|eai_again|etimedout|epipe|"
        r"ehostunreach|enetunreach|deadline_exceeded|unavailable|socket hang up|fetch failed|"
        r"connection (?:reset|refused|error|closed|lost|was)|network (?:error|is unreachable)|"
        r"stream (?:disconnected|closed) before|(?:\A|: |\n)terminated\.?\s*(?:\Z|\n)",
        (408, 504),
    ),
    _Kind(
        AgentFailed,
        "The service of {label} has a fault of its own ({words}). {wait}",
        r"internal_server_error|bad gateway|api_error",
        tuple(range(500, 600)),
    ),
    _Kind(
        AgentFailed,
        "{label} is not allowed to do this with your account: {words}.",
        "permission_error|permission_denied",
        (403,),
    ),
)


def explain(spec: AgentSpec, exit: Exit | None, output: str) -> AgentFailed:
    """The error for a turn that ended without a result.

    *output* is what the agent wrote on its terminal, and what else was no part of the protocol.
    """
    how = str(exit or "its output ended")
    report = report_of(output)
    if exit is None or exit.signal is None:  # else it had no time for last words
        words = last_words(report.words)
        how += f", last words: {words}" if words else ""
    message = f"{spec.label} stopped before it had finished ({how}). Ask again."
    code, signal = (exit.code, exit.signal) if exit else (None, None)
    details = {"exit_code": code, "signal": signal, "output": _tail(output)}
    return _recognised(spec, report, message, **details)


def refused(spec: AgentSpec, output: str, data: Any = None) -> AgentFailed:
    """The error for an agent that lives on, and answered with an error.

    *output* is its message, *data* what else the answer holds.
    """
    report = report_of(output, data)
    message = f"{spec.label} could not do this: {_words(report)}."
    return _recognised(spec, report, message, output=_tail(output))


def unreadable(spec: AgentSpec, failure: Exception) -> AgentFailed:
    """The error for an agent whose words Janus failed to read, for want of memory or by mistake."""
    return AgentFailed(
        f"Janus could not read what {spec.label} said, and ended it ({failure!r}). Ask again."
    )


def login_required(spec: AgentSpec) -> AgentFailed:
    """The error for an agent that says by its code that nobody is logged in."""
    return AgentLoginRequired(_LOGIN.format(label=spec.label, login=spec.login))


def last_words(output: str) -> str:
    """The last line of what an agent wrote, fit for a sentence; may be empty."""
    return clause(sanitize(_tail(output)).rpartition("\n")[2])


def _recognised(spec: AgentSpec, report: Report, message: str, **details: object) -> AgentFailed:
    """The error that the report is of; of no known kind, *message*."""
    kind = _kind(report)
    if kind is None:
        return AgentFailed(sanitize(message), **details)
    if report.retry_after is not None:
        details["retry_seconds"] = round(report.retry_after)
    if report.resets_at is not None and kind.error is AgentRateLimited:
        details["resets_at"] = timestamp(report.resets_at)
    told = kind.told.format(
        label=spec.label, login=spec.login, words=_words(report), wait=_wait(kind, report)
    )
    return kind.error(sanitize(told), **details)


def _kind(report: Report) -> _Kind | None:
    signed = [kind for kind in _KINDS if re.search(kind.signs, report.kinds)]
    numbered = [kind for kind in _KINDS if report.status in kind.statuses]
    # No credit and too long a conversation come with the numbers of other things, too.
    if signed and signed[0].statuses in ((402,), (413,)):
        return signed[0]
    return next(iter([*numbered, *signed]), None)


def _words(report: Report) -> str:
    words = clause(report.words.partition('{"')[0].strip())
    if not words:
        return f"error {report.status}" if report.status else "it gave no reason"
    return words


def _wait(kind: _Kind, report: Report) -> str:
    """What to do about a failure that passes."""
    if report.reset:
        return f"It says: again at {clause(report.reset, 60)}."
    if report.retry_after is None:
        limited = kind.error is AgentRateLimited
        return "Wait until it is reset, or raise the limit." if limited else "Ask again in a while."
    seconds = report.retry_after
    if seconds < 90:
        return f"Ask again in {max(1, round(seconds))} seconds."
    if seconds < 5400:
        return f"Ask again in {round(seconds / 60)} minutes."
    when = datetime.fromtimestamp(datetime.now(UTC).timestamp() + min(seconds, 1e9), UTC)
    return f"It is reset at {when:%H:%M} UTC on {when.day} {when:%B}."


def _tail(output: str) -> str:
    """Its last lines, none of them cut."""
    lines: list[str] = []
    length = 0
    for line in reversed(output.splitlines()):
        length += len(line) + 1
        if lines and length > _LAST_WORDS:
            break
        if line.strip():
            lines.append(line[-4 * _LAST_WORDS :])
    return "\n".join(reversed(lines)).strip()
