"""Which files a snapshot is of, and where their bytes are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from janus.errors import GitFailed, InvalidRequest
from janus.storage.folder import Folder
from janus.workspace.git import Git, as_path
from janus.workspace.gits_files import may_be_repository

#: Before every question: nothing of a repository's configuration is run, and no lock is taken.
QUIETLY = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
#: Names are names, not patterns, and what is not here is not fetched.
LITERALLY = {
    "GIT_LITERAL_PATHSPECS": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_REPLACE_OBJECTS": "1",
}  # fmt: skip
_ASKED = ("--show-toplevel", "--git-path", "objects", "--git-path", "index", "--git-path")
#: The settings of the private git directory: what is on the disk is kept as it is there, whatever
#: its owner wants to see of it.
PLAINLY = {
    "core.filemode": "true", "core.symlinks": "true", "core.bare": "false",
    "core.autocrlf": "false", "core.safecrlf": "false",
    "core.splitIndex": "false", "core.untrackedCache": "false", "core.sparseCheckout": "false",
    "core.compression": "0", "core.bigFileThreshold": "1m",
}  # fmt: skip
#: What is copied of the owner's.
_WISHES = ("core.excludesfile",)
#: Folders of Janus at the top, of which no snapshot is taken.
OURS = (".janus/", ".worktrees/")

_NO_FILTER = (("process", ""), ("required", "false"))


@dataclass(frozen=True, slots=True)
class Place:
    """A checkout of a repository, or a plain folder: then there is no ``objects`` and no ``index``.

    All files below ``top`` belong to it.
    """

    top: Path
    objects: Path | None = None
    index: Path | None = None
    exclude: Path | None = None
    format: str = "sha1"
    config: tuple[tuple[str, str], ...] = ()
    #: Whether its owner does not want all files here.
    sparse: bool = False
    #: For the environment of git: no filter of the repository is a program.
    unfiltered: tuple[tuple[str, str], ...] = ()
    #: Whether the repository leaves objects elsewhere until they are asked for.
    partial: bool = False

    @property
    def digits(self) -> int:
        """How long the ids of objects are."""
        return 64 if self.format == "sha256" else 40

    @property
    def environ(self) -> dict[str, str]:
        """What makes git look at the owner's repository without running anything of it."""
        return {**LITERALLY, **dict(self.unfiltered)}


def place_of(git: Git, folder: Path) -> Place:
    """Where *folder* is. Raises GitFailed where no snapshot can be taken, and says why."""
    if not may_be_repository(folder.resolve()):
        return Place(_sane(git, folder.resolve()))
    with ThreadPoolExecutor(1, "beside") as beside:
        configured = beside.submit(_config, git, folder)
        try:
            asked = git.ask(*QUIETLY, "rev-parse", *_ASKED, "info/exclude", at=folder)
        except InvalidRequest:
            return Place(_sane(git, folder.resolve()))
    lines = asked.split("\n")
    if len(lines) != 4:
        raise GitFailed("The path of the repository has a line break in it.")
    top, objects, index, exclude = (folder / as_path(line) for line in lines)
    config = configured.result()
    return Place(
        _sane(git, top.resolve()),
        objects.resolve(),
        index,
        exclude,
        config.pop("extensions.objectformat", "sha1"),
        (*_like_the_disk(top), *((name, config[name]) for name in _WISHES if name in config)),
        config.get("core.sparsecheckout") == "true",
        tuple(_unfiltered(config).items()),
        any(name.startswith("remote.") and name.endswith(".promisor") for name in config),
    )


def _like_the_disk(top: Path) -> tuple[tuple[str, str]]:
    """Whether names differ there that differ in case only: git must know, and may be told wrong."""
    return (("core.ignorecase", "true" if os.path.lexists(top / ".gIT") else "false"),)


def _sane(git: Git, top: Path) -> Path:
    """Raises GitFailed for a home folder, or what is above one."""
    home = git.home
    if top == Path("/") or (home and home.resolve().is_relative_to(top)):
        raise GitFailed(f"{top} is a home folder or above one: too much to be kept and put back.")
    return top


def _unfiltered(config: dict[str, str]) -> dict[str, str]:
    drivers = {name.rpartition(".")[0] for name in config if name.startswith("filter.")}
    # An empty process counts more than another command, and is none.
    pairs = [(f"{it}.{key}", value) for it in sorted(drivers) for key, value in _NO_FILTER]
    keys = {f"GIT_CONFIG_KEY_{at}": name for at, (name, _) in enumerate(pairs)}
    values = {f"GIT_CONFIG_VALUE_{at}": value for at, (_, value) in enumerate(pairs)}
    return {"GIT_CONFIG_COUNT": str(len(pairs)), **keys, **values}


def _config(git: Git, folder: Path) -> dict[str, str]:
    asked = git.run(*QUIETLY, "config", "--null", "--list", at=folder).stdout
    return dict(part.split("\n", 1) for part in asked.split("\0") if "\n" in part)


def excluded_by(place: Place) -> bytes:
    """What the owner excludes from this repository without committing that, and what is ours."""
    own = b""
    if place.exclude:
        try:
            with Folder.open(place.exclude.parent, follow=True) as info:
                own = info.read(place.exclude.name, 1 << 20)
        except OSError:
            own = b""
    return own + b"\n" + "".join(f"/{name}\n" for name in OURS).encode()


def lines_of(settings: Mapping[str, str]) -> str:
    """Settings of ``core``, as files of configuration have them."""
    return "".join(f"[core]\n\t{key[5:]} = {_quoted(it)}\n" for key, it in settings.items())


def _quoted(value: str) -> str:
    """A value as files of configuration have it."""
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        value = value.replace(sign, written)
    return f'"{value}"'
