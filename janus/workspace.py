"""The workspace and its git, by git's own command line."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path

log = logging.getLogger(__name__)

_TIMEOUT = 10.0
#: What Janus keeps in the workspace; it shall not show up in the user's ``git status``.
OURS = (".janus/", ".worktrees/")


def hide_from_git(workspace: Path) -> None:
    """Add what is ours to ``.git/info/exclude``. Does nothing outside a git checkout.

    A failure is logged and harmless: only the user's ``git status`` shows it.
    """
    try:
        answer = _git(workspace, "rev-parse", "--git-path", "info/exclude")
        if answer is None:
            return
        exclude = workspace / answer
        text = exclude.read_text("utf-8", "surrogateescape") if exclude.exists() else ""
        missing = [name for name in OURS if name not in text.splitlines()]
        if missing:
            exclude.parent.mkdir(exist_ok=True)
            with exclude.open("a", encoding="utf-8") as file:
                file.write("".join(f"{name}\n" for name in ["", *missing] if text or name))
    except (OSError, subprocess.SubprocessError) as failure:
        log.warning("Cannot hide %s from git status: %s", ", ".join(OURS), failure)


def _git(folder: Path, *args: str) -> str | None:
    """What git answers in *folder*, or None if it refuses or is not there."""
    try:
        done = subprocess.run(
            ["git", *args], cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
