"""A Janus that is killed while it lands, discards or undoes something.

    python doomed.py TREE STATE LANDINGS merge|squash|discard|undo [STEP]

It says on stdout that it begins, and how it ended if it was let.
"""

import os
import sys
from pathlib import Path

from janus.errors import JanusError
from janus.workspace.git import Git
from janus.workspace.landing.discarding import Discarding
from janus.workspace.landing.merging import Merging
from janus.workspace.landing.notes import LandingNotes
from janus.workspace.landing.owner import Owner
from janus.workspace.snapshots.snapshots import Snapshots
from janus.workspace.snapshots.undo import Undo


def main(tree, state, landings, kind, step=""):
    git, notes = Git(tree, dict(os.environ)), LandingNotes(landings)
    snapshots, owner = Snapshots(git, state).of("s", tree), Owner(git, tree)
    merging, discarding = Merging(notes), Discarding(git, snapshots)
    try:
        if kind == "discard":
            shown = discarding.look(None).tree
        elif kind != "undo":
            shown = merging.look(owner, "s", "main").tree
        print("begins", flush=True)
        if kind == "discard":
            discarding.discard(None, shown)
        elif kind != "undo":
            merging.merge(owner, "s", "main", shown, "Merged", squash=kind == "squash")
        elif notes.of(step):
            merging.undo(owner, step)
        else:
            Undo(git, snapshots).undo(step, None, None)
        print("done", flush=True)
    except JanusError as refused:
        print(f"refused: {refused}", flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), *sys.argv[4:])
