"""Git by its own command line: never by a shell, never for longer than allowed.

Nothing here is a terminal, so git cannot ask for a password, and its words are the untranslated
ones that this package looks for.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from janus.errors import GitFailed, InvalidRequest

#: Seconds a question may take, and what goes through all files or runs the user's hooks.
QUERY_TIMEOUT, CHECKOUT_TIMEOUT = 10.0, 120.0
#: Seconds git gets to take its lock files away before it is killed.
_GRACE = 1.0

Done = subprocess.CompletedProcess[str]


class Git:
    """Git as it is asked in *folder*; it sees *environ* without its ``GIT_*``."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = {k: v for k, v in environ.items() if not k.startswith("GIT_")} | {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",  # looking never gets in the way of an agent's commit
            "LC_ALL": "C",
        }

    def ask(self, *args: str, at: Path | None = None, slow: bool = False) -> str:
        """What git prints, without the last newline. Raises what ``run`` and ``failed`` give."""
        done = self.run(*args, at=at, slow=slow)
        if done.returncode != 0:
            raise failed(done)
        return done.stdout.removesuffix("\n")

    def run(self, *args: str, at: Path | None = None, slow: bool = False) -> Done:
        """What git answers in the folder, or *at* another; a refusal is an answer as well.

        Raises InvalidRequest where git is not installed, GitFailed when it takes too long.
        """
        at = at or self._folder
        argv = ["git", *args]
        try:
            # Not pipes: what a hook leaves in the background would hold them open.
            with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
                process = subprocess.Popen(
                    argv,
                    cwd=at,
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
                code = _wait(process, CHECKOUT_TIMEOUT if slow else QUERY_TIMEOUT, args[0])
                return Done(argv, code, _text(out), _text(err))
        except OSError as error:
            if error.filename == "git":
                raise InvalidRequest("Git is not installed on the computer.") from error
            raise GitFailed(f"Git cannot run in {at}: {error.strerror}.") from error


def failed(done: Done) -> InvalidRequest | GitFailed:
    """The error that a refusal of git amounts to."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    # What follows its last complaint is advice, on several lines.
    said = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    if any("not a git repository" in line for line in said):
        return InvalidRequest("The workspace is not a git repository, so it has no branches.")
    words = said[-1] if said else f"exit code {done.returncode}"
    words = readable(words.removeprefix("fatal: ").removeprefix("error: "))
    return GitFailed(f"Git failed ({done.args[1]}): {words}")


def readable(text: str) -> str:
    """The same without the bytes that are no text, which no client could be told."""
    return os.fsencode(text).decode("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes], timeout: float, what: str) -> int:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired as late:
        raise GitFailed(f"Git was stopped: {what} took longer than {timeout:g} seconds.") from late
    finally:
        if process.returncode is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and all it started, such as a hook that sleeps."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return os.fsdecode(file.read())  # the names of files are bytes
