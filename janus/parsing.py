"""What the text of a setting means; each parser raises ValueError saying what it expected."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path


def address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that is written there in the usual way, and in full; None for anything else.

    Not ``127.1``, ``2130706433``, ``0x7f.0.0.1`` or ``010.0.0.1``, which other programs read as
    addresses, and no zone: ``fe80::1%eth0`` is another place on each computer.
    """
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


_DURATION = re.compile(r"(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?")


# Far beyond any use, and safely below what the C library can wait for.
_LONGEST = 365 * 24 * 3600.0


def duration(text: str) -> float:
    """Seconds in ``90s``, ``10m``, ``1h30m`` or ``250ms``; more than none, at most a year."""
    found = _DURATION.fullmatch(text)
    hours, minutes, seconds, millis = (
        (int(part or 0) for part in found.groups()) if found else [0] * 4
    )
    total = hours * 3600 + minutes * 60 + seconds + millis / 1000
    if not 0 < total <= _LONGEST:
        raise ValueError("a duration such as 90s, 10m, 1h30m or 250ms")
    return total


def whole(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from *low* to *high*."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def one_of(*names: str) -> Callable[[str], str]:
    """A parser of one word out of *names*, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return text.lower()

    return parse


def agent_name(text: str) -> str:
    """A name that an agent may go by; the catalog knows which there are."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", text.lower()):
        raise ValueError("the name of an agent such as cursor-agent")
    return text.lower()


def folder(text: str) -> Path:
    """The absolute path of a folder that exists."""
    path = Path(text or ".").expanduser()
    if not path.is_dir():
        raise ValueError("a folder that exists")
    return path.resolve()


def state_dir(text: str) -> Path | None:
    """The absolute path of a folder, which may have to be made; None for the usual one."""
    if not text:
        return None
    path = Path(text).expanduser()
    if not path.is_absolute() or (path.exists() and not path.is_dir()):
        raise ValueError("the absolute path of a folder")
    return path


def listener(text: str) -> str:
    """``auto``, ``localhost``, or one address of this computer; never all of them."""
    found = address(text)
    named = text in ("auto", "localhost")
    if not named and (found is None or found.is_unspecified or found.is_multicast):
        raise ValueError("auto, or one address of this computer such as 127.0.0.1 or 192.168.1.20")
    return text if found is None else str(found)


def site(text: str) -> str | None:
    """The address of a site such as ``https://laptop.example.ts.net``, as browsers write it."""
    if not text:
        return None
    found = re.fullmatch(
        r"(https?)://([a-z0-9.\-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?/?", text.lower()
    )
    if not found:
        raise ValueError("an address such as https://laptop.example.ts.net, without a path")
    scheme, host, port = found.groups()
    usual = {"http": "80", "https": "443"}[scheme]
    return f"{scheme}://{host}" if port in (None, usual) else f"{scheme}://{host}:{port}"


def origins(text: str) -> tuple[str, ...]:
    """Web origins such as ``http://localhost:5173``, separated by commas."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", origin) for origin in found):
        raise ValueError("origins such as http://localhost:5173, separated by commas")
    return found


def yes_or_no(text: str) -> bool:
    """Yes or no."""
    return one_of("yes", "no")(text) == "yes"


def words(text: str) -> tuple[str, ...]:
    """A command line, split as a shell would."""
    try:
        return tuple(shlex.split(text))
    except ValueError as wrong:
        raise ValueError("a command line with its quotes closed") from wrong


def variables(text: str) -> tuple[str, ...]:
    """Names of environment variables, separated by commas; a trailing ``*`` stands for any rest."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\*?", name) for name in found):
        raise ValueError("names of variables such as MY_KEY or MY_*, separated by commas")
    return found
