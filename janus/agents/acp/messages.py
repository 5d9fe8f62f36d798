"""The messages in what an agent writes: one a line by the protocol, but not only by that.

A shell's greeting, colours or NUL bytes may come before a message on its line, two messages may
share one, and a handshake may be printed on many lines. All else is noise, which tells why nothing
came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from janus.text import as_shown

#: How many beginnings on a line are looked at, and how long a message on many lines may be.
_STARTS, _LONGEST = 20, 1 << 18
_LONGEST_NOISE = 2000
_decode = msgspec.json.Decoder().decode
_lenient = json.JSONDecoder(strict=False)


class MessageReader:
    """Tells messages from noise, line by line; not thread-safe."""

    def __init__(self, *keys: str) -> None:
        """Every message has the first of the *keys*, and begins with one of them."""
        self._key = keys[0]
        # A brace at the end of a line may be the beginning of a message on many.
        self._start = re.compile(rf'\{{\s*(?:"(?:{"|".join(keys)})"\s*:|\Z)')
        self._begun = ""  # what may be the beginning of a message on many lines

    def feed(self, line: bytes) -> Iterator[dict[str, Any] | str]:
        """The messages that this line is or completes; and as text, what is none."""
        message = parsed(line)
        if message is not None and (self._key in message or not self._begun):
            yield from self.rest()
            yield message
            return
        begun = bool(self._begun)
        text, self._begun = f"{self._begun}{line.decode('utf-8', 'replace')}\n", ""
        if begun and self._may_go_on(text) and not line.rstrip().endswith(b"}"):
            self._begun = text  # its end is not here
        else:
            yield from self._found(text)

    def feed_all(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any] | str]:
        """The same, of lines that came together."""
        for line in lines:
            if not self._begun and (message := parsed(line)) is not None:
                yield message
            else:
                yield from self.feed(line)

    def rest(self) -> Iterator[str]:
        """What began like a message, and will not go on."""
        begun, self._begun = self._begun, ""
        yield from _noise(begun)

    def _may_go_on(self, text: str) -> bool:
        return len(text) < _LONGEST and self._start.match(text) is not None

    def _found(self, text: str) -> Iterator[dict[str, Any] | str]:
        done = looked_at = 0
        begun = None
        for start in self._start.finditer(text):
            if start.start() < done:
                continue  # part of a message
            if (looked_at := looked_at + 1) > _STARTS:
                break
            try:
                message, end = _lenient.raw_decode(text, start.start())
            except json.JSONDecodeError as error:
                if begun is None and error.pos >= len(text.rstrip()):
                    begun = start.start()
                continue
            except RecursionError:
                continue
            if self._key in message:
                yield from _noise(text[done : start.start()])
                yield message
                done, begun = end, None
        if begun is not None and self._may_go_on(text[begun:]):
            text, self._begun = text[:begun], text[begun:]
        yield from _noise(text[done:])


def parsed(text: bytes | str) -> dict[str, Any] | None:
    """The JSON object that a text is; None if it is none."""
    try:
        message = _decode(text)
    except (ValueError, RecursionError):
        try:
            message = json.loads(text)  # slower, but it takes what some agents write
        except (ValueError, RecursionError):
            return None
    return message if isinstance(message, dict) else None


def _noise(text: str) -> Iterator[str]:
    if shown := as_shown(text[: 10 * _LONGEST_NOISE]).strip():
        yield shown[:_LONGEST_NOISE]
