"""The owner's branch and what was staged, put back after the files of a step were."""

from __future__ import annotations

from janus.errors import GitFailed
from janus.workspace.git import Git, quoted
from janus.workspace.snapshots.chain import Moment
from janus.workspace.snapshots.place import QUIETLY, Place
from janus.workspace.snapshots.private import PATIENCE

#: What lies in a checkout's own git folder while something is half done.
UNFINISHED = {
    "MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase", "rebase-apply": "a rebase", "BISECT_LOG": "a bisect",
}  # fmt: skip


class OwnersHistory:
    """The repository of a checkout, as its owner sees it."""

    def __init__(self, git: Git, place: Place) -> None:
        self._git = git
        self._place = place

    def run(self, *args: str) -> tuple[int, str, str]:
        """The exit code, and what git says, of a command that runs nothing of the repository."""
        how = (*QUIETLY, *args)
        done = self._git.run(*how, at=self._place.top, environ=self._place.environ, limit=PATIENCE)
        return done.returncode, done.stdout.removesuffix("\n"), done.stderr

    def unfinished(self) -> str:
        """What is half done in the checkout, such as a merge; nothing if all is well."""
        paths = [part for name in UNFINISHED for part in ("--git-path", name)]
        code, text, _ = self.run("rev-parse", *paths)
        if code != 0:
            return ""
        found = zip(UNFINISHED.values(), text.split("\n"), strict=False)
        return next((it for it, path in found if (self._place.top / path).exists()), "")

    def put_back(self, start: Moment, end: Moment, now: tuple[str, str], index: str) -> str:
        """Put branch and staged state back from *end* to *start*, or say why not, in a sentence.

        *now* are the commit and the branch, *index* is the tree of the index.
        """
        if self._place.objects is None or (start.head, start.index) == (end.head, end.index):
            return ""
        if start.head != end.head:
            if why := self._refuses(start, end, now):
                return f"Its commits stay: {why}."
            ref = f"refs/heads/{end.branch}" if end.branch else "HEAD"
            told = ("update-ref", "--no-deref", "-m", "janus: undo")
            how = (ref, start.head, end.head) if start.head else ("-d", ref, end.head)
            code, _, complaint = self.run(*told, *how)
            if code != 0:
                return f"Its commits stay: {quoted(complaint)}."
        if not start.index or index != end.index:
            return "What is staged stays as it is: it was changed since, or was in a conflict."
        code, _, complaint = self.run("read-tree", "-m", "-i", start.index)
        if code != 0:
            return f"What is staged stays as it is: {quoted(complaint)}."
        self.run("update-index", "-q", "--refresh")
        return ""

    def _refuses(self, start: Moment, end: Moment, now: tuple[str, str]) -> str:
        if now != (end.head, end.branch):
            return "HEAD was moved since"
        if start.branch != end.branch:
            return "the branch was switched"
        if half_done := self.unfinished():
            return f"{half_done} is not finished"
        new = ("rev-list", "--count", end.head, *([f"^{start.head}"] if start.head else []))
        if self.run(*new)[1] != self.run(*new, "--not", "--remotes")[1]:
            return "they were pushed"
        return ""


def check_finished(history: OwnersHistory) -> None:
    """Raises GitFailed while something is half done in the checkout."""
    if half_done := history.unfinished():
        raise GitFailed(f"Here {half_done} is not finished. Finish or abort that first.")
