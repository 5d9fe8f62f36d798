"""What a worktree has that is nowhere else, looked for before it is removed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from janus.storage.folder import Folder
from janus.workspace.filters import run_leniently
from janus.workspace.git import Git, as_path, failed, readable
from janus.workspace.nested import Nested, nested_in
from janus.workspace.submodules import FILLED

_NAMED = 5
#: How many nested repositories programs are told of.
_DETAILED = 100
#: Bytes; larger files are not compared with those of the workspace.
_COMPARED = 1 << 20
#: What lies in a worktree's own git folder while something is half done.
_HALF_DONE = {
    "MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase", "rebase-apply": "a rebase",
}  # fmt: skip


def work_in(
    git: Git, path: Path, branch: str | None, worktrees: Iterable[Path] = (), landed: str = ""
) -> tuple[list[str], dict[str, object]]:
    """In words, each a thing that would be lost or is merged nowhere, and for programs.

    *worktrees* are all that git knows. Commits that have *landed* are not lost. Raises
    WorktreeDirty where nobody can tell, GitFailed.
    """
    words: list[str] = []
    details: dict[str, object] = {}
    changed, new = _files(git, path)
    if new:  # what was brought along and nobody has changed is not lost
        top = git.run("rev-parse", "--show-toplevel").stdout.removesuffix("\n")
        new = [name for name in new if not (top and _same(as_path(top) / name, path / name))]
    for kind, names in (("changed", changed), ("new", new)):
        if names:
            words.append(f"{_count(names, f'{kind} file')} ({_some(names)})")
        details[f"{kind}_files"] = len(names)
    details["files"] = (changed + new)[:_NAMED]
    own = as_path(git.ask("rev-parse", "--absolute-git-dir", at=path))
    if half_done := [what for name, what in _HALF_DONE.items() if (own / name).exists()]:
        words.append(f"{half_done[0]} that is not finished")
        details["unfinished"] = half_done[0].removeprefix("a ")
    nested = nested_in(path, git.limit)
    filled = [one for one in nested if one.link and one.link.resolve().is_relative_to(own)]
    others = {one.name for one in nested if one not in filled and not _is_tracked(git, path, one)}
    for other in worktrees:
        if other != path and other.is_relative_to(path) and other.is_dir():
            others.add(str(other.relative_to(path)))
    if others:
        names = sorted(map(readable, others))
        words.append(f"other repositories or worktrees in it ({_some(names)})")
        details["repositories"] = names[:_DETAILED]
    if (own / "modules").is_dir():
        kept = _work_in_submodules(git, path, own / "modules", filled)
        words += kept
        details["submodules"] = bool(kept)
    if commits := 0 if landed else _commits(git, path, branch):
        words.append(f"{_count(range(commits), 'commit')} that no other branch or tag has")
    details["commits"] = commits
    return words, details


def _work_in_submodules(git: Git, path: Path, stores: Path, filled: list[Nested]) -> list[str]:
    """The same of submodules: what is in their own repositories goes with the worktree."""
    words = []
    commits = 0
    for store in nested_in(stores, git.limit):
        at = stores / store.name
        if git.run("rev-parse", "--verify", "--quiet", FILLED, at=at).returncode != 0:
            return ["submodules of its own"]  # nobody knows where else their commits are
        only = ("HEAD", "--all", "--not", "--remotes", FILLED, "--")
        commits += int(git.ask("rev-list", "--count", *only, at=at, slow=True))
    if commits:
        words.append(f"{_count(range(commits), 'commit')} in submodules that are nowhere else")
    for one in filled:
        changed, new = _files(git, path / one.name)
        if changed or new:
            words.append(f"changes in the submodule {readable(one.name)} ({_some(changed + new)})")
    return words


def _is_tracked(git: Git, path: Path, one: Nested) -> bool:
    """Whether it belongs to the project itself, as a test's input: git status shows its changes."""
    head = f":(literal){one.name}/HEAD"
    listed = git.run("ls-files", "--error-unmatch", "--", head, at=path)
    return one.is_bare and listed.returncode == 0


def _files(git: Git, path: Path) -> tuple[list[str], list[str]]:
    """The names of changed files, and of those (or folders) that git does not know."""
    # All spelled out, because the user's configuration may say otherwise.
    how = ("--no-renames", "--untracked-files=normal", "--ignore-submodules=none")
    done, _ = run_leniently(git, "status", "--porcelain", "-z", *how, at=path)
    if done.returncode != 0:
        raise failed(done)
    text = done.stdout
    lines = [readable(line) for line in text.split("\0") if line]
    new = [line[3:] for line in lines if line.startswith("??")]
    return [line[3:] for line in lines if not line.startswith("??")], new


def _same(one: Path, other: Path) -> bool:
    """Whether two links, or plain files that are not too large, say the same; false for others."""
    try:
        if one.is_symlink() or other.is_symlink():
            return one.readlink() == other.readlink()
        return _content(one) == _content(other)
    except (OSError, ValueError):
        return False


def _content(path: Path) -> bytes:
    with Folder.open(path.parent) as folder:
        return folder.read(path.name, _COMPARED)


def _commits(git: Git, path: Path, branch: str | None) -> int:
    """How many only its HEAD and its own branch lead to."""
    if git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", at=path).returncode != 0:
        return 0  # a branch without a commit
    others = ["--branches", "--remotes", "--tags"]
    if branch:
        others = [f"--exclude={branch}", *others]
    return int(git.ask("rev-list", "--count", "HEAD", "--not", *others, "--", at=path, slow=True))


def _count(things: list[str] | range, what: str) -> str:
    return f"{len(things)} {what}{'' if len(things) == 1 else 's'}"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
