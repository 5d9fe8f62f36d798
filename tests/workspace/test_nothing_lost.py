"""Random landings, undos and discards in random repositories: no byte is lost by any of them.

What was committed, staged or only in a file before a step is afterwards still in a file, or reached
by some ref, so that no ``gc`` takes it. ``JANUS_LANDINGS`` says how many stories are played.
"""

import contextlib
import os
import random
import subprocess

import pytest
from conftest import git
from kit.hostile import commit
from kit.order import others_slow
from test_landing import Work, identity  # noqa: F401 - a fixture

from janus.errors import JanusError
from janus.workspace.landing import checkouts
from janus.workspace.landing.committing import Committing
from janus.workspace.landing.discarding import Discarding

STORIES, STEPS = int(os.environ.get("JANUS_LANDINGS", "4")), 12
NAMES = [
    "a.txt",
    "b.crlf",
    "dir/c.txt",
    "dir/d",
    "e.bin",
    "cart.py",
    "new é",
    "x\ny",
    ".env",
    "dir",
]


KINDS = ["turn", "turn", "owner", "commit", "discard", "merge", "merge", "undo", "undo"]


class Killed(BaseException):
    """Janus is killed here."""


class Chaos(Work):
    def __init__(self, workspace, tmp_path, seed):
        self.random = random.Random(seed)
        (workspace / ".gitattributes").write_text("*.crlf text eol=crlf\n")
        commit(workspace)
        super().__init__(workspace, tmp_path)
        self.undos, self.turns = [], 0

    def scribble(self, folder):
        """Somebody changes files: any of them, in any way."""
        for _ in range(self.random.randint(1, 4)):
            path = folder / self.random.choice(NAMES)
            with contextlib.suppress(OSError):
                match self.random.randrange(6):
                    case 0:
                        path.unlink()
                    case 1:
                        path.chmod(0o755)
                    case 2:
                        path.unlink(missing_ok=True)
                        path.symlink_to("cart.py")
                    case _:
                        path.parent.mkdir(exist_ok=True)
                        path.write_bytes(self.random.randbytes(5) + b"\r\nx\n")
        if self.random.random() < 0.3:
            with contextlib.suppress(subprocess.CalledProcessError):
                git(folder, "add", "-A")
        if self.random.random() < 0.6:
            with contextlib.suppress(subprocess.CalledProcessError):
                commit(folder)

    def step(self):
        """One of all things that can be done; it may be refused."""
        story, chosen = self.story, None
        if self.random.random() < 0.3:
            chosen = [self.random.choice(NAMES)]
        self.kind = self.random.choice(KINDS)
        match self.kind:
            case "turn":
                self.turns += 1
                story.turn(f"t{self.turns}", self.scribble)
                self.undos.append(f"t{self.turns}")
            case "owner":
                self.scribble(self.random.choice([self.main, self.tree]))
            case "commit":
                committing = Committing(story.git, story.snapshots)
                done = committing.commit("m", chosen, committing.look("m", chosen).tree)
                self.undos.append(done.undo_id)
            case "discard":
                discarding = Discarding(story.git, story.snapshots)
                done = discarding.discard(chosen, discarding.look(chosen).tree)
                self.undos.append(done.undo_id)
            case "merge":
                self.undos.append(self.merge(self.random.random() < 0.5).undo_id)
            case "undo" if self.undos:
                id = self.random.choice(self.undos)
                if self.notes.of(id):
                    self.undos.append(self.undo(id).undo_id)
                else:
                    self.undos.append(story.undo(id, chosen).undo_id)

    def present(self):
        """All contents that are in a file, and all that a ref, a HEAD or an index leads to."""
        found = set()
        for folder in (self.main, self.tree):
            how = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
            names = git(folder, *how).split("\0")
            files = [it for it in names if it and (folder / it).is_file()]
            plain = [it for it in files if not (folder / it).is_symlink()]
            for name in plain:
                # A merge writes files of the owner's folder anew, as git does: from what is
                # committed, with the line ends of a checkout. The session's are kept raw.
                how = ("--no-filters",) if folder == self.tree else ()
                found.add(git(folder, "hash-object", *how, "--", name).strip())
            staged = git(folder, "ls-files", "-s", "-z").split("\0")
            found |= {it.split(" ")[1] for it in staged if it}
            heads = git(folder, "rev-list", "--objects", "HEAD", "--all").split("\n")
            found |= {it[:40] for it in heads if it}
        return found


@pytest.mark.parametrize("seed", others_slow(*range(STORIES)))
def test_no_byte_is_lost(workspace, tmp_path, seed, monkeypatch):
    chaos = Chaos(workspace, tmp_path, seed)
    real = checkouts.move

    def dying(*args):
        if chaos.random.random() < 0.2:
            raise Killed
        real(*args)

    monkeypatch.setattr("janus.workspace.landing.merging.move", dying)
    kinds = set()
    for _ in range(STEPS):
        before = chaos.present()
        try:
            chaos.step()
            kinds.add("done")
        except (JanusError, Killed) as refused:
            kinds.add(type(refused).__name__)
            chaos.merging.mend(chaos.owner)
        if chaos.kind != "owner":  # who may lose what he likes
            assert_kept(chaos, before)
    assert "done" in kinds or not chaos.undos  # in some there is nothing to do
    git(workspace, "fsck", "--strict", "--no-dangling")


def assert_kept(chaos, before):
    lost = before - chaos.present()
    kinds = {id: git(chaos.main, "cat-file", "-t", id).strip() for id in lost if known(chaos, id)}
    assert not [id for id, kind in kinds.items() if kind != "tree"]
    assert len(kinds) == len(lost)


def known(chaos, id):
    how = ["git", "cat-file", "-e", id]
    return subprocess.run(how, cwd=chaos.main, capture_output=True).returncode == 0
