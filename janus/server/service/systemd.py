"""The unit for systemd, in which a user's own services are described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

UNIT = "janus.service"
#: How a unit begins that Janus wrote, and may replace and remove.
MARK = "# Written by: janus service install"
#: The first version that waits longer after each failure.
_BACKS_OFF = 254


def unit(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, version: int = _BACKS_OFF
) -> str:
    """The text of the unit, for this *version* of systemd; *folder* is the current one of Janus."""
    program, *arguments = map(quoted, command)
    # In a program's own path a dollar sign is only that.
    words = " ".join([program, *(it.replace("$", "$$") for it in arguments)])
    variables = "".join(f"Environment={quoted(f'{name}={environ[name]}')}\n" for name in environ)
    pause = "RestartSec=30"
    if version >= _BACKS_OFF:
        pause = "RestartSec=2\nRestartSteps=8\nRestartMaxDelaySec=10min"
    return f"""{MARK}
[Unit]
Description=Janus, the doorway from your phone to your coding agents
# What keeps it from starting may pass: a port in use, a disk that is not there yet.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={words}
WorkingDirectory={str(folder).replace("%", "%%")}
{variables}Restart=on-failure
{pause}
# Janus ends its agents in order, which takes 25 seconds at most.
KillMode=mixed
TimeoutStopSec=45
# An agent that takes too much memory ends alone.
OOMPolicy=continue

[Install]
WantedBy=default.target
"""


def quoted(text: str) -> str:
    """One word of a unit, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
