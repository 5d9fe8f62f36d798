"""The programs that keep services running: systemd on Linux, launchd on macOS."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from janus.errors import CannotServe
from janus.server.service import launchd, systemd
from janus.storage.folder import Folder

#: Seconds; Janus may take 25 to stop.
_PATIENCE = 90


class Control(Protocol):
    """One of them. All raise CannotServe, with a sentence that says what is wrong."""

    #: Where the description lies.
    path: Path

    def describe(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> bytes:
        """The description of the service."""

    def is_ours(self, data: bytes) -> bool:
        """Whether Janus wrote this description."""

    def check(self) -> None:
        """Raise where there is nobody who would keep a service running."""

    def start(self) -> None:
        """Start it, now and at each login; anew if it runs."""

    def stop(self) -> None:
        """Stop it for good."""

    def active(self) -> bool:
        """Whether it runs."""

    def logs(self, lines: int, follow: bool) -> list[str]:
        """The command that shows its log."""

    def hint(self) -> str | None:
        """What the owner may still want to do."""


def control(environ: Mapping[str, str]) -> Control:
    """The one of this computer."""
    return Launchd(environ) if sys.platform == "darwin" else Systemd(environ)


def read(control: Control) -> bytes | None:
    """The description that is installed; None if there is none. Raises CannotServe."""
    try:
        data = control.path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise CannotServe(f"cannot read {control.path}: {failure.strerror}") from failure
    if not control.is_ours(data):
        raise CannotServe(f"{control.path} is not from Janus, so it is left as it is. Move it away")
    return data


def write(control: Control, data: bytes) -> None:
    """Install a description, for its owner's eyes alone. Raises CannotServe."""
    read(control)
    try:
        with Folder.make(control.path.parent.resolve()) as folder:
            folder.replace(control.path.name, data)
    except OSError as failure:
        raise CannotServe(f"cannot write {control.path}: {failure.strerror}") from failure


def remove(control: Control) -> None:
    """Remove the description, if it is there. Raises CannotServe."""
    if read(control) is not None:
        with Folder.open(control.path.parent.resolve()) as folder:
            folder.remove(control.path.name)


class Done(NamedTuple):
    """How a program ended, and what it said."""

    code: int
    stdout: str = ""


class Systemd:
    """systemd, as far as it serves this user."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/"), ".config")
        self.path = Path(home, "systemd", "user", systemd.UNIT)
        runtime = f"/run/user/{os.getuid()}"
        self._environ = {"XDG_RUNTIME_DIR": runtime, **environ}  # over SSH it may be missing

    def describe(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> bytes:
        told = re.search(r"\d+", self._run("systemctl", "--version", check=False).stdout)
        version = int(told[0]) if told else 0
        return systemd.unit(command, environ, folder, version).encode()

    def is_ours(self, data: bytes) -> bool:
        return data.startswith(systemd.MARK.encode())

    def check(self) -> None:
        self._systemctl("show", "--property=Version")

    def start(self) -> None:
        self._systemctl("daemon-reload")
        self._systemctl("enable", systemd.UNIT)
        self._systemctl("restart", systemd.UNIT)

    def stop(self) -> None:
        self._systemctl("disable", "--now", systemd.UNIT)

    def active(self) -> bool:
        return not self._run("systemctl", "--user", "is-active", systemd.UNIT, check=False).code

    def logs(self, lines: int, follow: bool) -> list[str]:
        command = ["journalctl", "--user", "--unit", systemd.UNIT, "--lines", str(lines)]
        return [*command, "--follow" if follow else "--no-pager"]

    def hint(self) -> str | None:
        told = self._run(
            "loginctl", "show-user", getpass.getuser(), "--property=Linger", check=False
        )
        if told.stdout.strip() == "Linger=yes":
            return None
        return (
            "It starts when you log in, and ends when you log out. To have it from boot on, and "
            "also while you are logged out: loginctl enable-linger"
        )

    def _systemctl(self, *words: str) -> Done:
        return self._run("systemctl", "--user", *words)

    def _run(self, *command: str, check: bool = True) -> Done:
        return _run(command, self._environ, "systemd", check)


class Launchd:
    """launchd, for this user."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        library = Path(environ.get("HOME", "/"), "Library")
        self.path = library / "LaunchAgents" / f"{launchd.LABEL}.plist"
        self._log = library / "Logs" / "janus.log"
        self._environ = environ
        self._domain = f"gui/{os.getuid()}"

    def describe(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> bytes:
        return launchd.agent(command, environ, folder, self._log)

    def is_ours(self, data: bytes) -> bool:
        return launchd.is_ours(data)

    def check(self) -> None:
        self._launchctl("print", self._domain)

    def start(self) -> None:
        self.stop()
        self._launchctl("bootstrap", self._domain, str(self.path))

    def stop(self) -> None:
        if self.active():
            self._launchctl("bootout", f"{self._domain}/{launchd.LABEL}")

    def active(self) -> bool:
        return not self._launchctl("print", f"{self._domain}/{launchd.LABEL}", check=False).code

    def logs(self, lines: int, follow: bool) -> list[str]:
        return ["tail", "-n", str(lines), *(["-f"] if follow else []), str(self._log)]

    def hint(self) -> str | None:
        return None

    def _launchctl(self, *words: str, check: bool = True) -> Done:
        return _run(("launchctl", *words), self._environ, "launchd", check)


def _run(command: Sequence[str], environ: Mapping[str, str], name: str, check: bool) -> Done:
    why = f"there is no {command[0]} here"
    if program := shutil.which(command[0], path=environ.get("PATH")):
        try:
            done = subprocess.run(
                [program, *command[1:]], env=dict(environ), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, errors="replace", timeout=_PATIENCE,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as failure:
            why = str(failure)
        else:
            if not done.returncode or not check:
                return Done(done.returncode, done.stdout)
            why = done.stderr.strip() or f"{command[0]} ended with {done.returncode}"
    if not check:
        return Done(1)
    raise CannotServe(f"{name} does not run this service for you: {why}")
