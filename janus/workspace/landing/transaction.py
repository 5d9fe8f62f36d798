"""Move refs all at once, or not at all; and meanwhile nobody else can.

    start ── prepare: git holds the locks of all these refs ── (files move) ── commit, or abort

A compare-and-swap alone would race with the owner's own commit in the checkout whose files move. If
Janus dies, its pipe closes, and git lets go of the locks by itself.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import Popen

from janus.errors import ChangedMeanwhile
from janus.workspace.git import Git

#: Seconds for one answer of git.
_PATIENCE = 20.0


class Transaction:
    """One that is prepared: ``commit`` it, or it is aborted."""

    def __init__(self, process: Popen[bytes]) -> None:
        self._process = process

    def tell(self, command: str) -> None:
        """Send a command and wait until git says that it is done. Raises ChangedMeanwhile."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(f"{command}\0".encode("utf-8", "surrogateescape"))
            self._process.stdin.flush()
            ready = select.select([self._process.stdout], [], [], _PATIENCE)[0]
            answer = os.read(self._process.stdout.fileno(), 4096) if ready else b""
        except OSError:
            answer = b""
        if answer.strip() != f"{command}: ok".encode():
            raise ChangedMeanwhile(
                "A branch was moved in this moment, or somebody else is moving it. "
                "Nothing was touched. Look again."
            )

    def commit(self) -> None:
        """Move the refs. Raises ChangedMeanwhile."""
        self.tell("commit")


@contextlib.contextmanager
def holding(
    git: Git, at: Path, commands: Sequence[tuple[str, ...]], message: str
) -> Iterator[Transaction]:
    """The locks of some refs, of which all are as *commands* say. Raises ChangedMeanwhile.

    Commands are those of ``git update-ref --stdin -z``, each with its arguments.
    """
    how = ("-c", "core.hooksPath=/dev/null", "update-ref", "--stdin", "-z", "-m", message)
    with git.talking(*how, at=at) as process:
        transaction = Transaction(process)
        transaction.tell("start")
        assert process.stdin
        lines = (
            f"{verb} {ref}\0" + "".join(f"{it}\0" for it in more) for verb, ref, *more in commands
        )
        try:
            process.stdin.write("".join(lines).encode("utf-8", "surrogateescape"))
        except OSError as broken:
            raise ChangedMeanwhile("A branch was moved in this moment. Look again.") from broken
        transaction.tell("prepare")
        yield transaction
