"""Whatever a repository contains, Janus changes nothing but its state and its own worktrees.

Trees with links, FIFOs and odd names in every place that Janus touches are made at random; then it
starts, opens sessions, isolated and not, ends them, and stops. What was there before must be there
after, to the byte.
"""

import contextlib
import os
import random
import shutil
import stat
from dataclasses import replace

import pytest
from conftest import QUICK, fake_path, git

from janus.app import create_app
from janus.errors import CannotServe, JanusError

ID = "3f1b2c9e-0000-4000-8000-000000000001"
LOG = (
    '{"seq":1,"kind":"status","data":{"status":"idle","session":{"name":"x","agent":"$(id)",'
    '"branch":null,"worktree_path":"/etc","created_at":"2027-01-15T08:00:00.000Z"}},"at":1.8e9}\n'
    '{"seq":2,"kind":"status","data":{"status":"idle","agent":"x","protocol":"acp",'
    '"conversation_id":"--force","model":"m"},"at":1.8e9}\n'
)
LIST = (
    '{"version":"1.0","sessions":[{"id":"' + ID + '","name":"x","status":"idle","branch":null,'
    '"worktreePath":"/etc","agent":"$(id)","createdAt":"2027-01-15T08:00:00.000Z",'
    '"lastActivity":"2027-01-15T08:00:00.000Z"}]}'
)
#: Every place that Janus touches, or that the first house did, and names that once did harm.
PLACES = [
    ".janus", ".janus/logs", f".janus/logs/{ID}.jsonl", ".janus/sessions.json", ".janus/lock",
    ".janus/conversation-summaries", ".janus/.new-x", ".janus/logs/-rf.jsonl",
    ".janus/logs/...jsonl", ".janus/project.json",
    ".worktrees", ".worktrees/.new-..", ".worktrees/.new-", ".worktrees/.new-.git",
    f".worktrees/.new-{ID}", f".worktrees/.old-{ID}", f".worktrees/.old-{ID}/{ID}",
    f".worktrees/{ID}", ".worktrees/..x", ".worktrees/\n", ".git/info/exclude", ".git/info", ".env",
]  # fmt: skip
KINDS = [
    "file", "empty", "log", "list", "folder", "full", "fifo", "dangling", "/dev/zero", "outside",
    "outside/.bashrc", "hard", "home", "up", "git",
]  # fmt: skip


class Tree:
    """A workspace with strange things in it, and beside it what must stay as it is."""

    def __init__(self, workspace, outside, seed):
        self.workspace, self.outside = workspace, outside
        self.random = random.Random(seed)
        self.made = []
        outside.mkdir()
        (outside / ".bashrc").write_text("precious\n")
        (outside / ".old-x").mkdir()
        (outside / ".old-x" / "file").write_text("precious\n")
        for place in self.random.sample(PLACES, self.random.randint(1, 12)):
            with contextlib.suppress(OSError):
                self.put(place, self.random.choice(KINDS))
        if self.random.random() < 0.4:
            with contextlib.suppress(Exception):
                git(workspace, "add", "-f", ".")
                who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
                git(workspace, *who, "commit", "-qm", "All of it")

    def put(self, place, kind):
        path = self.workspace / place
        if path.parent.resolve() == path.parent:
            path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        self.make(path, kind)
        self.made.append((place, kind))

    def make(self, path, kind):
        texts = {"file": "mine\n", "empty": "", "log": LOG, "list": LIST}
        leads = {
            "dangling": self.outside / "none", "outside": self.outside,
            "outside/.bashrc": self.outside / ".bashrc", "home": self.workspace.parent / "home",
            "up": "..", "git": ".git", "/dev/zero": "/dev/zero",
        }  # fmt: skip
        if kind in texts:
            path.write_text(texts[kind])
        elif kind == "fifo":
            os.mkfifo(path)
        elif kind == "hard":
            os.link(self.outside / ".bashrc", path)
        elif kind in ("folder", "full"):
            path.mkdir()
            if kind == "full":
                (path / "file").write_text("mine\n")
        else:
            path.symlink_to(leads[kind])


def snapshot(folder, without=()):
    """What is below a folder: kinds, modes, contents, and where links lead."""
    found, todo = {}, [folder]
    while todo:
        here = todo.pop()
        for entry in os.scandir(here):
            name = os.path.relpath(entry.path, folder)
            if name in without:
                continue
            info = entry.stat(follow_symlinks=False)
            if entry.is_symlink():
                what = os.fsencode(os.readlink(entry.path))  # noqa: PTH115
            elif entry.is_file(follow_symlinks=False):
                with open(entry.path, "rb") as file:  # noqa: PTH123
                    what = file.read()
            else:
                what = b""
            found[name] = (info.st_mode, what)
            if entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
    return found


def taken_over(workspace, before, name):
    """Whether this may be state of the first house: a plain file that git does not track."""
    place = name.startswith(".janus/logs/") or name == ".janus/sessions.json"
    return place and stat.S_ISREG(before[name][0]) and not git(workspace, "ls-files", ".janus")


def is_gits(name):
    """What git itself writes when it makes branches and worktrees."""
    parts = ("refs", "logs", "worktrees", "index", "objects", "HEAD", "ORIG_HEAD", "info")
    return any(name == f".git/{part}" or name.startswith(f".git/{part}/") for part in parts)


#: How sessions are begun, the last of them for trees made at random only.
BEGUN = {}, {"name": "fix"}, {"session_id": ID, "name": "odd"}, {"name": "two"}


def use(settings, begun=BEGUN):
    """Start, open sessions, say something, end them, stop; what is refused is refused."""
    made = []
    app = create_app(settings, start=False)
    janus = app.extensions["janus"]
    try:
        janus.start()
        manager = janus.manager
        for body in begun:
            with contextlib.suppress(JanusError):
                made.append(manager.create(**body).session_id)
        for id in [info.session_id for info in manager.all()]:
            with contextlib.suppress(JanusError):
                manager.say(id, "Where is ShoppingCart?")
        for number, info in enumerate(manager.all()):
            with contextlib.suppress(JanusError):
                manager.end(info.session_id, cleanup=number % 2 == 0, force=number % 3 == 0)
    except CannotServe:
        pass
    finally:
        janus.stop()
    return made


def check(settings, tmp_path, seed):
    tree = Tree(settings.workspace, tmp_path / "outside", seed)
    top = snapshot(settings.workspace)
    around = snapshot(tmp_path, without=("shop", "home/.local"))

    made = [*use(settings), *use(settings)]

    told = f"seed {seed}: {tree.made}"
    assert snapshot(tmp_path, without=("shop", "home/.local")) == around, told
    after = snapshot(settings.workspace)
    own = [f".worktrees/{id}" for id in made]
    for name, what in top.items():
        if name not in after:
            assert taken_over(settings.workspace, top, name), f"{told}: {name!r} is gone"
        elif after[name] != what:
            list_of_ours = name == ".janus/sessions.json"
            assert list_of_ours or is_gits(name), f"{told}: {name!r} was changed"
    for name in after.keys() - top.keys():
        published = name == ".janus" or name.startswith(
            (".janus/sessions.json", ".janus/conversation-summaries")
        )
        ours = name == ".worktrees" or any(name == one or name.startswith(f"{one}/") for one in own)
        assert published or ours or is_gits(name), f"{told}: {name!r} was made"


@pytest.fixture
def settings(settings, tmp_path, home):
    """The same, for an agent that takes next to no time: what counts is what Janus does."""
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent", program=QUICK)}
    return replace(settings, agent="cursor-agent", environ=environ)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Git is not waited for long where a pipe is in the place of a file that it reads."""
    monkeypatch.setattr("janus.workspace.git.QUERY_TIMEOUT", 1.0)
    for module in ("chain", "owners"):
        monkeypatch.setattr(f"janus.workspace.snapshots.{module}.PATIENCE", 1.0)


@pytest.mark.others_slow
@pytest.mark.parametrize("seed", range(3))
def test_nothing_but_its_own_is_touched(seed, settings, tmp_path):
    check(replace(settings, turn_limit=5, summary_timeout=2, git_timeout=1), tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, int(os.environ.get("JANUS_TREES", "24"))))
def test_nothing_but_its_own_is_touched_in_many_more(seed, settings, tmp_path):
    check(replace(settings, turn_limit=5, summary_timeout=2, git_timeout=1), tmp_path, seed)


# --- what was seen to do harm


def untouched(settings, tmp_path):
    """Uses the workspace; all that was there is still there."""
    before = snapshot(settings.workspace, without=(".git", ".janus"))
    around = snapshot(tmp_path, without=("shop", "home/.local"))
    use(settings, BEGUN[:-1])
    after = snapshot(settings.workspace, without=(".git", ".janus"))
    assert {name: after.get(name) for name in before} == before
    assert snapshot(tmp_path, without=("shop", "home/.local")) == around
    assert git(settings.workspace, "log", "--oneline")


@pytest.mark.others_slow
@pytest.mark.parametrize("name", [".new-..", ".new-", ".new-.git", f".new-{ID}", f".old-{ID}"])
def test_a_name_in_the_repository_deletes_nothing(name, settings, tmp_path):
    folder = settings.workspace / ".worktrees"
    folder.mkdir()
    (folder / name).write_text("feature/main\n0000\n")
    (folder / ID).mkdir()
    (folder / ID / "uncommitted.txt").write_text("precious")
    (settings.workspace / "uncommitted.txt").write_text("precious")

    untouched(settings, tmp_path)


def test_worktrees_that_are_a_link_are_neither_made_nor_deleted(settings, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / ".old-x").mkdir()
    (settings.workspace / ".worktrees").symlink_to(tmp_path / "outside")

    untouched(settings, tmp_path)


@pytest.mark.others_slow
@pytest.mark.parametrize("place", [f"logs/{ID}.jsonl", "lock", "sessions.json", "."])
def test_a_link_to_a_file_of_the_owner_is_not_written_through(place, settings, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in (".bashrc", "id_ed25519"):
        (outside / name).write_text("precious\n")
    path = settings.workspace / ".janus" / place
    if place == ".":
        (settings.workspace / ".janus").symlink_to(outside)
    else:
        path.parent.mkdir(parents=True)
        (settings.workspace / ".janus" / "sessions.json").write_text(LIST)
        path.unlink(missing_ok=True)
        path.symlink_to(outside / ".bashrc")

    untouched(settings, tmp_path)


@pytest.mark.others_slow
@pytest.mark.parametrize("kind", ["link", "hard", "info"])
def test_what_is_hidden_from_git_status_is_written_nowhere_else(kind, settings, tmp_path):
    info = settings.workspace / ".git" / "info"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "exclude").write_text("precious\n")
    (info / "exclude").unlink()
    if kind == "link":
        (info / "exclude").symlink_to(outside / "exclude")
    elif kind == "hard":
        os.link(outside / "exclude", info / "exclude")
    else:
        info.rmdir()
        info.symlink_to(outside)

    untouched(settings, tmp_path)


def test_a_list_in_the_repository_starts_no_agent_anywhere(settings):
    (settings.workspace / ".janus").mkdir()
    (settings.workspace / ".janus" / "sessions.json").write_text(LIST)
    app = create_app(settings, start=False)
    janus = app.extensions["janus"]
    janus.start()

    assert janus.manager.all() == []
    janus.stop()


def test_what_an_agent_writes_into_the_published_list_is_not_believed(settings):
    app = create_app(settings, start=False)
    janus = app.extensions["janus"]
    janus.start()
    janus.manager.create()
    janus.stop()
    (settings.workspace / ".janus" / "sessions.json").write_text(LIST)
    again = create_app(settings, start=False).extensions["janus"]
    again.start()

    assert ID not in [info.session_id for info in again.manager.all()]
    again.stop()
