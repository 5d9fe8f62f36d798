"""Which folder it is, wherever it lies and however its path is written."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

#: ``FS_IOC_GETVERSION`` of Linux: it is made for a C long, and gives an int.
_GET_GENERATION = 2 << 30 | struct.calcsize("l") << 16 | ord("v") << 8 | 1


@dataclass(frozen=True, slots=True)
class Identity:
    """A folder as its disk knows it. What is None is not known.

    Once a folder is gone its inode may be given to the next one that is made, which then has
    another generation; not every disk tells that.
    """

    device: int | None = None
    inode: int | None = None
    generation: int | None = None

    @classmethod
    def of(cls, folder: Path) -> Identity:
        """Raises OSError."""
        found = folder.stat()
        return cls(found.st_dev, found.st_ino, _generation(folder))

    @classmethod
    def load(cls, known: dict[str, object]) -> Identity:
        """What ``save`` gave; what else is there counts for nothing."""
        values = (known.get(name) for name in cls.__slots__)
        return cls(*(it if isinstance(it, int) else None for it in values))

    def save(self) -> dict[str, int | None]:
        """To be written down."""
        return asdict(self)

    def fits(self, other: Identity) -> bool:
        """Whether both may be one folder. The number of a device is another one after a restart."""
        return _fits(self.inode, other.inode) and _fits(self.generation, other.generation)


def _fits(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def _generation(folder: Path) -> int | None:
    if sys.platform != "linux":  # macOS gives no number twice
        return None
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        told = fcntl.ioctl(fd, _GET_GENERATION, bytes(8))
    except OSError:  # the disk does not tell
        return None
    finally:
        os.close(fd)
    return int(struct.unpack_from("i", told)[0])
