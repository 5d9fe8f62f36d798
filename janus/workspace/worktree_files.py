"""The files of a worktree: where its agent works, and how they are deleted in one step."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec

from janus.errors import GitFailed, JanusError

log = logging.getLogger(__name__)

_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout of its own; ``branch`` is None when its HEAD is detached.

    The agent works in ``folder``: where the workspace is in its repository, if the branch has it.
    """

    path: Path
    branch: str | None
    folder: Path


def folder_in(path: Path, prefix: str) -> Path:
    """Where the workspace is in its repository, there; not where a link leads out of it."""
    folder = (path / prefix).resolve()
    return folder if folder.is_dir() and folder.is_relative_to(path) else path


def delete_tree(path: Path, left: Path) -> None:
    """In one step for whoever looks, and for a crash: half a worktree would look like one.

    The folder *left* is then empty; it goes last, so that what is to be done is known until then.
    """
    try:
        left.mkdir(exist_ok=True)
        going = path.rename(left / path.name)
        try:
            shutil.rmtree(going)
        except OSError:
            going.rename(path)
            raise
    except OSError as failure:
        raise GitFailed(f"The worktree cannot be deleted: {failure}") from failure


def logged(undo: Callable[_P, None]) -> Callable[_P, None]:
    """*undo*, whose own failure is logged: the caller gets the one that made it necessary."""

    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            undo(*args, **kwargs)
        except (OSError, JanusError) as failure:
            log.warning("Cannot undo what was begun: %s", failure)

    return run
