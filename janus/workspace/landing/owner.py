"""Git as the owner himself would run it: his hooks, his signature, and nobody to answer a question.

Whatever would ask, a password or an editor, fails at once; whatever hangs is ended after a while.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from janus.errors import GitFailed
from janus.text import sanitize
from janus.workspace.git import NOTHING, Done, Git, failed
from janus.workspace.landing.hooks import running_hook
from janus.workspace.snapshots.place import Place

#: Seconds for what runs hooks or talks to another computer; a client waits for 120.
LIMIT = 90.0
#: Characters of what hooks say that are passed on, the last ones.
_SAID = 8000
UNATTENDED = {
    "GIT_ASKPASS": "", "SSH_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never", "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":", "GIT_MERGE_AUTOEDIT": "no",
}  # fmt: skip


class Owner:
    """The owner's git in the checkout at *top*."""

    def __init__(self, git: Git, top: Path) -> None:
        self.git = git
        self.top = top

    @classmethod
    def of(cls, git: Git, place: Place) -> Owner:
        """Raises GitFailed where there is no repository."""
        if place.objects is None:
            raise GitFailed("This folder is no git repository, so nothing can be landed from it.")
        return cls(git, place.top)

    def run(
        self, *args: str, given: str = "", environ: dict[str, str] | None = None, slow: bool = True
    ) -> Done:
        """What git answers. Raises GitFailed where it takes too long, naming the hook if one does.

        What is not *slow* runs no hooks.
        """
        seen = {**UNATTENDED, **(environ or NOTHING)}
        how = ("-c", "core.fsmonitor=false", "-c", "core.askPass=", *args)
        run = partial(self.git.run, *how, at=self.top, given=given, slow=slow, limit=LIMIT)
        if not slow:
            return run(environ=seen)
        # A folder: what git leaves in the background would make a file anew.
        with tempfile.TemporaryDirectory(prefix="janus-git-", ignore_cleanup_errors=True) as own:
            account = Path(own) / "account"
            account.touch()
            try:
                return run(environ={**seen, "GIT_TRACE2_EVENT": str(account)})
            except GitFailed as failure:
                with account.open("rb") as lines:
                    hook = running_hook(lines)
                if not hook:
                    raise
                named = GitFailed(f"{failure} Its {hook} hook had not ended.")
                named.ended = failure.ended
                raise named from failure

    def ask(self, *args: str, given: str = "", environ: dict[str, str] | None = None) -> str:
        """What it prints. Raises GitFailed."""
        done = self.run(*args, given=given, environ=environ, slow=False)
        if done.returncode != 0:
            raise failed(done)
        return done.stdout.removesuffix("\n")

    def look(self, *args: str) -> str:
        """What it prints, or nothing where it refuses."""
        done = self.run(*args, slow=False)
        return done.stdout.removesuffix("\n") if done.returncode == 0 else ""

    def commit(self, name: str) -> str:
        """The id of a commit, or nothing: a name that is none must never be merged or moved."""
        return self.look(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )

    def dirty(self) -> dict[str, str]:
        """What is not committed, by path, as ``git status`` marks it.

        Without what is ours, and without repositories inside.
        """
        how = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
        entries = self.ask(*how, "--ignore-submodules=all").split("\0")
        found = {it[3:]: it[:2] for it in entries if it and not it.endswith("/")}
        return {path: it for path, it in found.items() if it != "??" or not _is_ours(path)}


def _is_ours(path: str) -> bool:
    return path.startswith((".janus/", ".worktrees/"))


def output_of(done: Done) -> str:
    """What git, and what it ran, said: for a person."""
    said = "\n".join(it.strip("\n") for it in (done.stdout, done.stderr) if it.strip())
    text: str = sanitize(said)
    return text[-_SAID:]
