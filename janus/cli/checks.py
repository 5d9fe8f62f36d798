"""What ``janus doctor`` looks at besides agents; each look is quick, and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Literal, NamedTuple

from janus.cli.client import Client
from janus.cli.failures import ClientError
from janus.config import Settings, SettingsError
from janus.errors import CannotServe
from janus.network.certificates import valid_until
from janus.network.endpoint import addresses_for, why_unreachable
from janus.projects.listing import ProjectList
from janus.server.service.control import control, read
from janus.server.service.environment import gone
from janus.storage.lock import Serving, serving
from janus.storage.store import Store

#: The oldest git whose commands Janus uses, for worktrees and merges.
_GIT = (2, 36)
#: Bytes: less is soon full.
_LITTLE = 1 << 30
#: Seconds by which two clocks of one computer may differ.
_SLACK = 300


class Check(NamedTuple):
    """What was looked at, how it is, what was found, and what to do about it."""

    name: str
    state: Literal["ok", "warning", "problem"]
    found: str
    remedy: str = ""


def checks(settings: Settings) -> Iterator[Check]:
    """All of them."""
    running = serving(settings.state)
    yield _server(settings, running)
    yield _addresses(settings)
    yield _certificate(settings)
    yield _clock(settings)
    yield from _git(settings)
    yield _disk(settings)
    if running and running.url:
        yield from _kept(settings)
    yield _service(settings)
    yield from _projects(settings)


def _server(settings: Settings, running: Serving | None) -> Check:
    if running:
        where = running.url or "an address it has not yet"
        return Check("server", "ok", f"runs at {where}, as process {running.master}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError as failure:
            return Check(
                "server", "problem", f"port {settings.port} cannot be used: {failure.strerror}",
                "stop the program that uses it, or choose another one: JANUS_PORT=3001",
            )  # fmt: skip
    return Check("server", "ok", "does not run; to start it: janus serve, or janus service install")


def _addresses(settings: Settings) -> Check:
    try:
        addresses = addresses_for(settings)
    except SettingsError as wrong:
        return Check("addresses", "problem", str(wrong))
    if settings.public_url:
        return Check("addresses", "ok", f"behind a proxy, at {settings.public_url}")
    if len(addresses) == 1:
        return Check(
            "addresses", "warning", f"only {addresses[0]}: phones cannot reach it",
            why_unreachable(settings),
        )  # fmt: skip
    return Check("addresses", "ok", ", ".join(addresses))


def _certificate(settings: Settings) -> Check:
    folder = Store(settings.state / "certificates")
    soonest = None
    for name in ("ca.crt", "leaf.crt"):
        try:
            if (data := folder.read(name)) is None:
                return Check(
                    "certificate", "ok", "none yet; it is made when phones can reach Janus"
                )
            end = valid_until(data)
        except (OSError, ValueError) as failure:
            return Check(
                "certificate", "problem", f"{folder.folder / name} cannot be read: {failure}",
                "start Janus again: it makes a new one; phones may have to be set up again",
            )  # fmt: skip
        soonest = min(soonest or end, end)
    if soonest and soonest.timestamp() < time.time():
        return Check(
            "certificate", "problem", f"ended on {soonest:%Y-%m-%d}",
            "start Janus again: it renews what has ended. If the date of this computer is wrong, "
            "set its clock first",
        )  # fmt: skip
    return Check("certificate", "ok", f"valid until {soonest:%Y-%m-%d}; Janus renews it before")


def _clock(settings: Settings) -> Check:
    now, state = time.time(), settings.state
    newest = max((it.stat().st_mtime for it in (state, state / "lock") if it.exists()), default=0)
    if newest > now + _SLACK:
        return Check(
            "clock", "problem", "it is behind what Janus wrote earlier",
            "set the clock: certificates and the ages of sessions depend on it",
        )  # fmt: skip
    told = _output("timedatectl", "show", "--property=NTPSynchronized")
    if told == "NTPSynchronized=no":
        return Check(
            "clock", "warning", "it follows no time server",
            "timedatectl set-ntp true; phones refuse certificates that seem to begin in the future",
        )  # fmt: skip
    return Check("clock", "ok", time.strftime("%Y-%m-%d %H:%M %Z"))


def _git(settings: Settings) -> Iterator[Check]:
    told = _output("git", "--version")
    version = re.search(r"(\d+)\.(\d+)\S*", told or "")
    if version is None:
        remedy = "install git: sessions on branches of their own need it"
        yield Check("git", "problem", "it is not there, or does not work", remedy)
        return
    old = (int(version[1]), int(version[2])) < _GIT
    needed = ".".join(map(str, _GIT))
    yield Check(
        "git", "warning" if old else "ok", version[0],
        f"install {needed} or newer: some things do not work with this one" if old else "",
    )  # fmt: skip
    if not _output("git", "config", "user.email"):
        yield Check(
            "git name", "warning", "git does not know who commits here",
            "git config --global user.name YOU, and the same with user.email",
        )  # fmt: skip


def _disk(settings: Settings) -> Check:
    place = settings.state
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        remedy = "give yourself write access, or choose another place: JANUS_STATE_DIR"
        return Check("disk", "problem", f"{place} cannot be written", remedy)
    free = shutil.disk_usage(place).free
    found = f"{free / (1 << 30):.1f} GB free for {settings.state}"
    if free < _LITTLE:
        return Check("disk", "warning", found, "free some space: what is said has to be written")
    return Check("disk", "ok", found)


def _kept(settings: Settings) -> Iterator[Check]:
    """What sessions keep on the disk beside their logs, as the Janus that runs measured it."""
    try:
        text = Client.of(settings.state).text("/metrics")
    except ClientError:
        return
    took = dict(re.findall(r"^janus_(snapshot|attachment)_bytes (\S+)$", text, re.MULTILINE))
    if took:
        found = [f"{name}s {float(size) / (1 << 20):,.1f} MB" for name, size in took.items()]
        yield Check("kept files", "ok", f"{', '.join(found)}; they go with their sessions")


def _service(settings: Settings) -> Check:
    manager = control(settings.environ)
    try:
        description = read(manager)
    except CannotServe as why:
        return Check("service", "warning", str(why))
    if description is None:
        return Check(
            "service", "ok", "not installed; to have it run from login on: janus service install"
        )
    if not manager.active():
        return Check("service", "problem", "installed, but does not run", "janus service logs")
    path = re.search(rb'PATH(?:=|</key>\s*<string>)([^"<\n]*)', description)
    missing = gone(path[1].decode("utf-8", "replace").replace("%%", "%")) if path else []
    if missing:
        return Check(
            "service", "warning", f"its PATH has folders that are gone: {', '.join(missing)}",
            "janus service install, in a terminal that finds your agents",
        )  # fmt: skip
    return Check("service", "ok", f"runs, by {manager.path}")


def _projects(settings: Settings) -> Iterator[Check]:
    for entry in ProjectList(Store(settings.state)).load():
        if not entry.folder.is_dir():
            yield Check(
                "project", "warning", f"{entry.name}: {entry.path} is away",
                "connect its disk, or run where it is now: janus project move; to serve it no "
                f"more: janus project remove {entry.path}",
            )  # fmt: skip
        elif not os.access(entry.folder, os.R_OK | os.X_OK):
            yield Check(
                "project", "problem", f"{entry.path} cannot be read", "mend its permissions"
            )
        else:
            git = (
                "" if (entry.folder / ".git").exists() else ", without git: no branches of its own"
            )
            yield Check("project", "ok", f"{entry.name}: {entry.path}{git}")


def _output(*command: str) -> str | None:
    """What a program says; None if it is not there, fails, or takes its time."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=10, cwd="/",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
