"""Commit all that a session changed, or chosen files, as its owner would.

His staged files stay staged, his hooks run and may refuse, his signature is asked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from janus.errors import GitFailed, InvalidRequest
from janus.storage.folder import Folder
from janus.workspace.git import Git, readable
from janus.workspace.landing.owner import Owner, output_of
from janus.workspace.snapshots.history import OwnersHistory, check_finished
from janus.workspace.snapshots.private import PrivateIndex
from janus.workspace.snapshots.restoring import check_shown
from janus.workspace.snapshots.snapshots import SessionSnapshots
from janus.workspace.snapshots.trees import differences


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit has in it, or would have: then there is no ``commit`` and no ``undo_id``.

    ``output`` is what hooks said; ``rewritten`` are files that they changed. ``told`` are
    sentences.
    """

    tree: str
    branch: str
    message: str
    files: tuple[str, ...]
    commit: str = ""
    output: str = ""
    rewritten: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    undo_id: str | None = None


class Committing:
    """Commits in the checkout of one session."""

    def __init__(self, git: Git, snapshots: SessionSnapshots) -> None:
        self._git = git
        self._snapshots = snapshots

    def look(self, message: str, chosen: Collection[str] | None) -> Committed:
        """What would be committed. Raises GitFailed, InvalidRequest."""
        with self._snapshots.held() as private:
            owner = Owner.of(self._git, private.place)
            files = choose(owner.dirty(), chosen)
            tree, _ = private.tree()
            return Committed(tree, self._snapshots.head()[1], message, tuple(files))

    def commit(self, message: str, chosen: Collection[str] | None, shown: str) -> Committed:
        """Commit what was *shown*, a tree.

        Raises GitFailed with what hooks said, ChangedMeanwhile; then nothing is committed.
        """
        with self._snapshots.held() as private:
            owner = Owner.of(self._git, private.place)
            check_finished(OwnersHistory(self._git, private.place))
            dirty = owner.dirty()
            files = choose(dirty, chosen)
            if not files:
                raise InvalidRequest("There is nothing to commit.")
            self._snapshots.finish_step()
            check_shown(private, shown, private.tree()[0], files)
            undo_id = str(uuid.uuid4())
            began = self._snapshots.record(undo_id, "commit", "start")
            output, told = self._run(private, owner, message, files, dirty, began.head)
            ended = self._snapshots.record(undo_id, "commit", "end")
            left = owner.dirty().keys() & files
            rewritten = left | differences(private, began.tree, ended.tree).keys()
            return Committed(
                ended.tree, ended.branch, message, tuple(files), ended.head, output,
                tuple(sorted(rewritten)), told, undo_id,
            )  # fmt: skip

    def _run(
        self, private: PrivateIndex, owner: Owner, message: str, files: list[str],
        dirty: Mapping[str, str], head: str,
    ) -> tuple[str, tuple[str, ...]]:  # fmt: skip
        new = [path for path in files if dirty[path] == "??"]
        if new:
            owner.ask("add", "--intent-to-add", *_from(private, "new-paths", new))
        try:
            how = ("commit", "--file=-", "--only", *_from(private, "paths", files))
            done = owner.run(*how, given=message)
            refused = done.returncode != 0
        except GitFailed as failure:
            if _stands(owner, head):
                # Git may have ended before it wrote into the index what it had committed.
                owner.run("reset", "--quiet", *_from(private, "paths", files), slow=False)
                return "", (f"The commit was made, but not all of it ended. {failure}",)
            self._take_back(private, owner, new)
            raise
        said = output_of(done)
        if refused:
            self._take_back(private, owner, new)
            raise GitFailed(f"Nothing was committed. Git, or a hook, said: {said}", output=said)
        return said, ()

    def _take_back(self, private: PrivateIndex, owner: Owner, new: list[str]) -> None:
        """A hook that failed leaves what was entered for the commit."""
        if new:
            owner.run("reset", "--quiet", *_from(private, "new-paths", new), slow=False)


def _stands(owner: Owner, before: str) -> bool:
    """Whether HEAD is a commit after the one *before*."""
    return owner.commit("HEAD") != before and owner.commit("HEAD^") == before


def choose(dirty: Mapping[str, str], chosen: Collection[str] | None) -> list[str]:
    """Those of the *chosen* files, or all, that are not committed. Raises InvalidRequest."""
    if chosen is None:
        return sorted(dirty)
    names = {**{readable(path): path for path in dirty}, **{path: path for path in dirty}}
    if unknown := [path for path in chosen if path not in names]:
        raise InvalidRequest(f"paths: {readable(unknown[0])} has nothing that is not committed.")
    return sorted({names[path] for path in chosen})


def _from(private: PrivateIndex, name: str, paths: list[str]) -> tuple[str, str]:
    """The arguments by which git reads these names from a file, each as it is."""
    lines = "".join(f":(top,literal){path}\0" for path in paths)
    with Folder.open(private.path) as own:
        own.replace(name, lines.encode("utf-8", "surrogateescape"))
    return f"--pathspec-from-file={private.path / name}", "--pathspec-file-nul"
