"""Whose a change is: files that changed within a turn, and files that changed between turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from janus.workspace.snapshots.chain import Moment
from janus.workspace.snapshots.private import PrivateIndex
from janus.workspace.snapshots.trees import differences

#: ``agent``: it changed while the agent worked. ``you``: between two turns. Or ``both``.
Whose = Literal["agent", "you", "both"]


def whose(private: PrivateIndex, moments: Sequence[Moment], now: str) -> dict[str, Whose]:
    """Who changed each file since the first of *moments*. Raises GitFailed.

    What an undo or another step through Janus put back is nobody's change.
    """
    agents, yours = set[str](), set[str]()
    for before, tree in zip(moments, [*(it.tree for it in moments[1:]), now], strict=True):
        if before.tree == tree:
            continue
        if before.edge == "end":
            yours |= differences(private, before.tree, tree).keys()
        elif before.kind == "turn":
            agents |= differences(private, before.tree, tree).keys()
    found: dict[str, Whose] = dict.fromkeys(agents, "agent")
    for path in yours:
        found[path] = "both" if path in agents else "you"
    return found
