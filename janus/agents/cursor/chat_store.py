"""Cursor's store of conversations, as far as Janus looks into it."""

from __future__ import annotations

from pathlib import Path


def is_stored(chats: Path, conversation: str) -> bool | None:
    """Whether the store has the conversation; None if there is no such store."""
    try:
        return any((folder / conversation).is_dir() for folder in chats.iterdir())
    except OSError:
        return None
