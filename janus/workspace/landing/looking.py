"""Look at a merge before it is done: what would be in it, or which files conflict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from janus.errors import GitFailed, InvalidRequest
from janus.workspace.git import quoted
from janus.workspace.landing.owner import Owner

_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class MergeLook:
    """What merging commit ``source`` into branch ``into`` at commit ``target`` gives: ``tree``.

    ``conflicts`` are paths; then the tree cannot be landed. ``commits`` counts those that are new;
    ``files`` are those of the target that change.
    """

    source: str
    into: str
    target: str
    tree: str
    conflicts: tuple[str, ...] = ()
    fast_forward: bool = False
    commits: int = 0
    files: tuple[str, ...] = ()
    #: On what ground all of it is in the branch already; see ``landed``.
    landed: str = ""


def look(owner: Owner, source: str, into: str) -> MergeLook:
    """What merging would give. Raises InvalidRequest, GitFailed: each case in other words."""
    done = owner.run("check-ref-format", f"refs/heads/{into}", slow=False)
    target = owner.commit(f"refs/heads/{into}") if done.returncode == 0 else ""
    if not target:
        raise InvalidRequest(f"into: There is no branch {into} here.")
    if other := owner.look("symbolic-ref", "--quiet", f"refs/heads/{into}"):
        # Nobody would look where that one is checked out.
        name = other.removeprefix("refs/heads/")
        raise InvalidRequest(f"into: {into} only stands for {name}. Say that instead.")
    start = owner.commit(source)
    if not start:
        raise GitFailed("The branch of this session is gone, or has no commit yet.")
    base = owner.look("merge-base", target, start)
    if not base:
        if owner.look("rev-parse", "--is-shallow-repository") == "true":
            raise GitFailed(
                "The history of this clone is cut, so git cannot tell what to merge. "
                "Fetch the rest: git fetch --unshallow"
            )
        raise GitFailed(f"This branch and {into} have no commit in common.")
    commits = int(owner.ask("rev-list", "--count", f"{target}..{start}"))
    tree, conflicts = owner.ask("rev-parse", f"{start}^{{tree}}"), tuple[str, ...]()
    if base != target:
        tree, conflicts = _merged(owner, target, start)
    how = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", target, tree)
    files = [it for it in owner.ask(*how).split("\0") if it]
    return MergeLook(
        start, into, target, tree, conflicts, base == target, commits,
        tuple(files[:_LISTED]),
    )  # fmt: skip


def _merged(owner: Owner, target: str, source: str) -> tuple[str, tuple[str, ...]]:
    """The tree, and the paths in conflict."""
    how = ("merge-tree", "--write-tree", "-z", "--name-only", target, source)
    done = owner.run(*how, slow=False)
    tree, _, rest = done.stdout.partition("\0")
    if done.returncode not in (0, 1) or not tree or set(tree) - set("0123456789abcdef"):
        if "not a git command" in done.stderr or "usage:" in done.stderr:
            raise GitFailed("Merging needs git 2.38 or newer on the computer.")
        raise GitFailed(f"Git cannot merge these: {quoted(done.stderr) or quoted(done.stdout)}")
    names = rest.partition("\0\0")[0].split("\0") if done.returncode == 1 else ()
    return tree, tuple(_once(names))


def _once(names: Iterable[str]) -> Iterable[str]:
    return (name for name in dict.fromkeys(names) if name)
