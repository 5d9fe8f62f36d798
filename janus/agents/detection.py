"""Which agents are on this computer, and what they may see of its environment."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from janus import __version__
from janus.agents.known import CUSTOM, DEMO, KNOWN, spec_of
from janus.agents.probe import speaks_acp, version_of
from janus.agents.spec import AgentSpec, InstalledAgent
from janus.errors import AgentNotFound

#: What every agent may see of the environment: never Janus' own settings or other programs' keys.
_COMMON = (
    "HOME", "PATH", "SHELL", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR",
    "XDG_*", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
_PACKAGES = Path(__file__).parent.parent.parent
_INSTALLERS_FOLDERS = ("~/.local/bin", "~/.cursor/bin", "~/.opencode/bin", "~/.npm-global/bin")


@dataclass(frozen=True, slots=True)
class SearchPath:
    """Where to look: the environment, the owner's own agent, and what agents may see besides."""

    environ: Mapping[str, str]
    custom: AgentSpec | None = None
    visible: tuple[str, ...] = ()


def detect(name: str, where: SearchPath) -> InstalledAgent:
    """Find an agent; ``auto`` takes the owner's own command, else the first there is.

    Starts the program to see its version. Raises AgentNotFound, which says how to install it.
    """
    specs = [where.custom] if where.custom and name in ("auto", CUSTOM) else []
    specs += KNOWN if name == "auto" else filter(None, [spec_of(name)])
    for spec in specs:
        if agent := _detect(spec, where):
            return agent
    if not specs:
        raise AgentNotFound("There is no custom agent: set JANUS_AGENT_COMMAND to its command.")
    missing = specs[0]
    raise AgentNotFound(f"{missing.label} is not installed on this computer: {missing.install}.")


def survey(where: SearchPath) -> list[tuple[AgentSpec, InstalledAgent | None]]:
    """Every agent Janus knows, and which of them are there; takes some seconds."""
    specs = [where.custom, *KNOWN] if where.custom else [*KNOWN]
    with ThreadPoolExecutor(len(specs), "survey") as pool:
        return list(zip(specs, pool.map(lambda spec: _detect(spec, where), specs), strict=True))


def environment(spec: AgentSpec, where: SearchPath) -> dict[str, str]:
    """What an agent may see of the environment, made fit for a terminal without a person."""
    visible = (*_COMMON, *spec.environ, *where.visible)
    allowed = {
        name: value
        for name, value in where.environ.items()
        if any(_matches(name, pattern) for pattern in visible)
    }
    made = {"TERM": "dumb", "NO_COLOR": "1", "GIT_TERMINAL_PROMPT": "0"}
    return {**allowed, **made, **dict(spec.given)}


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _detect(spec: AgentSpec, where: SearchPath) -> InstalledAgent | None:
    env = environment(spec, where)
    if spec is DEMO:
        # -P: a module of the workspace must not stand in for one of the library.
        command = (sys.executable, "-S", "-P", "-m", "janus.demo")
        env["PYTHONPATH"] = str(_PACKAGES)
        return InstalledAgent(spec, command, "acp", __version__, env)
    home = env.get("HOME", "")
    folders = [folder.replace("~", home) for folder in _INSTALLERS_FOLDERS if home]
    path = ":".join(filter(None, [env.get("PATH"), *folders]))  # an empty one means "here"
    for name in spec.programs or (spec.name,):
        match = shutil.which(name, path=path)
        program = match and str(Path(match).absolute())  # it will run in another folder
        version = program and version_of(program, spec, env)
        if program and version is not None:
            protocol = "acp" if speaks_acp(program, version, spec, env) else "print"
            return InstalledAgent(spec, (program,), protocol, version, env)
    return None
