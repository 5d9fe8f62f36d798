"""What changed, and what an undo does, as clients are told."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire import words

#: The path of a file in the repository, or in the folder if that is no repository.
FilePath = Annotated[str, Meta(min_length=1)]
#: The id of a tree: what was looked at. Send it along with what is then to be done.
TreeId = Annotated[str, words.shaped("^[0-9a-f]{40,64}$", title="TreeId")]
#: The id of a commit; empty where there is none.
CommitId = Annotated[str, words.shaped("^[0-9a-f]{0,64}$")]
#: Whose change it is: `agent`, made while it worked; `you`, made between two turns; or `both`.
#: Null where only one turn or a commit is asked for, and for what an undo or the like changed.
Whose = Annotated[Literal["agent", "you", "both"] | None, Meta(title="Whose")]
FileKind = Annotated[
    Literal["", "file", "executable", "link", "repository"], Meta(title="FileKind")
]


class ChangedFile(words.Reply, frozen=True, kw_only=True):
    """A file that changed."""

    path: FilePath
    #: What it was called, if it has another name now.
    old_path: str | None
    status: Literal["added", "deleted", "modified", "renamed", "type"]
    #: Lines; null where they are not counted: in what is binary or large.
    added: words.Count | None
    removed: words.Count | None
    binary: bool
    #: Over 1 MiB, before or after: its lines are not compared.
    large: bool
    #: What it is now, and was; empty where it is or was not there.
    kind: FileKind
    old_kind: FileKind
    #: Bytes, now and before.
    size: words.Count
    old_size: words.Count
    #: The ids of what is in it, now and before; empty where it is or was not there.
    blob: CommitId
    old_blob: CommitId
    by: Whose


class LeftOut(words.Reply, frozen=True, kw_only=True):
    """A file that is not looked at, and that an undo does not touch."""

    path: FilePath
    why: str


class ChangesReply(words.Reply, frozen=True, kw_only=True):
    """What changed."""

    session_id: words.SessionId
    #: Where the session, the turn or the commit began, and where it is: commits.
    base: CommitId
    head: CommitId
    #: What is checked out; empty if no branch is.
    branch: str
    #: Commits since the session began, and commits of then that are not there any more.
    ahead: words.Count
    behind: words.Count
    tree: TreeId
    files: list[ChangedFile]
    #: How many files changed: at most 10,000 are listed.
    total: words.Count
    #: So many files are new that nobody looked for what they were called before.
    renames_cut: bool
    #: Files that were not committed when the session began, and that no agent has touched since.
    yours: list[str]
    left_out: list[LeftOut]
    #: Repositories inside of it, submodules too: what is in them is not looked at.
    not_inside: list[str]


class Line(words.Reply, frozen=True, kw_only=True):
    """A line of a file."""

    kind: Literal["context", "added", "removed"]
    #: Its number before, and now; null where it was not, or is not there.
    old: words.Count | None
    new: words.Count | None
    text: str
    #: The words that changed in it, each from and to, in characters.
    marks: list[Annotated[list[int], Meta(min_length=2, max_length=2)]] | UnsetType = UNSET
    #: It is longer: only its first 2,000 characters are told.
    cut: bool | UnsetType = UNSET
    #: The file ends with it, and without a line end.
    no_newline: bool | UnsetType = UNSET


class Hunk(words.Reply, frozen=True, kw_only=True):
    """Lines that follow each other."""

    #: The function they are in, where git can tell.
    header: str
    old_start: words.Count
    new_start: words.Count
    lines: list[Line]


class ChangedPicture(words.Reply, frozen=True, kw_only=True):
    """A picture that a file was, or is."""

    media_type: Literal["image/png", "image/jpeg", "image/gif", "image/webp"]
    #: Its bytes, as base64.
    data: str


class ChangedLines(words.Reply, frozen=True, kw_only=True):
    """How one file changed."""

    session_id: words.SessionId
    path: FilePath
    file: ChangedFile
    tree: TreeId
    hunks: list[Hunk]
    binary: bool
    #: More than 5,000 lines changed, or are around: these are the first.
    truncated: bool
    #: Whether all of it is UTF-8; what is not is shown as U+FFFD.
    is_text: bool
    #: Where it is less than it seems, such as `Only line ends changed.`; or empty.
    remark: str
    #: The picture it was, and is, where it was or is one of 5 MB at most.
    before: ChangedPicture | UnsetType = UNSET
    after: ChangedPicture | UnsetType = UNSET


class UndoneFile(words.Reply, frozen=True, kw_only=True):
    """What becomes of a file."""

    path: FilePath
    status: Literal["added", "deleted", "modified"]
    #: Why it stays as it is; empty if it does not.
    kept: str


class UndoReply(words.Reply, frozen=True, kw_only=True):
    """What was undone, or would be."""

    session_id: words.SessionId
    dry_run: bool
    tree: TreeId
    files: list[UndoneFile]
    #: What does not come back, in sentences.
    told: list[str]
    #: Undoes this undo; null where nothing was done.
    undo_id: str | None
