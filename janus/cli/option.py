"""Options whose values mean what they mean in a setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class Parsed(click.ParamType[Any]):
    """A value that *parse* understands; it raises ValueError that says what it expected."""

    def __init__(self, parse: Callable[[str], Any], name: str) -> None:
        self._parse = parse
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value.strip())
        except ValueError as wrong:
            self.fail(f"{value!r} is not {wrong}.", param, ctx)
