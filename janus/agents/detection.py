"""Which agents are on this computer, and what they may see of its environment."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from janus import __version__
from janus.agents.known import CUSTOM, DEMO, KNOWN, spec_of
from janus.agents.probe import Probe, Probes
from janus.agents.spec import AgentSpec, InstalledAgent
from janus.errors import AgentFailed, AgentNotFound

#: What every agent may see of the environment: never Janus' own settings or other programs' keys.
_COMMON = (
    "HOME", "PATH", "SHELL", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR",
    "XDG_*", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NODE_USE_ENV_PROXY",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy",
)  # fmt: skip
_PACKAGES = Path(__file__).parent.parent.parent
_INSTALLERS_FOLDERS = ("~/.local/bin", "~/.cursor/bin", "~/.opencode/bin", "~/.npm-global/bin")


@dataclass(frozen=True, slots=True)
class SearchPath:
    """Where to look: the environment, the owner's own agent, and what agents may see besides."""

    environ: Mapping[str, str]
    custom: AgentSpec | None = None
    visible: tuple[str, ...] = ()
    #: How many times the usual a program may take to answer.
    patience: float = 1.0
    #: The programs that are being asked, so that they can be stopped.
    probes: Probes = field(default_factory=Probes, compare=False)


def detect(name: str, where: SearchPath) -> InstalledAgent:
    """Find an agent; ``auto`` takes the owner's own command, else the first that answers.

    Starts the program to see its version. One that is there and too slow to answer is taken if no
    other answers, with its ``problem``; the demo only where there is no other at all. Raises
    AgentNotFound, which says how to install it, or AgentFailed where it is there and broken.
    """
    specs = [where.custom] if where.custom and name in ("auto", CUSTOM) else []
    specs += KNOWN if name == "auto" else filter(None, [spec_of(name)])
    if not specs:
        raise AgentNotFound("There is no custom agent: set JANUS_AGENT_COMMAND to its command.")
    slow: InstalledAgent | None = None
    failures: list[AgentFailed] = []
    for spec in specs:
        if slow and spec is DEMO:
            break
        try:
            agent = _detect(spec, where)
        except AgentFailed as failure:
            failures.append(failure)
            continue
        if not agent.problem:
            return _instead(agent, failures) if agent.is_demo else agent
        slow = slow or agent
    if slow:
        return slow
    raise failures[0]


class Seen(NamedTuple):
    """An agent Janus knows: found or not, and what is wrong with it."""

    spec: AgentSpec
    agent: InstalledAgent | None
    problem: str


def survey(where: SearchPath) -> list[Seen]:
    """Every agent Janus knows, and which of them are there; takes some seconds."""

    def look(spec: AgentSpec) -> Seen:
        try:
            agent = _detect(spec, where)
        except AgentFailed as failure:
            return Seen(spec, None, str(failure))
        return Seen(spec, agent, agent.problem)

    specs = [where.custom, *KNOWN] if where.custom else [*KNOWN]
    with ThreadPoolExecutor(len(specs), "survey") as pool:
        return [*pool.map(look, specs)]


def visible(where: SearchPath) -> dict[str, str]:
    """What one agent or another may see of the environment."""
    agents = [where.custom, *KNOWN] if where.custom else KNOWN
    seen = (*_COMMON, *(name for spec in agents for name in spec.environ), *where.visible)
    return {
        name: value
        for name, value in where.environ.items()
        if any(_matches(name, pattern) for pattern in seen)
    }


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


def _instead(demo: InstalledAgent, failures: list[AgentFailed]) -> InstalledAgent:
    """The demo, and which agents answer in its place once they are mended."""
    broken = [str(failure) for failure in failures if not isinstance(failure, AgentNotFound)]
    return replace(demo, problem=" ".join(broken))


def _detect(spec: AgentSpec, where: SearchPath) -> InstalledAgent:
    """The agent, with its ``problem`` if it is slow. Raises AgentNotFound, AgentFailed."""
    env = environment(spec, where)
    if spec is DEMO:
        # -P: a module of the workspace must not stand in for one of the library.
        command = (sys.executable, "-S", "-P", "-m", "janus.demo")
        env["PYTHONPATH"] = str(_PACKAGES)
        return InstalledAgent(spec, command, "acp", __version__, env)
    home = env.get("HOME", "")
    folders = [folder.replace("~", home) for folder in _INSTALLERS_FOLDERS if home]
    path = ":".join(filter(None, [env.get("PATH"), *folders]))  # an empty one means "here"
    failure: AgentFailed | None = None
    for name in spec.programs or (spec.name,):
        if not (match := shutil.which(name, path=path)):
            continue
        program = str(Path(match).absolute())  # it will run in another folder
        try:
            if agent := _examine(program, spec, env, where):
                return agent
            words = f"{match} says nothing that {spec.label} would say. {_installing(spec)}"
            failure = failure or AgentNotFound(f"{spec.label} is not installed: {words}")
        except AgentFailed as broken:
            failure = broken
    if spec.adapts and shutil.which(spec.adapts, path=path):
        failure = failure or AgentNotFound(
            f"{spec.label} is installed, but not the adapter through which Janus speaks with it: "
            f"{spec.install}."
        )
    raise failure or AgentNotFound(
        f"{spec.label} is not installed on this computer: {spec.install}."
    )


def _installing(spec: AgentSpec) -> str:
    return f"{spec.install[:1].upper()}{spec.install[1:]}."


def _examine(
    program: str, spec: AgentSpec, env: dict[str, str], where: SearchPath
) -> InstalledAgent | None:
    """The agent that a program is, with its ``problem`` if it is slow; None if it is another.

    Raises AgentFailed where it is broken.
    """
    agent = InstalledAgent(spec, (program,), "acp", "", env)
    if spec.name == CUSTOM and spec.version is None:
        return agent  # the owner says what it is
    probe, name = Probe(program, spec, env, where.probes, where.patience), Path(program).name
    is_common = name in spec.common and Path(program).resolve().name in spec.common
    try:
        version = probe.version()
    except TimeoutError as late:
        words = f"{spec.label} is installed, but did not answer {late}"
        if is_common:
            raise AgentFailed(f"{words}, or {program} is another program.") from None
        return replace(agent, problem=f"{words}. The computer may be busy.")
    except AgentFailed as broken:
        if is_common:
            return None
        raise AgentFailed(
            f"{spec.label} is installed, but does not work: {broken}. To see why, run it in a "
            "terminal.", **broken.details
        ) from broken  # fmt: skip
    if version is None:
        return None
    agent = replace(agent, version=version)
    try:
        return agent if probe.speaks_acp(version) else replace(agent, protocol="print")
    except (TimeoutError, AgentFailed):  # for now: it may be a slow day
        slow = f"{spec.label} did not greet in ACP in time: for now it runs in print mode, and "
        return replace(agent, protocol="print", problem=f"{slow}cannot ask you.")
