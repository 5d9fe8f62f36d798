"""Which other programs work on a conversation: two at once overwrite each other's memory.

A program is known by its command line, by the file of the conversation that it holds open for
writing, or by being the agent itself, in that folder, since before the conversation last changed.
What this Janus has started is no rival. Needs ``/proc``; without it none is seen.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from janus.agents.process.proc import DEAD, stat_of

_PROC = Path("/proc")
#: Bytes of a command line that are looked at, and its arguments that may name the program.
_LONGEST, _PROGRAM = 1 << 15, 3
#: Ourselves at the terminal: ``janus adopt ID`` names a conversation, too.
_OURS = ("janus",)
#: Steps from a process to those above it.
_DEEPEST = 200
_WRITES = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True, slots=True)
class Rival:
    """A program that works on a conversation."""

    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} (process {self.pid})"


@dataclass(frozen=True, slots=True)
class Running:
    """A process of this user, by its command line; all else is looked up when it is asked for."""

    pid: int
    command: bytes

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(self.command.decode("utf-8", "replace").split("\0"))

    @property
    def programs(self) -> tuple[str, ...]:
        """What it may be called; an interpreter's script comes second."""
        names = (it.rpartition("/")[2] for it in self.arguments[:_PROGRAM])
        return tuple(name.removesuffix(".js").removesuffix(".py") for name in names)

    def program(self, known: Collection[str]) -> str:
        """The name of it that is *known*, or its first."""
        return next((it for it in self.programs if it in known), self.programs[0])

    def is_one_of(self, programs: Collection[str]) -> bool:
        return any(it in programs for it in self.programs)

    def names(self, conversation: str) -> bool:
        """Whether its command line names a conversation, by itself or as ``--option=ID``."""
        ends = f"={conversation}"
        return conversation.encode() in self.command and any(
            it == conversation or it.endswith(ends) for it in self.arguments
        )

    def is_in(self, folder: Path) -> bool:
        with contextlib.suppress(OSError):
            return os.readlink(f"{_PROC}/{self.pid}/cwd") == str(folder)  # noqa: PTH115
        return False

    def began_before(self, at: float) -> bool:
        """Whether it began before a moment, in seconds since 1970."""
        try:
            ticks = int(stat_of(self.pid)[19])
            return _booted() + ticks / os.sysconf("SC_CLK_TCK") <= at
        except (OSError, ValueError, IndexError, StopIteration):
            return False

    def is_ours(self) -> bool:
        """Whether this Janus has started it, or is it, or it is Janus at the terminal.

        One that has exited meanwhile counts as ours: it works on nothing any more.
        """
        if any(name in _OURS for name in self.programs):
            return True
        pid = self.pid
        for _ in range(_DEEPEST):
            if pid <= 1 or pid == os.getpid():
                return pid > 1
            try:
                fields = stat_of(pid)
                if pid == self.pid and fields[0] in DEAD:
                    return True
                pid = int(fields[1])
            except (OSError, ValueError, IndexError):
                if pid == self.pid:
                    return True
                pid = self.pid  # who was above it has exited: somebody else is by now
        return False

    def writing(self) -> Iterator[tuple[int, int]]:
        """The files that it holds open for writing, by device and inode."""
        with contextlib.suppress(OSError):
            for fd in os.listdir(f"{_PROC}/{self.pid}/fd"):  # noqa: PTH208
                with contextlib.suppress(OSError, ValueError, StopIteration):
                    found = os.stat(f"{_PROC}/{self.pid}/fd/{fd}")  # noqa: PTH116
                    if stat.S_ISREG(found.st_mode) and _flags(self.pid, fd) & _WRITES:
                        yield found.st_dev, found.st_ino


class Rivals:
    """The processes of this user at one moment."""

    def __init__(self) -> None:
        self._running = [*_running()]

    @cached_property
    def _writers(self) -> dict[tuple[int, int], set[int]]:
        """Which processes hold a file open for writing."""
        found: dict[tuple[int, int], set[int]] = {}
        for process in self._running:
            for file in process.writing():
                found.setdefault(file, set()).add(process.pid)
        return found

    def find(
        self,
        conversation: str,
        folder: Path,
        programs: Collection[str],
        *,
        updated_at: float | None = None,
        files: Iterable[Path] = (),
        drivers: Collection[int] = (),
        strangers: Collection[int] = (),
    ) -> Rival | None:
        """Who works on a *conversation* of *folder*, begun by one of *programs*; None if nobody.

        *drivers* are processes that say they do, and *strangers* that they work on others.
        """
        held = {(info.st_dev, info.st_ino) for file in files if (info := _stat(file))}
        writers = {pid for file in held for pid in self._writers.get(file, ())}
        for it in self._running:
            works = it.names(conversation) or it.pid in writers
            if not works and programs and it.is_one_of(programs):
                works = it.pid in drivers or (
                    updated_at is not None
                    and it.pid not in strangers
                    and it.is_in(folder)
                    and it.began_before(updated_at)
                )
            if works and not it.is_ours():
                return Rival(it.pid, it.program(programs))
        return None


def told_of(conversation: str) -> Rival | None:
    """Which other program was told to go on with a conversation.

    Every turn waits for this: less than a millisecond, as nothing else is asked of each process.
    """
    for it in _running(conversation.encode()):
        if it.names(conversation) and not it.is_ours():
            return Rival(it.pid, it.program(()))
    return None


def _running(word: bytes = b"") -> Iterator[Running]:
    """The processes of this user whose command has a *word*; none without ``/proc``."""
    try:
        proc = os.open(_PROC, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    own = os.geteuid()
    try:
        for name in os.listdir(proc):  # noqa: PTH208  # no path, a descriptor
            if name.isdigit() and (command := _command(proc, name, own, word)):
                yield Running(int(name), command)
    finally:
        os.close(proc)


def _command(proc: int, pid: str, own: int, word: bytes) -> bytes:
    """The command line of a process of this user, with the *word* in it; nothing for others."""
    try:
        fd = os.open(f"{pid}/cmdline", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    except OSError:
        return b""
    try:
        command = os.read(fd, _LONGEST)
        return command if command and word in command and os.fstat(fd).st_uid == own else b""
    except OSError:
        return b""
    finally:
        os.close(fd)


def _booted() -> float:
    """When the computer began, since 1970."""
    lines = (_PROC / "stat").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("btime"))


def _flags(pid: int, fd: str) -> int:
    """How a file was opened."""
    lines = (_PROC / str(pid) / "fdinfo" / fd).read_text().splitlines()
    return next(int(line.split()[1], 8) for line in lines if line.startswith("flags:"))


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
