"""What an agent's words about a failure carry: a number of HTTP, a kind, a sentence, a time.

Agents pass on what their service answered, as JSON, as text around JSON, or as text: the number and
the type in it are the same everywhere, the words are each vendor's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from janus.agents.limits import believable, reset_in

#: How much of an agent's words is looked at, how deep, and how long what is quoted may be.
_LOOKED_AT, _DEEPEST, _QUOTED = 8000, 12, 200
_STATUS_KEYS = {"status", "code", "statuscode", "httpstatus", "httpstatuscode", "errorcode"}
_KIND_KEYS = {"type", "status", "code", "reason", "errortype", "errorcode", "codexerrorinfo"}
_WORD_KEYS = ("message", "details", "detail", "error_description", "error", "errormessage")
_SECONDS_KEYS = {"retryafter", "retryafterseconds", "retryaftersec", "resetsinseconds"}
_STATUS = re.compile(
    r"(?:\b(?:http|status|code|error)\b[\w /.]{0,12}[:=( ]{1,3}|\(|\[|^[ \t]{0,8})"
    r"([45]\d\d)\b(?![\d.])"
    r"|\b([45]\d\d) (?:bad request|unauthori[sz]ed|payment required|forbidden|too many requests|"
    r"internal server error|bad gateway|service unavailable|gateway time-?out|overloaded)",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER = re.compile(
    r"(?:retry|try again|resets?|available|wait)\b[^.\n]{0,30}?\b(?:in|after|for)?:? ?"
    r"(\d{1,7}(?:\.\d{1,6})?) ?(ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\b",
    re.IGNORECASE,
)
_AT = re.compile(
    r"(?:resets?|try again|available)(?: again)?(?: at| on|:)? "
    r"((?:\d{4}-\d\d-\d\d|\d{1,2}(?::\d\d)? ?[ap]m|\d{1,2}:\d\d|[A-Z][a-z]{2,8} \d{1,2})"
    r"[^.;\n|]{0,40})"
)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
_UNITS = (
    *(("ms", 0.001), ("mil", 0.001), ("s", 1.0)),
    *(("m", 60.0), ("h", 3600.0), ("d", 86400.0)),
)
_YEAR_2001 = 10**9
_decoder = json.JSONDecoder(strict=False)


@dataclass(slots=True)
class Report:
    """What is known of a failure."""

    #: A number of HTTP, from 400 on.
    status: int | None = None
    #: All that names a kind, in lower case.
    kinds: str = ""
    #: The best sentences about it, without JSON; may be empty.
    words: str = ""
    #: Seconds after which to try again, and when that is in the agent's own words.
    retry_after: float | None = None
    reset: str = ""
    #: The same as a Unix time, if it is told exactly.
    resets_at: float | None = None
    _sentences: list[str] = field(default_factory=list)


def report_of(text: str, data: Any = None, now: float | None = None) -> Report:
    """What *text* and *data* (JSON) say of a failure; *now* is a Unix time."""
    now = datetime.now(UTC).timestamp() if now is None else now
    report = Report()
    plain = _read(text[-_LOOKED_AT:], report, 0, now)
    if data is not None:
        _walk(data, report, 0, now)
    sentences = [it for it in report._sentences if it]
    report.kinds = "\n".join([text[-_LOOKED_AT:], report.kinds, *sentences]).lower()
    best = sentences[-1] if sentences else ""
    report.words = best if plain in best else ": ".join(filter(None, [plain.rstrip(": "), best]))
    said = "\n".join([plain, *sentences])
    if report.status is None and (match := _STATUS.search(said)):
        report.status = int(match[1] or match[2])
    if report.retry_after is None and (match := _AFTER.search(said)):
        unit = match[2].lower()
        report.retry_after = float(match[1]) * next(
            seconds for name, seconds in _UNITS if unit.startswith(name)
        )
    if match := _AT.search(said):
        report.reset = match[1].strip(" ,")
    if report.resets_at is None:
        report.resets_at = reset_in(said, now)
    if report.resets_at is None and report.retry_after is not None and not report.reset:
        report.resets_at = believable(now + report.retry_after, now)
    return report


def clause(text: str, longest: int = _QUOTED) -> str:
    """The text on one line without its full stop, and cut between words where it is too long."""
    text = " ".join(text.split())
    if len(text) > longest:
        text = f"{text[:longest].rpartition(' ')[0] or text[:longest]} …"
    return text.rstrip(".!,;: ")


def _read(text: str, report: Report, depth: int, now: float) -> str:
    """Read the JSON in a text; what is left without it."""
    plain, done = [], 0
    for start in _objects(text):
        if start < done:
            continue
        try:
            value, end = _decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) or (isinstance(value, list) and _has_objects(value)):
            _walk(value, report, depth + 1, now)
            plain.append(text[done:start])
            done = end
    return " ".join([*plain, text[done:]]).strip()


def _objects(text: str) -> Iterator[int]:
    """Where JSON may begin; the first few only."""
    for number, match in enumerate(re.finditer(r"[{\[]", text)):
        if number == 40:
            return
        yield match.start()


def _has_objects(value: list[Any]) -> bool:
    return bool(value) and isinstance(value[0], dict)


def _walk(value: Any, report: Report, depth: int, now: float) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value[:20]:
            _walk(one, report, depth + 1, now)
        return
    if isinstance(value, str):
        report._sentences.append(_read(value, report, depth, now))
        return
    if not isinstance(value, dict):
        return
    for name, one in list(value.items())[:50]:
        key = str(name).lower().replace("_", "").replace("-", "")
        number = _number(one)
        if key in _STATUS_KEYS and number is not None and 400 <= number < 600:
            report.status = int(number)
        if key in _KIND_KEYS and isinstance(one, str):
            report.kinds += f"{one}\n"
        if key in _SECONDS_KEYS and number is not None:
            report.retry_after = number
        if key == "retrydelay" and isinstance(one, str) and (match := _DURATION.fullmatch(one)):
            report.retry_after = float(match[1])
        if key in ("resetsat", "resetat") and number is not None and number > _YEAR_2001:
            report.resets_at = believable(number, now)
            report.retry_after = max(0.0, (report.resets_at or number) - now)
        if isinstance(one, dict | list):
            _walk(one, report, depth + 1, now)
    for name in _WORD_KEYS:
        if isinstance(value.get(name), str):
            _walk(value[name], report, depth + 1, now)
            break


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal() and len(value) < 14:
        return float(value)
    return float(value) if isinstance(value, int | float) else None
