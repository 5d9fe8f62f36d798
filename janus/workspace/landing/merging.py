"""Merge a session's branch into another one: looked at first, done as it was shown, undoable.

    look ── the owner's yes, with the tree it saw ── locks of all refs ── files ── refs

Nothing of the owner's that is not committed is moved, overwritten or stashed: where it is in the
way, the merge is refused and names it.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from janus.errors import ChangedMeanwhile, GitFailed, MergeConflict, NotFound
from janus.workspace.git import as_path, failed, quoted, readable
from janus.workspace.landing.checkouts import check_movable, check_settled, checkout_of, move
from janus.workspace.landing.looking import MergeLook, look
from janus.workspace.landing.notes import Landing, LandingNotes
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.transaction import holding

#: Looks that are remembered: a yes is good for one of them only.
_LOOKS = 100
#: Seconds that a git which is ended with Janus takes at most; see ``leash``.
_ENDING = 3.0
#: What git would run when it merges by itself, and here does not.
_HOOKS = (
    "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-merge", "post-checkout",
    "reference-transaction", "post-index-change",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: ``into`` is at ``commit`` now. ``told`` are sentences."""

    look: MergeLook
    commit: str
    undo_id: str
    told: tuple[str, ...] = ()


class Merging:
    """Merges of one workspace. ``_lock`` guards ``_looks``; ``_landing`` lets one in at a time."""

    def __init__(self, notes: LandingNotes) -> None:
        self._notes = notes
        self._lock = threading.Lock()
        self._landing = threading.Lock()
        self._looks: OrderedDict[tuple[str, str, str], MergeLook] = OrderedDict()

    def look(self, owner: Owner, session_id: str, into: str) -> MergeLook:
        """What merging HEAD into a branch would give. Raises InvalidRequest, GitFailed."""
        found = look(owner, "HEAD", into)
        with self._lock:
            self._looks[session_id, into, found.tree] = found
            if len(self._looks) > _LOOKS:
                self._looks.popitem(last=False)
        return found

    def merge(
        self, owner: Owner, session_id: str, into: str, tree: str, message: str, *, squash: bool
    ) -> Merged:
        """Merge it as it was looked at: *tree* is what the look gave.

        Raises ChangedMeanwhile where anything moved since, MergeConflict, Conflict, GitFailed.
        """
        with self._lock:
            seen = self._looks.get((session_id, into, tree))
        with self._landing:
            # Its HEAD is not what its branch will be.
            check_settled(as_path(owner.ask("rev-parse", "--absolute-git-dir")), owner.top)
            now = look(owner, "HEAD", into)
            if seen is None or now != seen:
                raise ChangedMeanwhile("The branches are not as they were shown. Look again.")
            if now.conflicts:
                names = [readable(it) for it in now.conflicts]
                raise MergeConflict(
                    f"Both sides changed the same places in {', '.join(names[:5])}. "
                    "Nothing was touched. Ask the agent to merge "
                    f"{into} into its branch, and to resolve them.",
                    files=names[:100],
                )
            if now.commits == 0:
                raise GitFailed(f"Everything here is in {into} already.")
            new = self._commit(owner, now, message, squash)
            source = owner.look("symbolic-ref", "--quiet", "HEAD")
            held = [("verify", source, now.source)] if source else []
            landing = Landing(
                str(uuid.uuid4()), session_id, into, now.target, new, source=now.source
            )
            there = self._land(owner, landing, held)
            return Merged(now, new, landing.undo_id, _told(there or owner))

    def undo(self, owner: Owner, undo_id: str) -> Landing:
        """Move the branch back, while nobody has built on it.

        Raises ChangedMeanwhile, Conflict, GitFailed, NotFound.
        """
        done = self._notes.of(undo_id)
        if done is None or done.step != "done":
            raise NotFound("There is no such merge, or it was undone already.")
        with self._landing:
            back = Landing(str(uuid.uuid4()), done.session_id, done.into, done.new, done.old)
            self._land(owner, back, [])
            self._notes.write(replace(done, step="undone"))
        return back

    def mend(self, owner: Owner) -> list[str]:
        """Finish or take back what a crash left half done; what is to be said of it."""
        told = []
        for it in self._notes.all():
            if it.step != "moving":
                continue
            at = owner.commit(f"refs/heads/{it.into}")
            if at == it.new:
                self._notes.write(replace(it, step="done"))
                continue
            try:
                if it.top and at == it.old:
                    _put_right(Owner(owner.git, Path(it.top)), it)
                self._notes.remove(it.undo_id)
            except (GitFailed, ChangedMeanwhile) as failure:
                told.append(f"A merge into {it.into} was interrupted: {failure}")
        return told

    def _commit(self, owner: Owner, now: MergeLook, message: str, squash: bool) -> str:
        """The commit that the branch will be at."""
        if now.fast_forward and not squash:
            return now.source
        parents = [now.target] if squash else [now.target, now.source]
        signed = owner.look("config", "--type=bool", "--get", "commit.gpgsign") == "true"
        how = [word for it in parents for word in ("-p", it)] + (["-S"] if signed else [])
        done = owner.run("commit-tree", *how, now.tree, given=f"{message}\n")
        if done.returncode != 0 and signed:
            raise GitFailed(
                f"The commit could not be signed, so nothing was merged: {quoted(done.stderr)}"
            )
        if done.returncode != 0:
            raise failed(done)
        return done.stdout.strip()

    def _land(
        self, owner: Owner, landing: Landing, held: Sequence[tuple[str, ...]]
    ) -> Owner | None:
        """Move branch and files together, or neither; the checkout whose files moved."""
        there = checkout_of(owner, landing.into)
        if there:
            check_movable(there, landing.old, landing.new)
            landing = replace(landing, top=str(there.top))
        commands = [
            *held,
            ("update", f"refs/heads/{landing.into}", landing.new, landing.old),
            ("create", landing.ref, landing.old),
        ]
        at = there.top if there else owner.top
        self._notes.write(landing)
        moved = False
        try:
            with holding(owner.git, at, commands, "janus: merge") as transaction:
                if there:
                    move(there, landing.old, landing.new)
                    moved = True
                transaction.commit()
        except BaseException:
            if there and moved and owner.commit(f"refs/heads/{landing.into}") == landing.old:
                move(there, landing.new, landing.old)
            self._notes.remove(landing.undo_id)
            raise
        self._notes.write(replace(landing, step="done"))
        return there


def _told(there: Owner) -> tuple[str, ...]:
    """Which hooks git would have run in a checkout: a relative path of them is one inside."""
    folder = there.look("rev-parse", "--git-path", "hooks")
    hooks = [there.top / as_path(folder) / it for it in _HOOKS] if folder else []
    left = [it.name for it in hooks if it.is_file() and os.access(it, os.X_OK)]
    return (f"These hooks were not run: {', '.join(left)}.",) if left else ()


def _put_right(there: Owner, it: Landing) -> None:
    """Take files back that moved while their branch did not. Raises ChangedMeanwhile, GitFailed."""
    # The git of a Janus that was killed may need a moment to end.
    lock = as_path(there.ask("rev-parse", "--absolute-git-dir")) / "index.lock"
    deadline = time.monotonic() + _ENDING
    while lock.exists() and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    if there.run("diff-index", "--cached", "--quiet", it.new, slow=False).returncode == 0:
        move(there, it.new, it.old)  # git moved them all, and was alone then
        return
    status = there.dirty()
    how = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", it.old, it.new)
    names = [path for path in there.ask(*how).split("\0") if path in status]
    others = []
    for path in names:
        new = there.look("rev-parse", "--verify", "--quiet", f"{it.new}:{path}")
        at = there.top / path
        here = there.look("hash-object", "--", path) if at.is_file() else ""
        if here != new:
            others.append(path)
        elif there.look("rev-parse", "--verify", "--quiet", f"{it.old}:{path}"):
            there.ask("checkout-index", "--force", "--", path)
        else:
            at.unlink()
    if others:
        raise ChangedMeanwhile(
            f"these files are neither as before nor as after: {quoted(', '.join(others))}"
        )
