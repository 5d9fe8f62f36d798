"""Settings: what the owner of this machine may choose, read once.

From the environment; from Janus's own file, ``$XDG_CONFIG_HOME/janus/env``; and from a ``.env`` in
the current folder. That one may be a stranger's: see ``sources``.

Adding a setting is adding a line to ``Settings``: its name, default and help text are printed by
``janus serve --help`` and held against the README by a test.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from janus.config.setting import SettingsError, harmless, names_of, parsed, setting
from janus.config.sources import Source, sources, users_folder
from janus.text import parsing


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner chose. Durations are in seconds."""

    # fmt: off
    port: int = setting(
        "PORT", "3000", parsing.whole(0, 65535), "port to listen on; 0 takes a free one"
    )
    host: str = setting(
        "JANUS_HOST", "auto", parsing.listener,
        "address to listen on; auto is this computer's own and its private one in the network",
    )
    public_url: str | None = setting(
        "JANUS_PUBLIC_URL", "", parsing.site,
        "address of a proxy in front of Janus, as browsers see it",
    )
    allow_public: bool = setting(
        "JANUS_ALLOW_PUBLIC", "no", parsing.yes_or_no,
        "yes: JANUS_HOST may be an address that the whole Internet reaches",
    )
    workspaces: tuple[Path, ...] = setting(
        "WORKSPACE_DIR", "", parsing.folders,
        "folders to serve beside the projects added before; by default the current one",
    )
    project_roots: tuple[Path, ...] = setting(
        "JANUS_PROJECT_ROOTS", "", parsing.folders,
        "folders in which the page may add projects; by default the home folder",
    )
    agent: str = harmless(
        "JANUS_AGENT", "auto", parsing.agent_name,
        "agent to use; auto takes the first one found, else the demo",
    )
    agent_command: tuple[str, ...] = setting(
        "JANUS_AGENT_COMMAND", "", parsing.words, "command line of an ACP agent of your own"
    )
    agent_environ: tuple[str, ...] = setting(
        "JANUS_AGENT_ENV", "", parsing.variables,
        "variables agents may see beside the usual, comma-separated",
    )
    agent_start_timeout: float = harmless(
        "JANUS_AGENT_START_TIMEOUT", "5m", parsing.duration,
        "longest time an agent may take to get ready",
    )
    session_timeout: float = harmless(
        "SESSION_TIMEOUT", "10m", parsing.duration,
        "a session unused this long is summarised and ended",
    )
    cleanup_interval: float = harmless(
        "CLEANUP_INTERVAL", "1m", parsing.duration, "how often to look for unused sessions"
    )
    turn_limit: float = harmless(
        "TURN_LIMIT", "1h", parsing.duration, "longest time one turn may take"
    )
    max_sessions: int = harmless(
        "MAX_SESSIONS", "4", parsing.whole(1, 1000), "sessions at the same time"
    )
    ask_timeout: float = harmless(
        "JANUS_ASK_TIMEOUT", "60s", parsing.duration,
        "longest wait of a question; its turn goes on after",
    )
    summary_timeout: float = harmless(
        "JANUS_SUMMARY_TIMEOUT", "30s", parsing.duration,
        "longest wait for the summary of an ending session",
    )
    git_timeout: float = harmless(
        "JANUS_GIT_TIMEOUT", "10m", parsing.duration,
        "longest time one command of git may take, such as the checkout for a new session",
    )
    snapshot_room: int = setting(
        "JANUS_SNAPSHOT_ROOM", "4GB", parsing.size,
        "what the snapshots of one project may take; then those of the oldest sessions go",
    )
    worktree_files: tuple[str, ...] = setting(
        "JANUS_WORKTREE_FILES", ".env*,.worktreeinclude", parsing.patterns,
        "untracked files that a session on a branch of its own gets too, as in .gitignore; none: "
        "no file",
    )
    setup_command: str = setting(
        "JANUS_SETUP_COMMAND", "", str.strip,
        "command line run in each new worktree before the first message, such as npm ci",
    )
    cors_origins: tuple[str, ...] = setting(
        "CORS_ALLOWED_ORIGINS", "", parsing.origins,
        "origins of development pages, comma-separated",
    )
    log_format: str = harmless(
        "JANUS_LOG", "text", parsing.one_of("text", "json"),
        "text, or json for one object a line",
    )
    log_level: str = harmless(
        "LOG_LEVEL", "info", parsing.one_of("debug", "info", "warning", "error"), "how much to log"
    )
    push_contact: str = setting(
        "JANUS_PUSH_CONTACT", "", parsing.contact,
        "your address for the services that carry notifications, such as mailto:me@my-domain.org; "
        "the page asks for it",
    )
    push_hosts: tuple[str, ...] = setting(
        "JANUS_PUSH_HOSTS", "", parsing.hosts,
        "services for notifications in your own network, comma-separated",
    )
    ntfy_url: str | None = setting(
        "JANUS_NTFY_URL", "", parsing.topic,
        "https address of an ntfy topic that is told when a notification was not seen",
    )
    stt: str = setting(
        "JANUS_STT", "", parsing.engine,
        "what turns speech into words: a command line, or the address of a service as "
        "http://192.168.1.5:8000/v1; without it, the phone's browser does",
    )
    stt_model: Path | None = setting(
        "JANUS_STT_MODEL", "", parsing.existing,
        "folder of a Whisper model that does so on this computer; needs janus[voice]",
    )
    tts: str = setting(
        "JANUS_TTS", "", parsing.engine,
        "what turns words into speech, in the same way; by default espeak-ng, if it is there",
    )
    tts_voice: Path | None = setting(
        "JANUS_TTS_VOICE", "", parsing.existing,
        "file of a Piper voice that speaks on this computer; needs janus[voice]",
    )
    voice_key: str = setting(
        "JANUS_VOICE_KEY", "", str.strip, "key for the services of JANUS_STT and JANUS_TTS"
    )
    voice_commands: tuple[str, ...] = setting(
        "JANUS_VOICE_COMMANDS", "", parsing.commands,
        "commands that may be allowed by voice beside reading and searching, such as npm test, "
        "comma-separated",
    )
    state_dir: Path | None = setting(
        "JANUS_STATE_DIR", "", parsing.state_dir,
        "where Janus keeps what must survive; outside of the workspace",
    )
    fleet_url: tuple[str, ...] = setting(
        "JANUS_FLEET_URL", "", parsing.cluster,
        "servers of a team's NATS cluster, such as tls://nats-1:4222, comma-separated; instead of "
        "a doorway of your own",
    )
    fleet_key: Path | None = setting(
        "JANUS_FLEET_KEY", "", parsing.existing,
        "file with this machine's key there: credentials (.creds), or the seed of an nkey",
    )
    fleet_ca: Path | None = setting(
        "JANUS_FLEET_CA", "", parsing.existing,
        "file of the authority that signed the cluster's certificates; by default those of the "
        "system",
    )
    fleet_name: str = setting(
        "JANUS_FLEET_NAME", "", parsing.machine,
        "what this machine is called there; by default as the computer is",
    )
    gateway: bool = setting(
        "JANUS_GATEWAY", "no", parsing.yes_or_no,
        "yes: only the page and the API, for the sessions of the other machines; as --gateway",
    )
    # fmt: on
    #: What agents may inherit from; each is given only what its entry in the agents table allows.
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    @property
    def workspace(self) -> Path:
        """The folder to serve, or the first of them."""
        return self.workspaces[0] if self.workspaces else Path.cwd()

    @property
    def state(self) -> Path:
        """Where Janus keeps what must survive; perhaps not there yet."""
        return self.state_dir or state_folder(self.environ)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from *environ* (by default the process's), and from files for what it lacks.

        Raises SettingsError for a value that does not parse, for an unknown ``JANUS_*`` name, and
        for one that a project may not choose.
        """
        environ = dict(os.environ) if environ is None else environ
        values: dict[str, Any] = {}
        for source in sources(environ):
            _check_names(source)
            for entry in setting_fields():
                name = next((name for name in names_of(entry) if name in source.given), "")
                # A name without JANUS_ in an untrusted file is a project's own, such as its PORT.
                ours = name and (source.trusted or name.startswith("JANUS_"))
                if ours and entry.name not in values:
                    values[entry.name] = parsed(name, source, entry)
        return cls(**values, environ=dict(environ))


def setting_fields() -> list[dataclasses.Field[Any]]:
    """The fields of ``Settings`` that the owner may set."""
    return [entry for entry in dataclasses.fields(Settings) if "name" in entry.metadata]


def _check_names(source: Source) -> None:
    """Raises SettingsError for unknown names of ours, and for what a project may not choose."""
    known = {name: entry for entry in setting_fields() for name in names_of(entry)}
    for name in source.given:
        if not name.startswith("JANUS_"):
            continue
        if name not in known:
            raise SettingsError(
                f"{name} in {source.name}: Janus has no such setting; it knows "
                + ", ".join(sorted(name for name in known if name.startswith("JANUS_")))
            )
        if not source.trusted and not known[name].metadata["project"]:
            raise SettingsError(
                f"{name} in {source.name}: a project may not choose this, since it could be a "
                "stranger's. Remove the line; if it is yours, put it into the environment or into "
                "~/.config/janus/env"
            )


def state_folder(environ: Mapping[str, str]) -> Path:
    """What Janus keeps for this user, whatever the workspace; perhaps not there yet."""
    if text := environ.get("JANUS_STATE_DIR", "").strip():
        return Path(text).expanduser()
    return users_folder(environ, "XDG_STATE_HOME", ".local/state")
