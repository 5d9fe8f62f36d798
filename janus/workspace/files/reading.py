"""Read a file of a session's folder: opened step by step, through no link, and never all of it."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from janus.errors import NotFound
from janus.storage.folder import Folder, NotOurs
from janus.workspace.git import readable

#: Bytes of a text, and of a picture, that are told.
TEXT, PICTURE = 1 << 20, 5 << 20
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}  # fmt: skip
_LANGUAGES = {
    "c": "c", "cc": "cpp", "cpp": "cpp", "cs": "csharp", "css": "css", "go": "go", "h": "c",
    "html": "html", "java": "java", "js": "javascript", "json": "json", "jsx": "javascript",
    "kt": "kotlin", "lua": "lua", "md": "markdown", "php": "php", "pl": "perl", "py": "python",
    "rb": "ruby", "rs": "rust", "scss": "scss", "sh": "bash", "sql": "sql", "swift": "swift",
    "toml": "toml", "ts": "typescript", "tsx": "typescript", "vue": "html", "xml": "xml",
    "yaml": "yaml", "yml": "yaml",
}  # fmt: skip
_NAMES = {"Makefile": "makefile", "Dockerfile": "dockerfile"}


@dataclass(frozen=True, slots=True)
class FileContent:
    """What is in a file: a ``text``, a ``link`` (then the text is where it leads), an ``image``
    (then ``data`` has it), or ``binary``. ``truncated`` if only the beginning is told."""

    path: str
    kind: str
    size: int
    text: str = ""
    language: str = ""
    truncated: bool = False
    media_type: str = ""
    data: bytes = b""


def read_file(folder: Path, path: str) -> FileContent:
    """What is in a file below *folder*. Raises NotFound, and says why, for all that is none."""
    parts = _parts(folder, path)
    shown = readable("/".join(parts))
    try:
        with ExitStack() as stack:
            at = stack.enter_context(Folder.open(folder, follow=True))
            for part in parts[:-1]:
                at = stack.enter_context(at.folder(part))
            found = at.stat(parts[-1])
            if found and stat.S_ISLNK(found.st_mode):
                target = readable(os.readlink(parts[-1], dir_fd=at.fd))
                return FileContent(shown, "link", found.st_size, target)
            with at.opened(parts[-1]) as fd:
                return _content(shown, fd)
    except NotOurs as strange:
        raise NotFound(f"{shown} is not shown: {strange.strerror}.") from strange
    except OSError as failure:
        if failure.errno in (errno.ENOENT, errno.ENOTDIR):
            raise NotFound(f"There is no file {shown} here.") from failure
        raise NotFound(f"{shown} cannot be read: {failure.strerror}.") from failure


def _parts(folder: Path, path: str) -> list[str]:
    """The steps to a file. Raises NotFound for what leads elsewhere."""
    absolute = str(folder)
    if path.startswith(f"{absolute}/"):
        path = path[len(absolute) + 1 :]
    parts = [part for part in PurePosixPath(path).parts if part != "."]
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise NotFound("This is no file in the folder of the session.")
    if any(part.lower() == ".git" for part in parts):  # the disk may not tell them apart
        raise NotFound("What belongs to git itself is not shown.")
    return parts


def _content(path: str, fd: int) -> FileContent:
    size = os.fstat(fd).st_size
    start = _read(fd, TEXT)
    kind = picture_kind(start)
    if kind and size <= PICTURE:
        data = start + _read(fd, PICTURE - len(start))
        return FileContent(path, "image", size, media_type=kind, data=data)
    if kind or b"\0" in start[:8192]:
        return FileContent(path, "binary", size)
    name = path.rpartition("/")[2]
    language = _NAMES.get(name) or _LANGUAGES.get(name.rpartition(".")[2].lower(), "")
    text = start.decode("utf-8", "replace")
    return FileContent(path, "text", size, text, language, size > len(start))


def picture_kind(start: bytes) -> str:
    """The media type of a picture that begins like this; empty if it is none that is shown."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((it for sign, it in _PICTURES.items() if start.startswith(sign)), "")


def _read(fd: int, most: int) -> bytes:
    """So many bytes, or all that there are."""
    found = b""
    while len(found) < most and (piece := os.read(fd, most - len(found))):
        found += piece
    return found
