"""Small files that are written whole, and folders that are made for their owner only."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from janus.storage.folder import Folder


def replace(path: Path, value: Any) -> None:
    """Write JSON whole, for the owner alone: another program may be reading it. Raises OSError."""
    fd, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_folder(path: Path) -> None:
    """Make a folder, and what is missing above it, for its owner only. Raises OSError."""
    Folder.make(path).close()
