"""Git by its own command line: never by a shell, never for longer than allowed.

Nothing here is a terminal, so git cannot ask for a password, and its words are the untranslated
ones that this package looks for.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from janus.errors import GitFailed, InvalidRequest
from janus.text import sanitize
from janus.workspace.running import RunningGit

#: Seconds a question may take.
QUERY_TIMEOUT = 10.0
_REMEDY = " If the project needs more, raise JANUS_GIT_TIMEOUT."
#: Bytes of complaints that are read, and lines of them that are passed on.
_COMPLAINTS, _QUOTED = 1 << 20, 12
#: What git tells on stderr although nothing is wrong.
_PROGRESS = re.compile(r"Preparing worktree |[A-Z][a-z ]+: +[0-9]+% ")

NOTHING: Mapping[str, str] = MappingProxyType({})
#: How git is called: where the owner's file with an order of files is missing, every ``status``
#: fails, and so it does where none is named.
_GIT = (b"git", b"-c", b"diff.orderFile=/dev/null")
Done = subprocess.CompletedProcess[str]


class Git:
    """Git as it is asked in *folder*; it sees *environ* without its ``GIT_*``.

    Names that git uses, such as branches, are UTF-8 whatever the locale of this process is.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], limit: float = 600.0) -> None:
        """*limit* is in seconds, for what goes through all files or runs the user's hooks."""
        self.folder = folder
        self.limit = limit
        self._running = RunningGit()
        #: End what runs and may take long: all of it, or what runs in one folder.
        self.stop, self.stop_in = self._running.stop, self._running.stop_in
        self._environ = {k: v for k, v in environ.items() if not k.startswith("GIT_")} | {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",  # looking never gets in the way of an agent's commit
            "LC_ALL": "C",
        }

    @property
    def started(self) -> int:
        """How often git was started: where that is as before, it has made no file."""
        return self._running.started

    @property
    def home(self) -> Path | None:
        """The owner's home folder, as git sees it."""
        return Path(home) if (home := self._environ.get("HOME")) else None

    def ask(self, *args: str | Path, at: Path | None = None, slow: bool = False, **how: Any) -> str:
        """What git prints, without the last newline. Raises what ``run`` and ``failed`` give."""
        done = self.run(*args, at=at, slow=slow, **how)
        if done.returncode != 0:
            raise failed(done)
        return done.stdout.removesuffix("\n")

    def run(
        self,
        *args: str | Path,
        at: Path | None = None,
        slow: bool = False,
        given: str = "",
        environ: Mapping[str, str] = NOTHING,
        limit: float | None = None,
    ) -> Done:
        """What git answers in the folder, or *at* another; a refusal is an answer as well.

        It reads what is *given* on its stdin, and sees *environ* too. *limit* is in seconds.

        Raises InvalidRequest where git is not installed, GitFailed when it takes too long.
        """
        return self.program(
            "git", *args, at=at, slow=slow, given=given, environ=environ, limit=limit
        )  # fmt: skip

    def which(self, program: str) -> str | None:
        """Where a program is that the owner has installed, if he has."""
        return shutil.which(program, path=self._environ.get("PATH", os.defpath))

    def program(
        self,
        program: str,
        *args: str | Path,
        at: Path | None = None,
        slow: bool = True,
        given: str = "",
        environ: Mapping[str, str] = NOTHING,
        limit: float | None = None,
    ) -> Done:
        """What git, or another *program* that works on a repository, answers; see ``run``."""
        at = at or self.folder
        called = _GIT if program == "git" else (program.encode(),)
        argv = [*called, *(_encode(arg) for arg in args)]
        try:
            # Not pipes: what a hook leaves in the background would hold them open.
            new = tempfile.TemporaryFile
            with new() as out, new() as err, new() as stdin:
                stdin.write(_encode(given))
                stdin.seek(0)
                code = self._running.run(
                    argv,
                    at,
                    limit or (self.limit if slow else QUERY_TIMEOUT),
                    verb(args),
                    slow=slow,
                    name="Git" if program == "git" else program,
                    remedy="" if limit else _REMEDY,
                    env={**self._environ, **environ},
                    stdin=stdin,
                    stdout=out,
                    stderr=err,
                )
                return Done(args, code, _text(out), _text(err, _COMPLAINTS))
        except OSError as error:
            if error.filename in ("git", b"git"):
                raise InvalidRequest("Git is not installed on the computer.") from error
            raise GitFailed(f"Git cannot run in {at}: {error.strerror}.") from error

    @contextlib.contextmanager
    def talking(
        self, *args: str, at: Path, environ: Mapping[str, str] = NOTHING
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Git on two pipes, for what goes to and fro. Raises GitFailed."""
        argv = [*_GIT, *(_encode(arg) for arg in args)]
        seen = {**self._environ, **environ}
        try:
            with (
                tempfile.TemporaryFile() as err,
                self._running.talking(argv, at, env=seen, stderr=err) as process,
            ):
                yield process
        except OSError as error:
            raise GitFailed(f"Git cannot run in {at}: {error.strerror}.") from error


def failed(done: Done) -> InvalidRequest | GitFailed:
    """The error that a refusal of git amounts to, with all that git advises."""
    words = quoted(done.stderr) or f"exit code {done.returncode}"
    if "not a git repository" in words:
        return InvalidRequest("The workspace is not a git repository, so it has no branches.")
    return GitFailed(f"Git failed ({verb(done.args)}): {words}")


def quoted(text: str) -> str:
    """What a program complained of, for a person: on one line, without what is no complaint."""
    lines = [line.strip() for line in sanitize(text.replace("\r", "\n")).splitlines()]
    said = [line for line in dict.fromkeys(lines) if line and not _PROGRESS.match(line)]
    if len(said) > _QUOTED:
        said = [*said[: _QUOTED // 2], "…", *said[-_QUOTED // 2 :]]
    said = [re.sub(r"^(fatal|error|hint): ", "", line)[:500] for line in said]
    return "".join(f"{line} " if line[-1] in ".,:;!?…" else f"{line}; " for line in said).rstrip(
        "; "
    )


def verb(args: Sequence[str | Path]) -> str:
    """The subcommand in the arguments of git."""
    words = iter(map(str, args))
    return next(word for word in words if word != "-c" or not next(words))


def readable(text: str) -> str:
    """The same without the bytes that are no text, which no client could be told."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def as_path(text: str) -> Path:
    """A path that git printed."""
    return Path(os.fsdecode(text.encode("utf-8", "surrogateescape")))


def _encode(arg: str | Path) -> bytes:
    if isinstance(arg, Path):
        return os.fsencode(arg)
    return arg.encode("utf-8", "surrogateescape")


def _text(file: IO[bytes], most: int = -1) -> str:
    file.seek(0)
    return file.read(most).decode("utf-8", "surrogateescape")  # the names of files are bytes
