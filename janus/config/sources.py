"""Where settings come from: the environment, Janus's own file, and a ``.env`` in this folder.

A ``.env`` belongs to the project in whose folder it lies, which may be a clone of a stranger's. So
it is trusted only in the checkout that Janus itself runs from; elsewhere it may choose a few
harmless ``JANUS_*`` names, and its other names are its own business.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

_CHECKOUT = Path(__file__).resolve().parents[2]
#: Bytes; no file of settings is longer.
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Settings from one place, called *name* in messages. A trusted one may choose everything."""

    name: str
    given: Mapping[str, str]
    trusted: bool = True


def sources(environ: Mapping[str, str]) -> list[Source]:
    """All of them, the one that wins first."""
    found = [Source("the environment", environ)]
    own, here = users_folder(environ, "XDG_CONFIG_HOME", ".config") / "env", Path.cwd() / ".env"
    if (text := _plain_text(own, follow=True)) is not None:
        found.append(Source(str(own), _values(text, interpolate=True)))
    trusted = _is_checkout(here.parent)
    if (text := _plain_text(here, follow=trusted)) is not None:
        found.append(Source(str(here), _values(text, interpolate=trusted), trusted))
    return found


def users_folder(environ: Mapping[str, str], variable: str, usual: str) -> Path:
    """Janus's folder in the one that *variable* names, or in *usual* at home; perhaps not there."""
    given = environ.get(variable)
    return (Path(given) if given else Path(environ.get("HOME", "/"), usual)) / "janus"


def _is_checkout(folder: Path) -> bool:
    """Whether the running Janus comes from a checkout in this very folder."""
    marks = ("wsgi.py", "setup.cfg", "janus/__init__.py")
    return folder.resolve() == _CHECKOUT and all((folder / mark).is_file() for mark in marks)


def _values(text: str, *, interpolate: bool) -> dict[str, str]:
    # Without a value, or with ${…} in a stranger's file, it is what is written there.
    found = dotenv_values(stream=io.StringIO(text), interpolate=interpolate)
    return {name: value or "" for name, value in found.items()}


def _plain_text(path: Path, *, follow: bool) -> str | None:
    """What is in a plain file; None if there is none. A FIFO would never end."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        fd = os.open(path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return os.pread(fd, _LARGEST, 0).decode("utf-8", "replace")
    finally:
        os.close(fd)
