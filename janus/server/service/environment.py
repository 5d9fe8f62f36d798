"""What a service has to be given to see what its owner's terminal sees.

A service is started without a shell: without the ``PATH`` that nvm, fnm or asdf made, without the
keys and proxies that agents find in a terminal. What is needed of that is written down once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from janus.agents.detection import SearchPath, visible
from janus.config import names_of, setting_fields
from janus.config.sources import sources

#: Of this login alone; systemd gives the service its own.
_PASSING = ("TMPDIR", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR")
#: Kept as projects, which may move; a folder that a setting names must be there.
_PROJECTS = ("WORKSPACE_DIR", "JANUS_WORKSPACE_DIR")
_FOLDERS = ("JANUS_PROJECT_ROOTS", "JANUS_STATE_DIR")
#: In these folders a link belongs to one shell, or to one login.
_MULTISHELLS = "fnm_multishells"


@dataclass(frozen=True, slots=True)
class Captured:
    """The variables for a service, and what its owner should know of those it lacks."""

    environ: Mapping[str, str]
    notes: tuple[str, ...]


def capture(where: SearchPath) -> Captured:
    """What the service is to see of the environment that *where* has."""
    environ = where.environ
    settings = {name for field in setting_fields() for name in names_of(field)}
    chosen = {
        name: value
        for name, value in visible(where).items()
        if name not in _PASSING
        and (not name.startswith("XDG_") or name.endswith(("_HOME", "_DIRS")))
    }
    for source in reversed(sources(environ)):
        # Not from Janus's own file: the service reads that itself, also when it was changed.
        if source.trusted and source.name.endswith(("environment", "/.env")):
            for name in settings.difference(_PROJECTS) & source.given.keys():
                text = source.given[name]
                chosen[name] = _absolute(text) if name in _FOLDERS else text
    chosen["PATH"] = lasting_path(environ)
    notes = []
    agent, runtime = environ.get("SSH_AUTH_SOCK", ""), environ.get("XDG_RUNTIME_DIR", "")
    if agent and runtime and Path(agent).is_relative_to(runtime):
        chosen["SSH_AUTH_SOCK"] = agent
    elif agent and sys.platform != "darwin":  # there the system gives it to all that it starts
        notes.append(
            f"The SSH agent of this terminal ({agent}) ends with it, so git in the service cannot "
            "use it. Use one that lasts, such as the one of your desktop, or: "
            "systemctl --user enable --now ssh-agent"
        )
    odd = sorted(name for name, value in chosen.items() if not value.isprintable())
    if odd:
        notes.append(f"Not taken along, since it is no plain line of text: {', '.join(odd)}")
    kept = {name: chosen[name] for name in sorted(chosen) if name not in odd}
    return Captured(kept, tuple(notes))


def lasting_path(environ: Mapping[str, str]) -> str:
    """``PATH`` with what is there for longer than this shell, each folder once."""
    return ":".join(dict.fromkeys(_lasting(environ)))


def gone(path: str) -> list[str]:
    """The folders of a ``PATH`` that are not there."""
    return [it for it in path.split(":") if it and not Path(it).is_dir()]


def _lasting(environ: Mapping[str, str]) -> Iterator[str]:
    brief = [environ.get(name) for name in ("XDG_RUNTIME_DIR", "TMPDIR")] + ["/tmp"]
    for part in environ.get("PATH", "").split(":"):
        folder = Path(part)
        if not folder.is_absolute() or not folder.is_dir() or not part.isprintable():
            continue
        passing = any(it and folder.is_relative_to(it) for it in brief)
        yield os.fspath(folder.resolve() if passing or _MULTISHELLS in folder.parts else folder)


def _absolute(folders: str) -> str:
    return os.pathsep.join(
        os.fspath(Path(it).expanduser().absolute()) for it in folders.split(os.pathsep) if it
    )


def launcher(called: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The command of this Janus that stays right when it is upgraded.

    That is the link which pipx and uv keep in a folder of ``PATH``, or else the program itself.
    """
    program = Path(called).absolute()
    if program.name != "janus" or not program.is_file():
        program = Path(sys.prefix, "bin", "janus")
    if not program.is_file():
        return (sys.executable, "-m", "janus")
    for folder in lasting_path(environ).split(":"):
        link = Path(folder, "janus")
        if folder and link.is_symlink() and link.resolve() == program.resolve():
            return (os.fspath(link),)
    return (os.fspath(program),)
