"""Settings: what the owner of this machine may choose, read once from the environment and ``.env``.

Adding a setting is adding a line to ``Settings``: its name, default and help text are printed by
``janus serve --help`` and held against the README by a test.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from janus.parsing import (
    agent_name,
    duration,
    folder,
    listener,
    one_of,
    origins,
    site,
    variables,
    whole,
    words,
    yes_or_no,
)


class SettingsError(ValueError):
    """A setting is unknown or does not parse; the message names it."""


def setting(name: str, default: str, parse: Callable[[str], Any], text: str) -> Any:
    """A field of ``Settings`` that comes from the variable *name*."""
    meta = {"name": name, "default": default, "parse": parse, "help": text}
    return field(default_factory=lambda: parse(default), metadata=meta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner chose. Durations are in seconds."""

    port: int = setting("PORT", "3000", whole(0, 65535), "port to listen on; 0 takes a free one")
    host: str = setting(
        "JANUS_HOST",
        "auto",
        listener,
        "address to listen on; auto is this computer's own and its private one in the network",
    )
    public_url: str | None = setting(
        "JANUS_PUBLIC_URL", "", site, "address of a proxy in front of Janus, as browsers see it"
    )
    allow_public: bool = setting(
        "JANUS_ALLOW_PUBLIC",
        "no",
        yes_or_no,
        "yes: JANUS_HOST may be an address that the whole Internet reaches",
    )
    workspace: Path = setting(
        "WORKSPACE_DIR", "", folder, "folder the agents work on; by default the current one"
    )
    agent: str = setting(
        "JANUS_AGENT",
        "auto",
        agent_name,
        "agent to use; auto takes the first one found, else the demo",
    )
    agent_command: tuple[str, ...] = setting(
        "JANUS_AGENT_COMMAND", "", words, "command line of an ACP agent of your own"
    )
    agent_environ: tuple[str, ...] = setting(
        "JANUS_AGENT_ENV",
        "",
        variables,
        "variables agents may see beside the usual, comma-separated",
    )
    session_timeout: float = setting(
        "SESSION_TIMEOUT", "10m", duration, "a session unused this long is summarised and ended"
    )
    cleanup_interval: float = setting(
        "CLEANUP_INTERVAL", "1m", duration, "how often to look for unused sessions"
    )
    turn_limit: float = setting("TURN_LIMIT", "1h", duration, "longest time one turn may take")
    max_sessions: int = setting("MAX_SESSIONS", "4", whole(1, 1000), "sessions at the same time")
    ask_timeout: float = setting(
        "JANUS_ASK_TIMEOUT", "60s", duration, "longest wait of a question; its turn goes on after"
    )
    summary_timeout: float = setting(
        "JANUS_SUMMARY_TIMEOUT",
        "30s",
        duration,
        "longest wait for the summary of an ending session",
    )
    cors_origins: tuple[str, ...] = setting(
        "CORS_ALLOWED_ORIGINS", "", origins, "origins of development pages, comma-separated"
    )
    log_format: str = setting(
        "JANUS_LOG", "text", one_of("text", "json"), "text, or json for one object a line"
    )
    log_level: str = setting(
        "LOG_LEVEL", "info", one_of("debug", "info", "warning", "error"), "how much to log"
    )
    #: What agents may inherit from; each is given only what its entry in the agents table allows.
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from *environ* (by default the process's), and ``.env`` for what it lacks.

        Raises SettingsError for a value that does not parse and for an unknown ``JANUS_*`` name.
        """
        environ = dict(os.environ) if environ is None else environ
        dotenv = {name: text or "" for name, text in dotenv_values(Path.cwd() / ".env").items()}
        given = {**dotenv, **environ}
        known = {entry.metadata["name"]: entry for entry in setting_fields()}
        for name in given:
            if name.startswith("JANUS_") and name not in known:
                raise SettingsError(f"{name}: Janus has no such setting; it knows {_names(known)}")
        values = {
            entry.name: _parse(name, given[name].strip(), entry)
            for name, entry in known.items()
            if name in given
        }
        return cls(**values, environ=dict(environ))


def setting_fields() -> list[dataclasses.Field[Any]]:
    """The fields of ``Settings`` that the owner may set."""
    return [entry for entry in dataclasses.fields(Settings) if "name" in entry.metadata]


def _parse(name: str, text: str, entry: dataclasses.Field[Any]) -> Any:
    try:
        return entry.metadata["parse"](text or entry.metadata["default"])
    except ValueError as wrong:
        raise SettingsError(f"{name}={text!r}: expected {wrong}") from wrong


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(sorted(name for name in known if name.startswith("JANUS_")))


def state_folder(environ: Mapping[str, str]) -> Path:
    """What Janus keeps for this user, whatever the workspace; perhaps not there yet."""
    state = environ.get("XDG_STATE_HOME")
    parent = Path(state) if state else Path(environ.get("HOME", "/")) / ".local" / "state"
    return parent / "janus"
