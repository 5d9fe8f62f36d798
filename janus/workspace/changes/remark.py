"""Where a change is less than it seems: only line ends, only the mode, only the last newline."""

from __future__ import annotations

from janus.workspace.changes.listing import ChangedFile
from janus.workspace.git import failed
from janus.workspace.snapshots.private import PrivateIndex

_LFS = "version https://git-lfs.github.com/spec/"


def remark(private: PrivateIndex, old: str, new: str, file: ChangedFile) -> str:
    """A sentence on how a file changed, where one says it better than lines; or nothing."""
    if file.status not in ("modified", "renamed", "type"):
        return ""
    if file.kind != file.old_kind and "link" in (file.kind, file.old_kind):
        return f"It is a {_called(file.kind)} now, and was a {_called(file.old_kind)}."
    before = _content(private, old, file.old_path or file.path)
    after = _content(private, new, file.path)
    if before == after:
        if file.kind == file.old_kind:
            return "Only its name changed."
        now = "can be run as a program now" if file.kind == "executable" else "is no program now"
        return f"Only its mode changed: it {now}."
    if file.binary:
        return ""
    if before.startswith(_LFS) and after.startswith(_LFS):
        return "It is kept by Git LFS: these are its pointers, not its contents."
    if before.replace("\r\n", "\n") == after.replace("\r\n", "\n"):
        return "Only line ends changed."
    if before.removesuffix("\n") == after.removesuffix("\n"):
        return "Only the newline at its end changed."
    return ""


def _called(kind: str) -> str:
    return "link" if kind == "link" else "file"


def _content(private: PrivateIndex, tree: str, path: str) -> str:
    """What is in a file: it is small, or no lines were counted."""
    done = private.run("cat-file", "blob", f"{tree}:{path}")
    if done.returncode != 0:
        raise failed(done)
    return done.stdout
