"""The work of a session: what changed, and how it is undone."""

from __future__ import annotations

import base64
from typing import Annotated

import msgspec
from flask import Blueprint
from msgspec import UNSET, Meta, UnsetType

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.wire import changes as told
from janus.blueprints.wire import words as wire
from janus.runtime import manager_here

bp = Blueprint("work", __name__, url_prefix="/api")

#: Where files are looked at, and where they are changed.
LOOKING = (*SESSION, errors.GitFailed, errors.StorageFailed)
CHANGING = (*LOOKING, errors.Conflict, errors.ChangedMeanwhile)
Name = Annotated[str, Meta(min_length=1, max_length=1000)]
Commit = Annotated[str, Meta(pattern="^([0-9a-f]{7,64})?$")]
Paths = Annotated[list[Name], Meta(min_length=1, max_length=1000)]
Tree = Annotated[str, Meta(pattern="^[0-9a-f]{40,64}$")]


class ChangesQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which changes; without a turn and a commit, those since the session began."""

    #: Those of one turn, or of another step that has an `undo_id`.
    turn_id: wire.Short | None = None
    #: Those of one commit: its id, or the first 7 digits of it, or more.
    commit: Commit | None = None


@bp.get("/changes")
@endpoint(*LOOKING, errors.NotFound, at_owner="read")
def changes(query: ChangesQuery) -> told.ChangesReply:
    """What changed: which files, how much, and by whom.

    Sizes are looked at before lines are. Up to now, or to its end where the session has ended.
    """
    work = manager_here(query.session_id).work
    found = work.changes(query.session_id, query.turn_id, query.commit)
    scope = found.scope
    return told.ChangesReply(
        session_id=query.session_id,
        base=scope.base,
        head=scope.head,
        branch=found.branch,
        ahead=found.ahead,
        behind=found.behind,
        tree=scope.new,
        files=[_file(it, found.whose.get(it.path)) for it in found.files.files],
        total=found.files.total,
        renames_cut=found.files.renames_cut,
        yours=[*found.yours],
        left_out=[told.LeftOut(path=_text(path), why=why) for path, why in scope.left_out],
        not_inside=[_text(it) for it in scope.nested],
    )


class ChangedFileQuery(ChangesQuery, frozen=True, kw_only=True):
    """Which file."""

    path: Name
    #: With the whole functions around the lines that changed.
    functions: bool = False


@bp.get("/changes/file")
@endpoint(*LOOKING, errors.NotFound, at_owner="read")
def changed_file(query: ChangedFileQuery) -> told.ChangedLines:
    """How one file changed, line by line, and in it word by word."""
    work = manager_here(query.session_id).work
    which = query.path, query.turn_id, query.commit
    found = work.lines(query.session_id, *which, functions=query.functions)
    patch = found.patch
    return told.ChangedLines(
        session_id=query.session_id,
        path=_text(found.file.path),
        file=_file(found.file, None),
        tree=found.tree,
        hunks=[told.Hunk.of(it, lines=[_line(line) for line in it.lines]) for it in patch.hunks],
        binary=found.file.binary,
        truncated=patch.truncated,
        is_text=patch.is_text,
        remark=found.remark,
        before=_picture(found.before),
        after=_picture(found.after),
    )


def _picture(found: tuple[str, bytes] | None) -> told.ChangedPicture | UnsetType:
    if found is None:
        return UNSET
    return msgspec.convert(
        {"media_type": found[0], "data": base64.b64encode(found[1]).decode()}, told.ChangedPicture
    )


class UndoBody(wire.Body, frozen=True, kw_only=True):
    """What to undo: a turn, or what has an `undo_id`."""

    session_id: wire.SessionId
    turn_id: wire.Word | None = None
    undo_id: wire.Word | None = None
    #: Of these files only. Else all that it changed, as long as nobody changed them since.
    paths: Paths | None = None
    #: What was looked at: refused if one of the files is another one by now.
    tree: Tree | None = None
    #: Only tell what would be done.
    dry_run: bool = False


@bp.post("/undo")
@endpoint(*CHANGING, errors.NotFound, at_owner="do")
def undo(body: UndoBody) -> told.UndoReply:
    """Put the files back as they were before a turn, byte for byte.

    Files that were ignored, or are in no snapshot, stay; so does all that did not change. The
    branch and what was staged come back too, or `told` says why not. It can be undone itself.
    """
    work = manager_here(body.session_id).work
    step = body.turn_id or body.undo_id
    if not step or (body.turn_id and body.undo_id):
        raise errors.InvalidRequest("turn_id: Say what to undo, either turn_id or undo_id.")
    if body.dry_run:
        undone = work.look_at_undo(body.session_id, step)
    else:
        undone = work.undo(body.session_id, step, body.paths, body.tree)
    files = [told.UndoneFile.of(it, path=_text(it.path)) for it in undone.files]
    return told.UndoReply.of(
        undone,
        session_id=body.session_id,
        dry_run=body.dry_run,
        files=files,
        told=[_text(it) for it in undone.told],
    )


def _file(file: object, by: told.Whose) -> told.ChangedFile:
    path, old = getattr(file, "path"), getattr(file, "old_path")  # noqa: B009
    return told.ChangedFile.of(file, path=_text(path), old_path=old and _text(old), by=by)


def _line(line: object) -> told.Line:
    marks, cut, open_ended = (getattr(line, name) for name in ("marks", "cut", "no_newline"))
    return told.Line.of(
        line,
        marks=[[*mark] for mark in marks] or UNSET,
        cut=cut or UNSET,
        no_newline=open_ended or UNSET,
    )


def _text(name: str) -> str:
    """A name, whose bytes that are no text are shown as such."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
