"""What the owner tracks, as his own index says it."""

from __future__ import annotations

import os

from janus.workspace.git import Git, as_path
from janus.workspace.snapshots.place import QUIETLY, Place


def tracked(git: Git, place: Place) -> tuple[str, list[str]]:
    """What the owner tracks, also what git ignores of it, as ``update-index`` reads it; and which
    of it is not here because he does not want it."""
    how = ("ls-files", "-z", "-t", "--stage")
    entries, unwanted = {}, []
    for entry in git.ask(*QUIETLY, *how, at=place.top, environ=place.environ).split("\0"):
        kind, _, name = entry.partition("\t")
        if name and " 160000 " not in kind:  # what is in a submodule is not inside
            tag, mode, blob, _ = kind.split(" ")
            entries[name] = f"{mode} {blob}\t{name}\0"
            if tag in "Ss" and not os.path.lexists(place.top / as_path(name)):
                unwanted.append(name)
    return "".join(entries.values()), unwanted


def forced(git: Git, place: Place) -> list[str]:
    """What the owner tracks although git ignores it."""
    how = ("ls-files", "-z", "--stage", "--cached", "--ignored", "--exclude-standard")
    listed = git.ask(*QUIETLY, *how, at=place.top, environ=place.environ).split("\0")
    entries = [entry.partition("\t") for entry in listed]
    return [name for kind, _, name in entries if name and not kind.startswith("160000 ")]


def unwanted(git: Git, place: Place) -> set[str]:
    """What of that need not be here, by the owner's wish."""
    listed = git.run(*QUIETLY, "ls-files", "-z", "-t", at=place.top, environ=place.environ)
    return {it[2:] for it in listed.stdout.split("\0") if it[:2] in ("S ", "s ")}
