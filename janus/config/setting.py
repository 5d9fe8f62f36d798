"""One setting: its name, what it is if it is not given, and how its text is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import Field, field
from functools import partial
from typing import Any

from janus.config.sources import Source


class SettingsError(ValueError):
    """A setting is unknown or does not parse; the message names it."""


def setting(
    name: str, default: str, parse: Callable[[str], Any], text: str, *, project: bool = False
) -> Any:
    """A field of ``Settings`` that comes from the variable *name*."""
    meta = {"name": name, "default": default, "parse": parse, "help": text, "project": project}
    return field(default_factory=lambda: parse(default), metadata=meta)


#: One that a project's own ``.env`` may choose.
harmless = partial(setting, project=True)


def names_of(entry: Field[Any]) -> tuple[str, ...]:
    """The names of a setting, the one that wins first: each has one that begins with JANUS_."""
    name = entry.metadata["name"]
    return (name,) if name.startswith("JANUS_") else (f"JANUS_{name}", name)


def parsed(name: str, source: Source, entry: Field[Any]) -> Any:
    """What a source says of a setting, or its default. Raises SettingsError."""
    text = source.given[name].strip()
    try:
        return entry.metadata["parse"](text or entry.metadata["default"])
    except ValueError as wrong:
        shown = re.sub("//[^/,]*@", "//…@", text)  # a password is not for the log
        raise SettingsError(f"{name}={shown!r} in {source.name}: expected {wrong}") from wrong
