"""What git ignores in a folder, as a snapshot keeps it."""

from __future__ import annotations

from janus.workspace.snapshots.private import PrivateIndex

#: Characters of the list of names; a longer one is not kept, and then an undo deletes less.
_LONGEST = 4 << 20
#: What a list says that was too long.
UNKNOWN = "/"


def ignored_now(private: PrivateIndex) -> str:
    """The names, a NUL after each; of a folder that is ignored as a whole only its own."""
    how = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    names = private.ask(*how)
    return names if len(names) <= _LONGEST else UNKNOWN
