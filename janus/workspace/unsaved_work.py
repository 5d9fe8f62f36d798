"""What a worktree has that is nowhere else, looked for before it is removed."""

from __future__ import annotations

from pathlib import Path

from janus.workspace.git import Git, readable

_NAMED = 5
#: What lies in a worktree's own git folder while something is half done.
_HALF_DONE = {
    "MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase", "rebase-apply": "a rebase",
}  # fmt: skip


def work_in(git: Git, path: Path, branch: str | None) -> tuple[list[str], dict[str, object]]:
    """In words, each a thing that would be lost or is merged nowhere, and for programs."""
    words: list[str] = []
    details: dict[str, object] = {}
    changed, new = _files(git, path)
    for kind, names in (("changed", changed), ("new", new)):
        if names:
            words.append(f"{_count(names, f'{kind} file')} ({_some(names)})")
        details[f"{kind}_files"] = len(names)
    details["files"] = (changed + new)[:_NAMED]
    own = Path(git.ask("rev-parse", "--absolute-git-dir", at=path))
    if half_done := [what for name, what in _HALF_DONE.items() if (own / name).exists()]:
        words.append(f"{half_done[0]} that is not finished")
        details["unfinished"] = half_done[0].removeprefix("a ")
    if (own / "modules").is_dir():  # git itself refuses to remove these: their commits go too
        words.append("submodules of its own")
        details["submodules"] = True
    if commits := _commits(git, path, branch):
        words.append(f"{_count(range(commits), 'commit')} that no other branch or tag has")
    details["commits"] = commits
    return words, details


def _files(git: Git, path: Path) -> tuple[list[str], list[str]]:
    """The names of changed files, and of those (or folders) that git does not know."""
    # All spelled out, because the user's configuration may say otherwise.
    how = ("--no-renames", "--untracked-files=normal", "--ignore-submodules=none")
    text = git.ask("status", "--porcelain", "-z", *how, at=path, slow=True)
    lines = [readable(line) for line in text.split("\0") if line]
    new = [line[3:] for line in lines if line.startswith("??")]
    return [line[3:] for line in lines if not line.startswith("??")], new


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
