"""Small files of JSON that other programs read, too."""

from __future__ import annotations

import json
from pathlib import Path

from janus.storage.folder import Folder


def replace_json(path: Path, value: object) -> None:
    """Write JSON whole, for the owner alone: another program may be reading it. Raises OSError."""
    with Folder.open(path.parent, follow=True) as folder:
        folder.replace(path.name, json.dumps(value, indent=2).encode())
