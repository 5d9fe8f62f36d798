"""Fill the submodules of a new worktree from what the owner has of them; the network is not used.

A linked worktree has submodules of its own, which begin empty. Those that the workspace has are
cloned from its own copy; others, and those that fail, are said to be empty.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from janus.errors import GitFailed, InvalidRequest
from janus.workspace.git import Git, quoted, readable

log = logging.getLogger(__name__)

#: In a submodule that was filled here: the commit it began with, which the owner has too.
FILLED = "refs/janus/filled"
_DEEPEST = 8


def fill_submodules(git: Git, path: Path, owners: Iterable[Path]) -> list[str]:
    """Fill those of the worktree at *path*; what the user should know, in sentences.

    *owners* are the git folders of the owner's checkout.
    """
    try:
        empty = _fill(git, path, git.folder, [it / "modules" for it in owners], _DEEPEST)
    except (GitFailed, InvalidRequest, ValueError) as failure:
        if getattr(failure, "ended", False):
            raise
        return [f"Submodules may be empty in this worktree. {failure}"]
    if not empty:
        return []
    why = next((words for words in empty.values() if words), "")
    return [
        f"Submodules that are empty in this worktree: {', '.join(empty)}. {why and why + ' '}"
        "To fill them, run there: git submodule update --init --recursive"
    ]


def _fill(git: Git, path: Path, source: Path, stores: list[Path], deepest: int) -> dict[str, str]:
    """Fill the submodules directly in *path*, and theirs; those that stay empty, and why.

    *source* is the owner's checkout of the same; one of *stores* has what is cloned.
    """
    empty: dict[str, str] = {}
    for place, name in _submodules(git, path).items():
        shown = readable(place)
        if name is None:  # it stays as empty as git would leave it
            empty[shown] = ""
            continue
        store = next((it / name for it in stores if (it / name / "HEAD").is_file()), None)
        if store is None and (source / place / ".git" / "HEAD").is_file():
            store = source / place / ".git"  # as old versions of git made them
        if store is None or deepest == 0:
            empty[shown] = ""
            continue
        if why := _clone(git, path, name, place, store):
            empty[shown] = why
            continue
        inner = _fill(git, path / place, source / place, [store / "modules"], deepest - 1)
        empty |= {f"{shown}/{below}": why for below, why in inner.items()}
    return empty


def _clone(git: Git, path: Path, name: str, place: str, store: Path) -> str:
    """Fill one from *store*; git's complaint if that fails."""
    url = git.run("config", "--get", "remote.origin.url", at=store).stdout.strip()
    own = ("-c", f"submodule.{name}.url={store}", "-c", "protocol.file.allow=always")
    how = ("submodule", "--quiet", "update", "--checkout", "--force")
    done = git.run(*own, *how, "--", f":(literal){place}", at=path, slow=True)
    at = path / place
    if done.returncode != 0 or not (at / ".git").is_file():
        return quoted(done.stderr) or "Its update is switched off."
    git.ask("update-ref", FILLED, "HEAD", at=at)
    if url:
        git.ask("remote", "set-url", "origin", url, at=at)
    return ""


def _submodules(git: Git, path: Path) -> dict[str, str | None]:
    """Their places and names, as the commit says; None where the name is missing or strange."""
    listed = git.run("ls-files", "--stage", "-z", at=path, slow=True).stdout.split("\0")
    places = [entry.partition("\t")[2] for entry in listed if entry.startswith("160000 ")]
    if not places:
        return {}
    how = ("config", "--blob", "HEAD:.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$")
    entries = (it.partition("\n") for it in git.run(*how, at=path).stdout.split("\0") if it)
    named = {place: key[len("submodule.") : -len(".path")] for key, _, place in entries}
    return {at: name if _is_plain(name := named.get(at, "")) else None for at in places}


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not {"..", "/"} & {*parts} and "=" not in name and "\n" not in name
