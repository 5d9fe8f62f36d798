"""Write files whole: a reader sees the old one or the new one, also after a power cut."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import tempfile
from pathlib import Path
from typing import Any


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


#: How the files begin that are not whole yet.
NEW = ".new-"


def make_folder(path: Path) -> None:
    """A folder, and what is missing above it, for its owner only."""
    if not path.is_dir():
        make_folder(path.parent)  # with parents=True those above would be open to all
        path.mkdir(mode=0o700, exist_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def save_new(folder: Path, name: Path, data: bytes) -> str:
    make_folder(folder)
    temporary = write_new(folder, data)
    try:
        for number in itertools.count(1):
            target = name if number == 1 else name.with_stem(f"{name.stem}-{number}")
            try:
                os.link(temporary, folder / target)
            except FileExistsError:
                continue
            sync_folder(folder)
            return str(target)
        raise AssertionError("counting does not end")
    finally:
        remove(temporary)


def write_new(folder: Path, data: bytes) -> Path:
    """A temporary file in *folder* with *data*, on the disk. Raises OSError, leaving nothing."""
    fd, name = tempfile.mkstemp(dir=folder, prefix=NEW)
    try:
        write_all(fd, data)
        os.fsync(fd)
    except OSError:
        remove(Path(name))
        raise
    finally:
        os.close(fd)
    return Path(name)


def write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # a disk that broke may not even take that
        path.unlink()
