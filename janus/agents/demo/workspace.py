"""The folder the questions are about: which files it has, what they say, and what git knows.

Only files that :attr:`Workspace.files` lists, or that are to be written, are ever read, and none
through a symbolic link that leads out of the folder; nor is any written there.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

MAX_FILE = 1 << 20
GIT_SECONDS = 10.0
WALK_SECONDS = 5.0

_NOT_SOURCES = ("node_modules", "venv", "env", "__pycache__", "target", "dist", "build", "vendor")
# A checkout's own configuration must not make git start other programs or write anything.
_GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
# What belongs to other programs: to write there could make them do anything.
_NOT_OURS = {".git", ".janus"}


class Refused(Exception):
    """Why a file cannot be written, to be read after its name and "because"."""


class Workspace:
    """A folder of sources, in git or not."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._inside = {"": True}

    @cached_property
    def files(self) -> list[str]:
        """Every file's path below the folder, sorted; what git ignores is left out."""
        return self._tracked or sorted(self._walk())

    @cached_property
    def _tracked(self) -> list[str]:
        """Empty outside a checkout, and in a folder that its checkout ignores as a whole."""
        said = self.git("ls-files", "-co", "--exclude-standard", "-z")
        return sorted(set((said or "").split("\0")) - {""})

    def called(self, name: str) -> list[str]:
        """The files of that path or name, with or without its ending; nearest to the top first."""
        name = name.lower().removeprefix("./")
        paths = [p for p in self.files if f"/{p.lower()}".endswith(f"/{name}") or stem(p) == name]
        return sorted(paths, key=lambda path: ("test" in path, path.count("/"), path))

    def containing(self, needles: Sequence[str]) -> list[str]:
        """Files that hold one of *needles*, in whatever case; every file where git cannot tell."""
        if not self._tracked:
            return self.files
        patterns = [word for needle in needles for word in ("-e", needle)]
        said = self.git("grep", "--untracked", "-I", "-ilzF", *patterns, "--", ".", nothing=1)
        return self.files if said is None else said.split("\0")[:-1]

    def read(self, path: str) -> str | None:
        """A file's text; ``None`` for what is binary, huge, unreadable or not a plain file."""
        if not self._is_inside(path.rpartition("/")[0]):
            return None
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            with os.fdopen(os.open(self.root / path, flags), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
                    return None
                data = file.read(MAX_FILE)
        except OSError:
            return None
        return None if b"\0" in data else data.decode("utf-8", "replace")

    def place(self, name: str) -> tuple[str, str | None]:
        """The path and the present text, if any, of a file that may be written, or Refused."""
        try:
            file = (self.root / name).resolve()
            if name.startswith("~") or not file.is_relative_to(self.root):
                raise Refused("it is outside this workspace")
            path = str(file.relative_to(self.root))
            if _NOT_OURS & set(path.lower().split("/")):
                raise Refused("that is not mine to change")
            if not file.exists():
                return path, None
        except (OSError, ValueError, RuntimeError) as error:
            raise Refused("that is no path for a file") from error
        text = self.read(path)
        if text is None or "\ufffd" in text:
            raise Refused("something is there that I cannot read as text")
        return path, text

    def write(self, path: str, old: str | None, new: str) -> None:
        """Write a file as a whole, if it still is *old*; else Refused."""
        if self.place(path) != (path, old):
            raise Refused("it has changed since I asked you")
        file = self.root / path
        draft = file.with_name(f".{uuid.uuid4()}.draft")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(new.encode("utf-8", "replace"))
            if old is not None:
                draft.chmod(stat.S_IMODE(file.stat().st_mode))
            draft.replace(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise Refused(str(error.strerror).lower()) from error

    def git(self, *args: str, nothing: int = 0) -> str | None:
        """What git says, ``None`` if it fails; *nothing* is an exit code that is no failure."""
        try:
            done = subprocess.run(
                [*_GIT, *args],
                cwd=self.root,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=GIT_SECONDS,
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
        return os.fsdecode(done.stdout) if done.returncode in (0, nothing) else None

    def _is_inside(self, folder: str) -> bool:
        # git also lists what it tracked before a folder became a link to somewhere else.
        if folder not in self._inside:
            self._inside[folder] = (self.root / folder).resolve().is_relative_to(self.root)
        return self._inside[folder]

    def _walk(self) -> Iterator[str]:
        deadline = time.monotonic() + WALK_SECONDS
        folders = [""]
        while folders and time.monotonic() < deadline:
            folder = folders.pop()
            try:
                entries = list(os.scandir(self.root / folder))
            except OSError:
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_file(follow_symlinks=False):
                    yield path
                elif entry.is_dir(follow_symlinks=False) and not _skipped(entry.name):
                    folders.append(path)


def stem(path: str) -> str:
    """``cart`` of ``shop/Cart.test.js``."""
    return path.rpartition("/")[2].partition(".")[0].lower()


def _skipped(folder: str) -> bool:
    return folder.startswith(".") or folder in _NOT_SOURCES
