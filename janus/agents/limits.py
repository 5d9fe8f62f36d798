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
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

#: Seconds: what is further away is no reset, and what has been just now may be today or tomorrow.
_FURTHEST, _JUST_NOW = 35 * 86400.0, 600.0
_MILLISECONDS = 10**11
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = re.compile(r"limit reached\|(\d{10}(?:\d{3})?)\b", re.IGNORECASE)
_AT = re.compile(
    r"\b(?:resets?|try again|available)(?: again)?(?: at| on|:)? ([^;\n|]{2,80})", re.IGNORECASE
)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?(?![\w:+-])"
)
#: What a moment is made of, in any order.
_PARTS = {
    "day": r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? (\d{1,2})"
           r"(?:st|nd|rd|th)?(?![\w:])(?:,? (\d{4})\b)?",
    "date": r"(\d{1,2})(?:st|nd|rd|th)? "
            r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b\.?(?:,? (\d{4})\b)?",
    "weekday": r"(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,3}day)?s?\b",
    "near": r"(today|tomorrow)\b",
    "time": r"(\d{1,2})(?::(\d\d)(?::(\d\d))?)? ?([ap])\.?m\b\.?|(\d{1,2}):(\d\d)(?::(\d\d))?\b",
    "zone": r"\(([a-z]{2,20}(?:/[a-z_+0-9-]{1,30}){0,2})\)"
            r"|\(?(?:UTC|GMT)(?:([+-]\d{1,2})(?::?(\d\d))?)?(?![\w:])\)?",
    "word": r"(?:at|on|the|by|of)\b|[,·]",
}  # fmt: skip
_PART = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PARTS.items()}
#: After those: a number, or a zone, that is not understood.
_STRANGE = re.compile(r"[+-]?\d|\(|[A-Z]{2,5}\b|(?:Eastern|Central|Mountain|Pacific)\b")
_IN = re.compile(
    r"\b(?:resets?|try again|retry|available|wait|reset)(?: again)?(?: in| after) ", re.I
)
_LENGTH = re.compile(
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
    while match := _LENGTH.match(text, place):
        unit = match[2].lower()
        long = (
            "mi" if unit.startswith("min") else "ms" if unit.startswith(("ms", "mil")) else unit[0]
        )
        total, found, place = total + float(match[1]) * _UNITS[long], True, match.end()
    return now + total if found else None


def _moment(text: str, now: float) -> float | None:
    if match := _ISO.match(text):
        return None if _STRANGE.match(text[match.end() :].lstrip()) else _exact(match)
    found = _parts(text)
    if "time" not in found:
        return None
    try:
        zone = _zone(found.get("zone"))
        here = datetime.fromtimestamp(now, zone).replace(tzinfo=None, microsecond=0)
        hour, minute, second = _clock(found["time"])
        at = here.replace(hour=hour, minute=minute, second=second)
        if match := found.get("day") or found.get("date"):
            month, day, year = match.groups() if "day" in found else (match[2], match[1], match[3])
            month = _MONTHS.index(month.lower()) + 1
            at = at.replace(int(year or here.year), month, int(day))
            if year is None and at < here - timedelta(days=180):
                at = at.replace(year=at.year + 1)
        elif match := found.get("near"):
            at += timedelta(days=match[1].lower() == "tomorrow")
        elif match := found.get("weekday"):
            days = (_DAYS.index(match[1].lower()) - here.weekday()) % 7
            return _next(at + timedelta(days), zone, now, 7)
        else:
            return _next(at, zone, now, 1)
    except (OSError, ValueError, KeyError):  # no such time, or of a place that nobody knows here
        return None
    return _stamp(at, zone)


def _parts(text: str) -> dict[str, re.Match[str]]:
    """What the beginning of *text* says, by kind; nothing where not all of it is understood."""
    found: dict[str, re.Match[str]] = {}
    while text := text.lstrip():
        matches = ((name, pattern.match(text)) for name, pattern in _PART.items())
        name, match = next(((name, it) for name, it in matches if it), ("", None))
        if match is None:
            break
        if name in found:
            return {}
        if name != "word":
            found[name] = match
        text = text[match.end() :]
    return {} if _STRANGE.match(text) else found


def _exact(match: re.Match[str]) -> float | None:
    zone = {None: "", "Z": "+00:00", "UTC": "+00:00"}.get(match[2], match[2])
    try:
        moment = datetime.fromisoformat(match[1] + zone)
    except ValueError:  # such as on the 31st of February
        return None
    return moment.timestamp() if zone else _stamp(moment, None)


def _zone(match: re.Match[str] | None) -> tzinfo | None:
    """The one that is named; None is that of the computer. Raises OSError, ValueError, KeyError."""
    if match is None:
        return None
    place, hours, minutes = match.groups()
    if hours is None:
        return ZoneInfo(place or "UTC")
    sign = -1 if hours[0] == "-" else 1
    return timezone(timedelta(hours=int(hours), minutes=sign * int(minutes or 0)))


def _next(at: datetime, zone: tzinfo | None, now: float, days: int) -> float | None:
    """The next time that a clock there shows this: now, or so many *days* later."""
    first = _stamp(at, zone)
    if first is not None and first >= now:
        return first
    if first is not None and now - first < _JUST_NOW:
        return None  # this one, told late, or the next
    return _stamp(at + timedelta(days), zone)


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    """Raises ValueError for a time that there is not."""
    half = match[4]
    hour, minute, second = (int(it or 0) for it in match.group(*((1, 2, 3) if half else (5, 6, 7))))
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return hour, minute, second


def _stamp(at: datetime, zone: tzinfo | None) -> float | None:
    """Seconds since 1970. Of an hour that comes twice the second one: sooner may be too soon.

    None for one that does not come, because clocks are set forward.
    """
    stamp = at.replace(tzinfo=zone, fold=1).timestamp()
    return stamp if datetime.fromtimestamp(stamp, zone).replace(tzinfo=None, fold=0) == at else None
