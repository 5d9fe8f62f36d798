"""Text from outside: cleaned for people, and read as what it stands for."""

from janus.text.cleaning import (
    StreamCleaner,
    as_shown,
    sanitize,
    strip_controls,
)

__all__ = [
    "StreamCleaner",
    "as_shown",
    "sanitize",
    "strip_controls",
]
