"""The agents Janus knows, where to find them, and what a session may expect of any of them.

The demo agent is a program of this package and starts for every question, so importing this module
costs next to nothing: the drivers are imported where they are first needed.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from janus.errors import AgentNotFound

#: Tells what an agent does, as it happens: a kind and its data. The kinds are
#: ``conversation {id, model}``, ``assistant_delta {text}``, ``thought_delta {text}``,
#: ``tool_call {id, name, kind, title, status, output?}`` and ``status {detail}``.
Emit = Callable[[str, dict[str, Any]], object]


class Agent(Protocol):
    """What a session needs from any agent."""

    def prompt(self, text: str, emit: Emit, limit: float, cancelled: Event) -> str:
        """Run one turn of at most *limit* seconds, telling *emit* what happens.

        Returns why it ended: ``end_turn`` or ``cancelled``. Raises AgentFailed. Whoever wants to
        cancel it sets *cancelled*, before or after the turn begins, and then calls ``interrupt``.
        """

    def interrupt(self) -> None:
        """Make the running turn end soon. Returns at once; harmless without one."""

    def stop(self) -> None:
        """End the agent and all it started. Callable from any thread, also twice."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An agent Janus knows: how it is called, recognised, installed and logged in."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    version: str = ""
    #: Variables it may see beside the common ones; a trailing ``*`` stands for any rest.
    environ: tuple[str, ...] = ()
    install: str = ""
    login: str = ""


CURSOR = Entry(
    name="cursor-agent",
    label="Cursor",
    aliases=("cursor", "agent"),
    programs=("agent", "cursor-agent"),  # the new name is a common word, hence the version check
    version=r"\d{4}\.\d{2}\.\d{2}-[0-9a-f-]+",
    environ=("CURSOR_*", "AGENT_CLI_CREDENTIAL_STORE", "NO_OPEN_BROWSER"),
    install="install it from cursor.com/cli, then run: agent login",
    login="agent login",
)
DEMO = Entry(name="janus-demo-agent", label="The demo agent", aliases=("demo",))
#: In the order of preference; the demo is what is left.
ENTRIES = (CURSOR, DEMO)

#: What every agent may see of the environment: never Janus' own settings or other programs' keys.
_COMMON = (
    "HOME", "PATH", "SHELL", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR",
    "XDG_*", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
_PACKAGES = Path(__file__).parent.parent.parent
_INSTALLERS_FOLDERS = ("~/.local/bin", "~/.cursor/bin")


@dataclass(frozen=True, slots=True)
class Found:
    """An agent that can be started: its command line, environment and version."""

    entry: Entry
    argv: tuple[str, ...]
    version: str
    environ: Mapping[str, str]

    @property
    def is_demo(self) -> bool:
        return self.entry is DEMO


def names() -> list[str]:
    """Every name an agent goes by."""
    return [name for entry in ENTRIES for name in (entry.name, *entry.aliases)]


def known(name: str) -> Entry | None:
    """The entry that *name* or one of its aliases stands for."""
    return next((entry for entry in ENTRIES if name in (entry.name, *entry.aliases)), None)


def find(name: str, environ: Mapping[str, str]) -> Found:
    """Look for an agent on this computer; ``auto`` takes the first there is.

    Starts the program once to see its version. Raises AgentNotFound, which says how to install it.
    """
    if name == "auto":
        for entry in ENTRIES:
            if found := _look_for(entry, environ):
                return found
    entry = known(name) or DEMO
    found = _look_for(entry, environ)
    if not found:
        raise AgentNotFound(f"{entry.label} is not installed on this computer: {entry.install}.")
    return found


def make_agent(found: Found, cwd: Path, name: str, conversation: str | None = None) -> Agent:
    """An agent working in *cwd*, not started yet; *conversation* is one of its own to continue."""
    from janus.agents.print_mode import PrintAgent

    return PrintAgent(found, cwd, name, conversation)


def environment(entry: Entry, environ: Mapping[str, str]) -> dict[str, str]:
    """The part of *environ* an agent may see, made fit for a terminal without a person."""
    allowed = {
        name: value
        for name, value in environ.items()
        if any(_matches(name, pattern) for pattern in (*_COMMON, *entry.environ))
    }
    return {**allowed, "TERM": "dumb", "NO_COLOR": "1", "GIT_TERMINAL_PROMPT": "0"}


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _look_for(entry: Entry, environ: Mapping[str, str]) -> Found | None:
    env = environment(entry, environ)
    if entry is DEMO:
        from janus import __version__

        # -P: a module of the workspace must not stand in for one of the library.
        argv = (sys.executable, "-S", "-P", "-m", "janus.agents.demo")
        return Found(entry, argv, __version__, {**env, "PYTHONPATH": str(_PACKAGES)})
    home = env.get("HOME", "")
    folders = [folder.replace("~", home) for folder in _INSTALLERS_FOLDERS if home]
    path = ":".join([env.get("PATH", ""), *folders])
    for program in entry.programs:
        where = shutil.which(program, path=path)
        if where and (version := _version(where, env)) and re.fullmatch(entry.version, version):
            return Found(entry, (where,), version, env)
    return None


def _version(program: str, env: Mapping[str, str]) -> str:
    """What ``program --version`` says first, or nothing if it does not answer in 10 s."""
    from janus.agents.process import AgentProcess
    from janus.errors import AgentFailed

    process = AgentProcess([program, "--version"], Path("/"), env, name="version")
    try:
        process.start()
        process.close_stdin()
        return next(process.lines(total=10), b"").decode("utf-8", "replace").strip()
    except (AgentFailed, TimeoutError):
        return ""
    finally:
        process.stop(grace=1)
