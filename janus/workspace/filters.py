"""Filters that a repository requires and this computer lacks, such as Git LFS without git-lfs."""

from __future__ import annotations

from pathlib import Path

from janus.workspace.git import Done, Git, quoted


def run_leniently(git: Git, *args: str, at: Path) -> tuple[Done, str]:
    """Run git; where a required filter fails, once more with files as git stores them.

    What git said of the filter is in the second part, which is empty if all was well.
    """
    done = git.run(*args, at=at, slow=True)
    if done.returncode == 0:
        return done, ""
    how = ("config", "--null", "--name-only", "--get-regexp", r"^filter\..*\.(required|process)$")
    names = [name for name in git.run(*how).stdout.split("\0") if name and "=" not in name]
    if not names:
        return done, ""
    # A process that is missing is fatal by itself; without it the others are tried, and may fail.
    lenient = [f"{name}={'false' if name.endswith('.required') else ''}" for name in names]
    again = git.run(*(word for it in lenient for word in ("-c", it)), *args, at=at, slow=True)
    return (again, quoted(done.stderr)) if again.returncode == 0 else (done, "")
