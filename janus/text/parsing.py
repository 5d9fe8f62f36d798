"""What the text of a setting means; each parser raises ValueError saying what it expected."""

from __future__ import annotations

import os
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


def engine(text: str) -> str:
    """A command line, or the address of a service; nothing for none."""
    if text.startswith(("http://", "https://")):
        if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9_.~\-/]*)?", text):
            raise ValueError("an address such as http://192.168.1.5:8000/v1")
    elif text:
        words(text)
    return text


def existing(text: str) -> Path | None:
    """The absolute path of a file or folder that is there."""
    path = Path(text).expanduser() if text else None
    if path and not (path.is_absolute() and path.exists()):
        raise ValueError("the absolute path of something that is there")
    return path


def commands(text: str) -> tuple[str, ...]:
    """Command lines, separated by commas."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(part.isprintable() for part in found):
        raise ValueError("commands such as npm test, separated by commas")
    return found


_SERVER = re.compile(r"(?:nats|tls)://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?")
_MACHINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def cluster(text: str) -> tuple[str, ...]:
    """Addresses of servers, separated by commas; none of them with a password in it."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(map(_SERVER.fullmatch, found)):
        raise ValueError("addresses such as tls://nats-1:4222, separated by commas, without a key")
    return found


def machine(text: str) -> str:
    """What a machine may be called; nothing for what the computer is called."""
    if text and not _MACHINE.fullmatch(text):
        raise ValueError("up to 40 letters, digits, dots, dashes or underscores")
    return text


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


def folders(text: str) -> tuple[Path, ...]:
    """The absolute paths of folders that exist, separated as in ``PATH``."""
    paths = [Path(part).expanduser() for part in text.split(os.pathsep) if part]
    if not all(path.is_dir() for path in paths):
        raise ValueError("a folder that exists" if len(paths) == 1 else "folders that exist")
    return tuple(dict.fromkeys(path.resolve() for path in paths))


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
        r"(https?)://([a-z0-9.\-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?((?:/[\w~-][\w.~-]*)*)/?",
        text,
        re.ASCII | re.IGNORECASE,
    )
    if not found or re.match("/(api|assets)(/|$)", found[4]):
        raise ValueError(
            "an address such as https://laptop.example.ts.net or https://example.com/janus"
        )
    scheme, host = found[1].lower(), found[2].lower()
    port = "" if found[3] in (None, {"http": "80", "https": "443"}[scheme]) else f":{found[3]}"
    return f"{scheme}://{host}{port}{found[4]}"


def origins(text: str) -> tuple[str, ...]:
    """Web origins such as ``http://localhost:5173``, separated by commas."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", origin) for origin in found):
        raise ValueError("origins such as http://localhost:5173, separated by commas")
    return found


def hosts(text: str) -> tuple[str, ...]:
    """Names of hosts, separated by commas."""
    found = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"[a-z0-9.\-]+", host) for host in found):
        raise ValueError("names of hosts such as push.lan, separated by commas")
    return found


def topic(text: str) -> str | None:
    """The address of a topic such as ``https://ntfy.example.org/my-secret-topic``."""
    if text and not re.fullmatch(r"https://[A-Za-z0-9.\-]+(:[0-9]{1,5})?/[A-Za-z0-9_\-/]+", text):
        raise ValueError("an address such as https://ntfy.example.org/my-secret-topic")
    return text or None


def contact(text: str) -> str:
    """An address of the owner: ``mailto:`` or ``https:``.

    Apple refuses what is plainly made up, and hosts that nobody outside can reach.
    """
    host = text.rpartition("@")[2] if text.startswith("mailto:") else text[8:].partition("/")[0]
    known = text.startswith(("mailto:", "https://")) and text.isascii() and text.isprintable()
    made_up = host.endswith((".local", ".invalid", ".test", ".example", "localhost"))
    if text and (not known or "." not in host or " " in text or len(text) > 200 or made_up):
        raise ValueError("an e-mail address of yours, such as mailto:me@my-domain.org")
    return text


def size(text: str) -> int:
    """Bytes in ``4GB``, ``500 MB`` or ``0``."""
    found = re.fullmatch(r"([0-9]{1,9}) ?([MGT]B)|0", text, re.IGNORECASE)
    if not found:
        raise ValueError("a size such as 500MB or 4GB")
    units = {"M": 20, "G": 30, "T": 40}
    return int(found[1]) << units[found[2][0].upper()] if found[2] else 0


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


def patterns(text: str) -> tuple[str, ...]:
    """Patterns as in ``.gitignore``, separated by commas; none of them for ``none``."""
    if "\0" in text or "\n" in text:
        raise ValueError("patterns such as .env* or config/local.json, separated by commas")
    return () if text == "none" else tuple(part.strip() for part in text.split(",") if part.strip())
