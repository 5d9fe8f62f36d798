"""The description for launchd, which starts services on macOS."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping, Sequence
from pathlib import Path

LABEL = "local.janus"


def agent(command: Sequence[str], environ: Mapping[str, str], folder: Path, log: Path) -> bytes:
    """The property list; *folder* is the current one of Janus, *log* takes what it says."""
    return plistlib.dumps({
        "Label": LABEL,
        "ProgramArguments": [*command],
        "EnvironmentVariables": dict(environ),
        "WorkingDirectory": str(folder),
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        # Seconds between two starts, and for Janus to end its agents in order.
        "ThrottleInterval": 30,
        "ExitTimeOut": 45,
        "ProcessType": "Interactive",
    })  # fmt: skip


def is_ours(data: bytes) -> bool:
    """Whether Janus wrote it."""
    try:
        return bool(plistlib.loads(data).get("Label") == LABEL)
    except (plistlib.InvalidFileException, ValueError, AttributeError):
        return False
