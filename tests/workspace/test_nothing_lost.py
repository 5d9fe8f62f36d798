"""Random landings, undos and discards in random repositories: no byte is lost by any of them.

What was committed, staged or only in a file before a step is afterwards still in a file, or reached
by some ref, so that no ``gc`` takes it; also where somebody else writes in the same moment, and
where Janus is killed in it. ``JANUS_LANDINGS`` says how many stories are played.
"""

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from conftest import git, processes_of, wait_for
from kit.hostile import commit
from kit.repositories import ALLOW_FILES
from test_landing import Work, identity  # noqa: F401 - a fixture
from test_snapshots import Story

from janus.errors import JanusError
from janus.workspace.landing.committing import Committing
from janus.workspace.landing.discarding import Discarding
from janus.workspace.landing.merging import Merging

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
#: Those that git ignores, unless somebody adds them all the same.
IGNORED = ["x.log", "dir/y.log"]
KINDS = ["turn", "turn", "owner", "commit", "discard", "merge", "merge", "undo", "undo", "killed"]
DOOMED = Path(__file__).with_name("doomed.py")


class Chaos(Work):
    def __init__(self, workspace, tmp_path, seed):
        self.random = random.Random(seed)
        self.kept = tmp_path / "state", tmp_path / "landings"
        self.told = Counter()
        (workspace / ".gitattributes").write_text("*.crlf text eol=crlf\n")
        (workspace / ".gitignore").write_text("*.log\n/nested/\n")
        commit(workspace)
        if seed % 3 == 0:
            inner = tmp_path / "inner"
            git(tmp_path, "init", "-q", "inner")
            (inner / "theirs.txt").write_text("theirs\n")
            commit(inner)
            git(workspace, *ALLOW_FILES, "submodule", "--quiet", "add", str(inner), "sub")
            commit(workspace, "A submodule")
        super().__init__(workspace, tmp_path)
        self.folders = [self.main, self.tree]
        if seed % 3 == 0:
            git(self.tree, *ALLOW_FILES, "submodule", "--quiet", "update", "--init")
            self.folders += [self.main / "sub", self.tree / "sub"]
        if seed % 3 == 1:
            git(self.tree, "worktree", "add", "-q", "-b", "nested", "nested")
            (self.tree / "nested" / "mine.txt").write_text("not committed\n")
            self.folders.append(self.tree / "nested")
        self.undos, self.turns, self.races = [], 0, 0

    def scribble(self, folder, names=NAMES):
        """Somebody changes files: any of them, in any way."""
        for _ in range(self.random.randint(1, 4)):
            path = folder / self.random.choice(names)
            with contextlib.suppress(OSError):
                match self.random.randrange(7):
                    case 0:
                        path.unlink()
                    case 1:
                        path.chmod(0o755)
                    case 2:
                        path.unlink(missing_ok=True)
                        path.symlink_to("cart.py")
                    case 3:
                        path.rename(folder / self.random.choice(names))
                    case _:
                        path.parent.mkdir(exist_ok=True)
                        path.write_bytes(self.random.randbytes(5) + b"\r\nx\n")
        if (folder / "sub").is_dir() and self.random.random() < 0.2:
            (folder / "sub" / "theirs.txt").write_bytes(self.random.randbytes(5))
            if self.kind == "turn" or self.random.random() < 0.5:  # no snapshot looks in there
                commit(folder / "sub")
        with contextlib.suppress(subprocess.CalledProcessError):
            if self.random.random() < 0.1:
                git(folder, "add", "--force", *(it for it in IGNORED if (folder / it).is_file()))
            if self.random.random() < 0.3:
                git(folder, "add", "-A")
            if self.random.random() < 0.6:
                commit(folder)

    def choose(self):
        """What is done next; often what a merge needs is done before: to have it in commits."""
        self.kind = self.random.choice(KINDS)
        if self.kind != "merge" or self.random.random() < 0.3:
            return
        for folder in (self.main, self.tree):
            with contextlib.suppress(subprocess.CalledProcessError):
                commit(folder)

    def step(self):
        """One of all things that can be done; it may be refused."""
        story, chosen = self.story, None
        if self.random.random() < 0.3:
            chosen = [self.random.choice(NAMES)]
        match self.kind:
            case "turn":
                self.turns += 1
                story.turn(f"t{self.turns}", self.scribble)
                self.undos.append(f"t{self.turns}")
            case "owner":
                folder = self.random.choice([self.main, self.tree])
                self.scribble(folder, [*NAMES, *IGNORED])
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
            case "killed":
                self.kill()

    def kill(self):
        """Janus is killed in the middle of it, and begins anew; sometimes git is killed with it."""
        what = [self.random.choice(["merge", "squash", "discard"])]
        if self.undos and self.random.random() < 0.5:
            what = ["undo", self.random.choice(self.undos)]
        argv = [sys.executable, DOOMED, self.tree, *self.kept, *what]
        doomed = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        with doomed:
            doomed.stdout.readline()
            with contextlib.suppress(subprocess.TimeoutExpired):
                doomed.wait(self.random.uniform(0, 0.3))
            together = self.random.random() < 0.5
            doomed.kill()
            home = Path(os.environ["HOME"])
            for pid in processes_of(home) if together else ():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            said = doomed.stdout.read()
        self.told["killed " + ("too late" if said else "in it")] += 1
        wait_for(lambda: not processes_of(home))
        # A git that is killed leaves its locks, as it does to everybody.
        for lock in (self.main / ".git").rglob("*.lock"):
            self.told["locks"] += 1
            lock.unlink()
        self.story = Story(self.tree, self.kept[0])
        self.merging = Merging(self.notes)
        assert self.merging.mend(self.owner) == []

    @contextlib.contextmanager
    def racing(self):
        """Somebody else makes new files meanwhile, and commits some; what they have in them."""
        written, over = [], threading.Event()

        def race():
            while not over.wait(0.005):
                self.races += 1
                folder = [self.main, self.tree][self.races % 2]
                content = f"race {self.races}\r\n".encode()
                name = [f"race-{self.races}", *NAMES][self.races % (len(NAMES) + 1)]
                try:
                    with (folder / name).open("xb") as file:
                        file.write(content)
                except OSError:
                    continue
                written.append(blob(content))
                written.append(blob(content.replace(b"\r\n", b"\n")))  # in `b.crlf`, committed
                if self.races % 3 == 0:
                    how = ["git", "commit", "-qm", "race", "--only", "--", name]
                    subprocess.run(["git", "add", "--", name], cwd=folder, capture_output=True)
                    subprocess.run(how, cwd=folder, capture_output=True)

        racer = threading.Thread(target=race)
        racer.start()
        try:
            yield written
        finally:
            over.set()
            racer.join()

    def present(self):
        """All contents that are in a file, and all that a ref, a HEAD or an index leads to."""
        found = set()
        for folder in self.folders:
            names = git(folder, "ls-files", "-z", "--cached", "--others").split("\0")
            for name in {it for it in names if it}:
                path = folder / name
                if path.is_file() and not path.is_symlink():
                    found.add(blob(self.bytes_of(folder, path)))
            staged = git(folder, "ls-files", "-s", "-z").split("\0")
            found |= {it.split(" ")[1] for it in staged if it}
            heads = git(folder, "rev-list", "--objects", "HEAD", "--all").split("\n")
            found |= {it[:40] for it in heads if it}
        return found

    def bytes_of(self, folder, path):
        """What is in a file; in the owner's folder as git commits it.

        A merge writes files there anew, as git does: with the line ends of a checkout.
        """
        content = path.read_bytes()
        if folder == self.main and path.suffix == ".crlf":
            return content.replace(b"\r\n", b"\n")
        return content


def blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.mark.others_slow
@pytest.mark.parametrize("seed", range(STORIES))
def test_no_byte_is_lost(workspace, tmp_path, seed):
    chaos, before = Chaos(workspace, tmp_path, seed), None
    for _ in range(STEPS):
        chaos.choose()
        if before is None or chaos.kind == "merge":  # for which the owner may have committed
            before = chaos.present()
        races = chaos.kind not in ("owner", "turn") and chaos.random.random() < 0.3
        with chaos.racing() if races else contextlib.nullcontext([]) as written:
            try:
                chaos.step()
                chaos.told[chaos.kind] += 1
            except JanusError as refused:
                chaos.told[f"{chaos.kind}: {type(refused).__name__}"] += 1
        # The owner may lose what he likes.
        before = None if chaos.kind == "owner" else assert_kept(chaos, before, written)
    print("told:", dict(chaos.told))
    git(workspace, "fsck", "--strict", "--no-dangling")


def assert_kept(chaos, before, written):
    """Nothing of *before* is lost, nor of what was *written* meanwhile; what is there now."""
    now = chaos.present()
    lost = before - now
    kinds = {id: git(chaos.main, "cat-file", "-t", id).strip() for id in lost if known(chaos, id)}
    assert not [id for id, kind in kinds.items() if kind != "tree"]
    assert len(kinds) == len(lost)
    assert all(set(pair) & now for pair in zip(written[::2], written[1::2], strict=True))
    return now


def known(chaos, id):
    how = ["git", "cat-file", "-e", id]
    return subprocess.run(how, cwd=chaos.main, capture_output=True).returncode == 0
