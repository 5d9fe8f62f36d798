"""When a limit is reset, by what the agent says of it. What it does not say is not guessed.

resets 3pm (Europe/Berlin)        the next one there; of the computer's own zone if none is named
resets Oct 14 at 10am             the next such day
try again at Nov 5th, 2025 3:05 PM
2026-11-30T15:00:00Z              as it is
limit reached|1796048400          seconds since 1970, or milliseconds
try again in 3 days 4 hours       from now
resets on 7/30/2026               a day is no time: None
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

#: Seconds: what is further away is no reset, and what has been just now may be today or tomorrow.
_FURTHEST, _JUST_NOW = 35 * 86400.0, 600.0
_MILLISECONDS = 10**11
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = re.compile(r"limit reached\|(\d{10}(?:\d{3})?)\b", re.IGNORECASE)
_AT = re.compile(
    r"\b(?:resets?|try again|available)(?: again)?(?: at| on|:)? ([^;\n|]{2,60})", re.IGNORECASE
)
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|UTC|[+-]\d\d:\d\d)?")
_DAY = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? (\d{1,2})"
    r"(?:st|nd|rd|th)?\b(?:,? (\d{4})\b)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b|\b(\d{1,2}):(\d\d)\b", re.IGNORECASE)
_ZONE = re.compile(r"\(([A-Za-z]{2,20}(?:/[A-Za-z_+0-9-]{1,30}){0,2})\)|\b(UTC|GMT)\b")
_IN = re.compile(
    r"\b(?:resets?|try again|retry|available|wait|reset)(?: again)?(?: in| after) ", re.I
)
_PART = re.compile(
    r"(?:,? ?(?:and )?)(\d{1,7}(?:\.\d{1,9})?) ?"
    r"(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)"
    r"(?![a-z])",
    re.IGNORECASE,
)
_UNITS = {"ms": 0.001, "mi": 60.0, "m": 60.0, "s": 1.0, "h": 3600.0, "d": 86400.0}


def reset_in(text: str, now: float) -> float | None:
    """When the limit is reset, in seconds since 1970; None if *text* does not say."""
    text = text[-8000:]
    if match := _EPOCH.search(text):
        return believable(float(match[1]), now)
    if match := _IN.search(text):
        return believable(_duration(text, match.end(), now), now)
    for match in _AT.finditer(text):
        if (at := _moment(match[1], now)) is not None:
            return believable(at, now)
    return None


def believable(at: float | None, now: float) -> float | None:
    """A moment that a limit may be reset at, in seconds, which may be given in milliseconds."""
    if at is None:
        return None
    at = at / 1000 if at > _MILLISECONDS else at
    return at if now <= at <= now + _FURTHEST else None


def _duration(text: str, place: int, now: float) -> float | None:
    total, found = 0.0, False
    while match := _PART.match(text, place):
        unit = match[2].lower()
        long = (
            "mi" if unit.startswith("min") else "ms" if unit.startswith(("ms", "mil")) else unit[0]
        )
        total, found, place = total + float(match[1]) * _UNITS[long], True, match.end()
    return now + total if found else None


def _moment(text: str, now: float) -> float | None:
    zone: ZoneInfo | None = None
    if match := _ZONE.search(text):
        try:
            zone = ZoneInfo(match[1] or "UTC")
        except (OSError, ValueError, KeyError):
            return None  # of a place that nobody knows here
    if match := _ISO.match(text):
        moment = datetime.fromisoformat(match[1])
        if match[2]:
            sign = "+00:00" if match[2] in ("Z", "UTC") else match[2]
            return datetime.fromisoformat(match[1] + sign).timestamp()
        return _stamp(moment, zone)
    day, time = _DAY.search(text), _TIME.search(text)
    if time is None:
        return None
    here = datetime.fromtimestamp(now, zone).replace(tzinfo=None)
    try:
        hour, minute = _clock(time)
        at = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if day is None:
            return _next(at, zone, now)
        at = at.replace(year=int(day[3] or here.year), month=_MONTHS.index(day[1].lower()) + 1,
                        day=int(day[2]))  # fmt: skip
        if day[3] is None and at < here - timedelta(days=180):
            at = at.replace(year=at.year + 1)
    except ValueError:
        return None
    return _stamp(at, zone)


def _next(at: datetime, zone: ZoneInfo | None, now: float) -> float | None:
    """The next time that a clock there shows this."""
    today = _stamp(at, zone)
    if today is not None and today >= now:
        return today
    if today is not None and now - today < _JUST_NOW:
        return None  # today's, told late, or tomorrow's
    return _stamp(at + timedelta(days=1), zone)


def _clock(match: re.Match[str]) -> tuple[int, int]:
    """Raises ValueError for a time that there is not."""
    if match[4]:
        return int(match[4]), int(match[5])
    hour = int(match[1])
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if match[3].lower() == "p" else 0), int(match[2] or 0)


def _stamp(at: datetime, zone: ZoneInfo | None) -> float | None:
    """Seconds since 1970. Of an hour that comes twice the second one: sooner may be too soon.

    None for one that does not come, because clocks are set forward.
    """
    stamp = at.replace(tzinfo=zone, fold=1).timestamp()
    return stamp if datetime.fromtimestamp(stamp, zone).replace(tzinfo=None, fold=0) == at else None
