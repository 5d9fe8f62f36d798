"""The folder the questions are about: which files it has, what they say, and writing one.

Nothing in it is believed. Every file is opened from the folder downwards, without following links;
only regular files are opened, only those that git does not ignore, and only up to 1 MB of them.
"""

import contextlib
import os
import re
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

MAX_FILE = 1 << 20
SECONDS = 10.0

_NOT_SOURCES = ("node_modules", "venv", "env", "__pycache__", "target", "dist", "build", "vendor")
# What belongs to other programs: to write there could make them do anything.
_NOT_OURS = {".git", ".janus", ".worktrees"}
# A checkout's own configuration must not make git start other programs or write anything.
_GIT = (
    "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false",
    "-c", "diff.orderFile=/dev/null",
)  # fmt: skip
_GIT_ENVIRON = {"GIT_OPTIONAL_LOCKS": "0", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C.UTF-8"}


class Refused(Exception):
    """Why a file cannot be written, to be read after its name and "because"."""


class Workspace:
    """A folder of sources; *pulse* is called often, and may raise to end the work."""

    def __init__(self, root: Path, pulse: Callable[[], None]) -> None:
        self.root = root.resolve()
        self._pulse = pulse

    @cached_property
    def files(self) -> list[str]:
        """Every file's path below the folder, sorted; what git ignores is left out."""
        said = self.git("ls-files", "-co", "--exclude-standard", "-z")
        if said is None and any((top / ".git").exists() for top in (self.root, *self.root.parents)):
            return []  # who knows what is ignored here
        # In a folder that the checkout around it ignores as a whole, all files are meant.
        is_below = not said and (self.git("rev-parse", "--show-prefix") or "").strip()
        if said is None or (is_below and self.git("check-ignore", ".")):
            return sorted(self._walk())
        return sorted(set(said.split("\0")) - {""})

    def called(self, name: str) -> list[str]:
        """The files of that path or name, with or without its ending; nearest to the top first."""
        name = re.escape(name.removeprefix("./"))
        form = re.compile(rf"(?:^|/){name}(?:\.[^/]*)?$", re.IGNORECASE)
        paths = [path for path in self.files if form.search(path)]
        return sorted(paths, key=lambda path: ("test" in path, path.count("/"), path))

    def read(self, path: str) -> str | None:
        """A file's text; ``None`` for what is binary, huge, unreadable, a link or no plain file."""
        self._pulse()
        with contextlib.suppress(OSError, ValueError), self._parent(path) as (folder, name):
            # Before it is opened, because that alone wakes whoever waits at a fifo.
            if stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
                    data = file.read(MAX_FILE + 1)
                if len(data) <= MAX_FILE and b"\0" not in data:
                    return data.decode("utf-8", "replace")
        return None

    def place(self, name: str) -> tuple[str, str | None]:
        """The path and the present text, if any, of a file that may be written, or Refused."""
        path = os.path.normpath(name if name.startswith("/") else f"{self.root}/{name}")
        if name.startswith("~") or not path.startswith(f"{self.root}/"):
            raise Refused("it is outside this workspace")
        path = path.removeprefix(f"{self.root}/")
        if _NOT_OURS & set(path.lower().split("/")):
            raise Refused("that is not mine to change")
        try:
            with self._parent(path) as (folder, leaf):
                os.stat(leaf, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return path, None
        except (OSError, ValueError) as error:
            raise Refused("that is no path for a file") from error
        text = self.read(path) if path in self.files else None
        if text is None or "\ufffd" in text:
            raise Refused("something is there that git ignores, or that I cannot read as text")
        return path, text

    def write(self, path: str, old: str | None, new: str) -> None:
        """Write a file as a whole, if it still is *old*; else Refused."""
        if self.place(path) != (path, old):
            raise Refused("it has changed since I asked you")
        draft = f".{os.urandom(8).hex()}.draft"
        try:
            with self._parent(path, make=True) as (folder, name), contextlib.ExitStack() as undo:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                with os.fdopen(os.open(draft, flags, 0o666, dir_fd=folder), "wb") as file:
                    undo.callback(os.unlink, draft, dir_fd=folder)
                    if old is not None:
                        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
                        os.fchmod(file.fileno(), stat.S_IMODE(there.st_mode))
                    file.write(new.encode("utf-8", "replace"))
                os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
                undo.pop_all()
        except OSError as error:
            raise Refused(str(error.strerror).lower()) from error

    def git(self, *args: str) -> str | None:
        """What git says, empty if it takes longer than ten seconds; ``None`` if it fails."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
        deadline = time.monotonic() + SECONDS
        try:
            child = subprocess.Popen(
                [*_GIT, *args], cwd=self.root, env={**inherited, **_GIT_ENVIRON},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:
            return None
        with child:
            try:
                while time.monotonic() < deadline:
                    self._pulse()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        said, _ = child.communicate(timeout=0.05)
                        return os.fsdecode(said) if child.returncode == 0 else None
            finally:
                child.kill()
        return ""

    @contextlib.contextmanager
    def _parent(self, path: str, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder of *path*, opened part by part without following links, and the name in it."""
        *folders, name = path.split("/")
        if ".." in (*folders, name):
            raise PermissionError(path)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        here = os.open(self.root, flags)
        try:
            for folder in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=here)
                here, above = os.open(folder, flags, dir_fd=here), here
                os.close(above)
            yield here, name
        finally:
            os.close(here)

    def _walk(self) -> Iterator[str]:
        deadline = time.monotonic() + SECONDS
        for folder, folders, names in os.walk(self.root):
            self._pulse()
            if time.monotonic() > deadline:
                break
            folders[:] = [name for name in folders if name[0] != "." and name not in _NOT_SOURCES]
            below = os.path.relpath(folder, self.root)
            yield from (os.path.normpath(f"{below}/{name}") for name in names if name[0] != ".")
