"""The places in which a merge conflicts, as git marks them: for whoever resolves them."""

from __future__ import annotations

from collections.abc import Iterator

from janus.text import sanitize
from janus.workspace.git import readable
from janus.workspace.landing.looking import MergeLook
from janus.workspace.landing.owner import Owner

#: Files that are quoted; bytes of a file that are read; characters of it that are quoted.
_QUOTED, _READ, _MOST = 10, 1 << 20, 3000
_BEGIN, _END = "<<<<<<<", ">>>>>>>"


def quoted_conflicts(owner: Owner, look: MergeLook) -> dict[str, str]:
    """Each file in conflict, and its places; nothing where there are none to be quoted.

    One side may have deleted the file, or it is binary, or large: then its name has to do.
    """
    found = {readable(path): "" for path in look.conflicts}
    for path in look.conflicts[:_QUOTED]:
        size = owner.look("cat-file", "-s", f"{look.tree}:{path}")
        if size.isdigit() and int(size) <= _READ:
            text = owner.look("cat-file", "blob", f"{look.tree}:{path}")
            found[readable(path)] = sanitize("\n".join(_places(text)))[:_MOST].rstrip()
    return found


def _places(text: str) -> Iterator[str]:
    inside = False
    for line in text.split("\n"):
        inside = inside or line.startswith(f"{_BEGIN} ")
        if inside:
            yield line
        if line.startswith(f"{_END} "):
            inside = False
