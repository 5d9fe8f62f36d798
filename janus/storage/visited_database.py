"""A SQLite file of another program, read from a copy in memory.

SQLite itself would make files beside it, ``-shm`` at least, and lock it: looking would be felt. So
the file and its write-ahead log are read as bytes, and the log is applied here.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Iterator

from janus.storage.visited import VisitedFolder

#: Bytes of a file and of its log; a conversation takes far less.
LARGEST = 128 << 20
_MAGIC = b"SQLite format 3\x00"
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_WAL_HEAD, _FRAME_HEAD = 32, 24
#: How often a file that changes meanwhile is read anew, and what a question may cost.
_ATTEMPTS, _STEPS = 3, 20_000_000


class NoDatabase(OSError):
    """It is no SQLite file, or a damaged one."""


@contextlib.contextmanager
def visited_database(folder: VisitedFolder, name: str) -> Iterator[sqlite3.Connection]:
    """A copy of the database in memory. Raises OSError; NoDatabase also for what SQLite raises."""
    data = _read(folder, name)
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(lambda: 1, _STEPS)
        yield connection
    except sqlite3.Error as damage:
        raise NoDatabase(f"{name} cannot be read: {damage}") from damage
    finally:
        connection.close()


def _read(folder: VisitedFolder, name: str) -> bytes:
    """The file as it is with its log, at one moment."""
    for _ in range(_ATTEMPTS):
        before = _state(folder, name)
        # The log first: what a checkpoint moves meanwhile is then in both, and the same.
        wal = folder.read(f"{name}-wal", LARGEST) if before[1] else b""
        data = folder.read(name, LARGEST)
        if _state(folder, name) == before:
            return _merged(data, wal)
    raise NoDatabase(f"{name} changes all the time")


def _state(folder: VisitedFolder, name: str) -> list[tuple[int, int, int] | None]:
    found = [folder.stat(name), folder.stat(f"{name}-wal")]
    return [(it.st_ino, it.st_size, it.st_mtime_ns) if it else None for it in found]


def _merged(data: bytes, wal: bytes) -> bytes:
    """The database with what its log has; from now on it needs none."""
    if data[:16] != _MAGIC or len(data) < 100:
        raise NoDatabase("it is no SQLite file")
    whole = bytearray(data)
    page_size = struct.unpack(">H", data[16:18])[0]
    page_size = 65536 if page_size == 1 else page_size
    pages, count = _committed(wal, page_size)
    for number, page in pages.items():
        start = (number - 1) * page_size
        if start > LARGEST:
            raise NoDatabase("its log is damaged")
        whole.extend(bytes(max(0, start + page_size - len(whole))))
        whole[start : start + page_size] = page
    if count:
        del whole[count * page_size :]
    whole[18:20] = b"\x01\x01"  # it has no log any more
    return bytes(whole)


def _committed(wal: bytes, page_size: int) -> tuple[dict[int, bytes], int]:
    """The pages of all transactions that are whole, by their numbers, and how many there are."""
    if len(wal) < _WAL_HEAD:
        return {}, 0
    magic, _, size, _, salt1, salt2, sum1, sum2 = struct.unpack(">8I", wal[:_WAL_HEAD])
    if magic not in _WAL_MAGIC or size != page_size:
        return {}, 0
    order = ">" if magic & 1 else "<"
    sums = _checksum(wal[: _WAL_HEAD - 8], (0, 0), order)
    if sums != (sum1, sum2):
        return {}, 0
    pages: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    count = 0
    for at in range(_WAL_HEAD, len(wal) - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        head = wal[at : at + _FRAME_HEAD]
        number, commit, one, two, sum1, sum2 = struct.unpack(">6I", head)
        page = wal[at + _FRAME_HEAD : at + _FRAME_HEAD + size]
        sums = _checksum(page, _checksum(head[:8], sums, order), order)
        if (one, two) != (salt1, salt2) or sums != (sum1, sum2) or not number:
            break  # what is behind is of an earlier log
        pending[number] = page
        if commit:
            pages |= pending
            pending, count = {}, commit
    return pages, count


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = sums
    for first, second in struct.iter_unpack(f"{order}2I", data):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
