"""Hide what is ours from the user's ``git status``."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from janus.errors import GitFailed, InvalidRequest
from janus.storage.folder import Folder, NotOurs, write_all
from janus.workspace.git import Git

log = logging.getLogger(__name__)

#: What Janus keeps in the workspace.
OURS = (".janus/", ".worktrees/")


def hide_ours(git: Git, workspace: Path) -> None:
    """Add what is ours to ``.git/info/exclude``. Does nothing outside a git checkout.

    A failure is logged and harmless: only the user's ``git status`` shows it. A link in the place
    of that file is not followed.
    """
    try:
        own = workspace / git.ask("rev-parse", "--git-common-dir")
        with Folder.open(own, follow=True) as folder, folder.folder("info", make=True) as info:
            _add_missing(info)
    except InvalidRequest:
        return
    except (OSError, GitFailed) as failure:
        log.warning("Cannot hide %s from git status: %s", ", ".join(OURS), failure)


def _add_missing(info: Folder) -> None:
    fd = info.file("exclude", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        if os.fstat(fd).st_nlink != 1:
            raise NotOurs("info/exclude has another name elsewhere")
        lines = info.read("exclude").decode("utf-8", "surrogateescape").splitlines()
        if missing := [name for name in OURS if name not in lines]:
            write_all(fd, "".join(f"{name}\n" for name in ["", *missing]).encode())
    finally:
        os.close(fd)
