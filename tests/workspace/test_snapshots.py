"""Snapshots and undo: byte for byte, in repositories that spoil what is done plainly."""

import os
import shutil
import time

import pytest
from conftest import git
from kit.hostile import BROKEN, ODD, commit, everything, make_hostile, owners_git

from janus.errors import ChangedMeanwhile, GitFailed, NotFound
from janus.workspace.git import Git
from janus.workspace.snapshots import found
from janus.workspace.snapshots.snapshots import Snapshots
from janus.workspace.snapshots.undo import Undo


class Story:
    """A session's folder, and turns in it."""

    def __init__(self, folder, state):
        self.folder = folder
        self.git = Git(folder, dict(os.environ))
        self.all = Snapshots(self.git, state)
        self.snapshots = self.all.of("s", folder)
        self.undoing = Undo(self.git, self.snapshots)

    def turn(self, name, work):
        self.snapshots.record(name, "turn", "start")
        work(self.folder)
        self.snapshots.finish_step(name)

    def undo(self, step, paths=None, tree=None):
        return self.undoing.undo(step, paths, tree)


@pytest.fixture
def story(workspace, tmp_path):
    return Story(workspace, tmp_path / "state")


@pytest.fixture
def hostile(workspace, tmp_path):
    marks = make_hostile(workspace)
    story = Story(workspace, tmp_path / "state")
    story.marks = marks
    return story


def spoil(folder):
    """Change everything in every way."""
    (folder / "a.crlf").write_bytes(b"one\ntwo\r\n")
    (folder / "a.mix").write_bytes(b"mixed\n\r\n")
    (folder / "a.id").write_text("$Id: 1234 $\n")
    (folder / "a.big").write_bytes(b"\0changed")
    (folder / "a.u16").write_bytes(b"no BOM")
    (folder / "flag.txt").write_text("changed\n")
    (folder / "skip.txt").write_text("changed\n")
    (folder / "run.sh").chmod(0o644)
    (folder / "link").unlink()
    (folder / "link").write_text("a file now\n")
    (folder / "dangling").unlink()
    shutil.rmtree(folder / "deep")
    (folder / "deep").write_text("a file where a folder was\n")
    (folder / BROKEN).unlink()
    (folder / "st*r").write_text("changed\n")
    (folder / os.fsdecode(ODD)).write_text("changed\n")
    (folder / "cart.py").unlink()
    (folder / "cart.py").mkdir()
    (folder / "cart.py" / "new.py").write_text("new\n")
    (folder / "new" / "er").mkdir(parents=True)
    (folder / "new" / "er" / "file.txt").write_text("new\n")


def test_everything_comes_back_byte_for_byte_and_the_owners_git_is_as_it_was(hostile):
    folder = hostile.folder
    before, owners = everything(folder), owners_git(folder)

    hostile.turn("t", spoil)
    after = everything(folder)
    undone = hostile.undo("t")

    assert everything(folder) == before
    assert owners_git(folder) == owners
    assert not hostile.marks.exists(), "something of the repository was run"
    assert {it.status for it in undone.files} == {"added", "deleted", "modified"}
    assert "inner" in " ".join(undone.told)
    hostile.undo(undone.undo_id)
    assert everything(folder) == after
    git(folder, "-c", "core.hooksPath=/dev/null", "fsck", "--strict")


def test_an_undo_is_shown_first_and_touches_nothing_then(story):
    story.turn("t", lambda folder: (folder / "new.txt").write_text("new\n"))
    before = everything(story.folder)

    shown = story.undoing.look("t")

    assert [(it.path, it.status) for it in shown.files] == [("new.txt", "deleted")]
    assert everything(story.folder) == before
    assert story.undo("t", tree=shown.tree).undo_id
    assert not (story.folder / "new.txt").exists()


def test_files_that_did_not_change_keep_their_times(story):
    readme = story.folder / "README.md"
    os.utime(readme, (1_000_000_000, 1_000_000_000))
    story.turn("t", lambda folder: (folder / "cart.py").write_text("changed\n"))

    story.undo("t")

    assert readme.stat().st_mtime == 1_000_000_000


def test_what_somebody_changed_since_is_named_and_nothing_is_touched(story):
    def work(folder):
        (folder / "cart.py").write_text("agent\n")
        (folder / "README.md").write_text("agent\n")

    story.turn("t", work)
    (story.folder / "cart.py").write_text("owner\n")
    before = everything(story.folder)

    with pytest.raises(ChangedMeanwhile, match=r"cart\.py") as refused:
        story.undo("t")
    assert refused.value.details["files"] == ["cart.py"]
    assert everything(story.folder) == before
    assert [it.path for it in story.undoing.look("t").files if it.kept] == ["cart.py"]
    story.undo("t", paths=["README.md"])
    assert (story.folder / "README.md").read_text().startswith("# Shop")
    assert (story.folder / "cart.py").read_text() == "owner\n"


def test_what_moved_since_it_was_shown_is_refused(story):
    story.turn("t", lambda folder: (folder / "cart.py").write_text("agent\n"))
    tree = story.undoing.look("t").tree
    story.turn("t2", lambda folder: (folder / "cart.py").write_text("later\n"))

    with pytest.raises(ChangedMeanwhile):
        story.undo("t2", tree=tree)
    with pytest.raises(ChangedMeanwhile):
        story.undo("t2", tree="0" * 40)
    assert (story.folder / "cart.py").read_text() == "later\n"
    with pytest.raises(NotFound):
        story.undo("t3")


@pytest.mark.others_slow
@pytest.mark.parametrize("how", ["deleted", "edited", "own", "nested"])
def test_what_was_ignored_at_the_start_is_never_deleted(story, how):
    """Agents edit ``.gitignore``: what was ignored looks new then, and was there all the time."""
    folder = story.folder
    (folder / "modules").mkdir()
    (folder / "modules" / "precious.js").write_text("precious\n")
    if how == "own":
        (folder / "modules" / ".gitignore").write_text("*\n")
    elif how == "nested":
        (folder / "sub").mkdir()
        (folder / "sub" / ".gitignore").write_text("late.txt\n")
    (folder / ".gitignore").write_text("secret.txt\n.env\n" + ("modules/\n" * (how != "own")))
    (folder / ".env").write_text("TOKEN=1\n")

    def work(folder):
        if how == "own":
            (folder / "modules" / ".gitignore").unlink()
        (folder / ".gitignore").unlink()
        if how == "edited":
            (folder / ".gitignore").write_text("nothing\n")
        if how == "nested":
            (folder / "sub" / ".gitignore").unlink()
            (folder / "sub" / "late.txt").write_text("was ignored by the rules of then\n")
        (folder / "new.txt").write_text("new\n")

    story.turn("t", work)
    undone = story.undo("t")

    assert (folder / "modules" / "precious.js").exists() and (folder / ".env").exists()
    assert (folder / "secret.txt").exists() and not (folder / "new.txt").exists()
    assert (folder / ".gitignore").read_text().startswith("secret.txt")
    assert [it.path for it in undone.files if it.kept]
    if how == "nested":
        assert (folder / "sub" / "late.txt").exists()


def test_ignored_files_in_the_way_are_not_overwritten(story):
    """Git itself would, and would say nothing."""
    folder = story.folder
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("a\n")

    def work(folder):
        shutil.rmtree(folder / "notes")
        (folder / ".gitignore").write_text("secret.txt\nnotes\n")

    story.turn("t", work)
    (folder / "notes").write_text("precious, and ignored\n")

    with pytest.raises(ChangedMeanwhile, match="notes"):
        story.undo("t", paths=["notes/a.txt"])
    assert (folder / "notes").read_text() == "precious, and ignored\n"


def test_nothing_is_written_through_a_link_in_place_of_a_folder(story, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file.txt").write_text("theirs\n")
    (story.folder / "sub").mkdir()
    (story.folder / "sub" / "file.txt").write_text("mine\n")

    def work(folder):
        shutil.rmtree(folder / "sub")
        (folder / "sub").symlink_to(outside)

    story.turn("t", work)
    story.undo("t")

    assert (outside / "file.txt").read_text() == "theirs\n"
    assert (story.folder / "sub" / "file.txt").read_text() == "mine\n"
    assert not (story.folder / "sub").is_symlink()


def test_what_is_too_large_or_no_file_is_left_out_and_named(story, monkeypatch):
    monkeypatch.setattr(found, "LARGEST", 1000)
    (story.folder / "big.bin").write_bytes(b"x" * 2000)
    os.mkfifo(story.folder / "pipe")

    def work(folder):
        (folder / "big.bin").write_bytes(b"y" * 3000)
        (folder / "cart.py").unlink()
        os.mkfifo(folder / "cart.py")
        (folder / "closed.txt").write_text("x")
        (folder / "closed.txt").chmod(0)

    story.turn("t", work)
    end = story.snapshots.chain.last()

    assert {path for path, _ in end.left_out} >= {"big.bin", "cart.py"}
    undone = story.undo("t")
    assert [it.kept for it in undone.files if it.path == "cart.py"] == [
        "it is in no snapshot: it is no file"
    ]
    assert (story.folder / "big.bin").read_bytes() == b"y" * 3000
    assert (story.folder / "cart.py").is_fifo()


def test_a_repository_without_a_commit_and_a_plain_folder(tmp_path, home):
    for kind in ("unborn", "plain"):
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "a.txt").write_text("a\n")
        if kind == "unborn":
            git(folder, "init", "-q")
        story = Story(folder, tmp_path / f"state-{kind}")
        before = everything(folder)

        story.turn("t", lambda folder: (folder / "a.txt").write_text("b\n"))
        undone = story.undo("t")

        assert everything(folder) == before, kind
        assert undone.undo_id and not (kind == "plain" and (folder / ".git").exists())


def test_a_home_folder_is_refused(home, tmp_path):
    with pytest.raises(GitFailed, match="home folder"):
        Story(home, tmp_path / "state").snapshots.record("t", "turn", "start")
    with pytest.raises(GitFailed, match="above"):
        Story(home.parent, tmp_path / "state").snapshots.record("t", "turn", "start")


def test_what_a_sparse_checkout_leaves_out_is_not_deleted(story):
    folder = story.folder
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "file.txt").write_text(f"{name}\n")
    commit(folder)
    git(folder, "sparse-checkout", "set", "one")
    assert not (folder / "two").exists()

    def work(folder):
        (folder / "one" / "file.txt").write_text("changed\n")
        git(folder, "sparse-checkout", "disable")

    story.turn("t", work)
    story.undo("t")

    assert (folder / "one" / "file.txt").read_text() == "one\n"
    assert (folder / "two" / "file.txt").read_text() == "two\n"


def test_what_its_owner_hides_from_git_comes_back_if_it_was_there(story):
    folder = story.folder
    (folder / "away.txt").write_text("away\n")
    commit(folder)
    git(folder, "update-index", "--skip-worktree", "cart.py", "away.txt")
    (folder / "away.txt").unlink()
    before = everything(folder)

    def work(folder):
        (folder / "cart.py").unlink()
        (folder / "README.md").write_text("changed\n")

    story.turn("t", work)

    assert {it.path for it in story.undo("t").files} == {"cart.py", "README.md"}
    assert everything(folder) == before


@pytest.mark.slow
def test_what_was_written_where_nothing_was_wanted_is_removed_again(story):
    folder = story.folder
    (folder / "two").mkdir()
    (folder / "two" / "file.txt").write_text("two\n")
    for name in ("away.txt", "link.txt"):
        (folder / name).write_text("away\n")
    commit(folder)
    git(folder, "sparse-checkout", "set", "one")
    git(folder, "update-index", "--skip-worktree", "away.txt", "link.txt")
    for name in ("away.txt", "link.txt"):
        (folder / name).unlink()
    before, strays = everything(folder), {"away.txt", "link.txt", "two/file.txt"}

    def work(folder):
        (folder / "two").mkdir()
        (folder / "two" / "file.txt").write_text("stray\n")
        (folder / "away.txt").write_text("stray\n")
        (folder / "link.txt").symlink_to("nowhere")
        story.snapshots.now()  # somebody looks meanwhile

    story.turn("t", work)
    after = everything(folder)
    undone = story.undo("t")
    assert {(it.path, it.status) for it in undone.files} == {(it, "deleted") for it in strays}
    assert everything(folder) == before
    again = story.undo(undone.undo_id)
    assert {it.path for it in again.files} == strays
    assert everything(folder) == after
    story.undo(again.undo_id)
    assert everything(folder) == before

    # Nothing of that was deleted, so it is not new when its owner wants it.
    story.turn("u", lambda folder: git(folder, "sparse-checkout", "disable"))
    assert (folder / "two" / "file.txt").read_text() == "two\n"
    assert story.undo("u").files == ()


def test_modes_links_and_the_case_of_names_come_back_whatever_is_configured(story):
    folder = story.folder
    for name, value in (("fileMode", "false"), ("symlinks", "false"), ("ignoreCase", "true")):
        git(folder, "config", f"core.{name}", value)
    (folder / "CART.PY").write_text("another\n")
    (folder / "link").symlink_to("cart.py")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    before = everything(folder)

    def work(folder):
        (folder / "cart.py").chmod(0o755)
        (folder / "CART.PY").write_text("changed\n")
        (folder / "readme.MD").write_text("new\n")
        (folder / "run.sh").unlink()
        (folder / "run.sh").write_text("changed\n")
        (folder / "link").unlink()

    story.turn("t", work)
    story.undo("t")

    assert everything(folder) == before


@pytest.mark.others_slow
@pytest.mark.parametrize("place", ["repository", "plain"])
def test_a_folder_without_a_file_is_a_state_like_any_other(place, tmp_path, home):
    folder = tmp_path / "empty"
    folder.mkdir()
    if place == "repository":
        git(folder, "init", "-q")
    story = Story(folder, tmp_path / "state")
    story.turn("t", lambda folder: (folder / "new.txt").write_text("new\n"))
    story.turn("u", lambda folder: (folder / "new.txt").unlink())

    assert [it.path for it in story.undo("u").files] == ["new.txt"]
    assert [it.path for it in story.undo("t").files] == ["new.txt"]
    assert everything(folder) == {}


def test_commits_of_a_turn_are_taken_back_with_what_was_staged(story):
    folder = story.folder
    (folder / "staged.txt").write_text("staged\n")
    git(folder, "add", "staged.txt")
    status, head = git(folder, "status", "--porcelain"), git(folder, "rev-parse", "HEAD")

    def work(folder):
        (folder / "cart.py").write_text("agent\n")
        commit(folder)

    story.turn("t", work)
    undone = story.undo("t")

    assert not undone.told
    assert git(folder, "rev-parse", "HEAD") == head
    assert git(folder, "status", "--porcelain") == status
    story.undo(undone.undo_id)
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.others_slow
@pytest.mark.parametrize("why", ["pushed", "moved", "switched", "merge"])
def test_commits_stay_where_taking_them_back_would_surprise(story, why, tmp_path):
    folder = story.folder
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(folder, "remote", "add", "origin", str(tmp_path / "remote.git"))

    def work(folder):
        if why == "switched":
            git(folder, "checkout", "-qb", "other")
        (folder / "cart.py").write_text("agent\n")
        commit(folder)

    story.turn("t", work)
    if why == "pushed":
        git(folder, "push", "-q", "origin", "HEAD:refs/heads/x")
        git(folder, "fetch", "-q")
    elif why == "moved":
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        git(folder, *who, "commit", "-q", "--allow-empty", "-m", "owner")
    elif why == "merge":
        (folder / ".git" / "MERGE_HEAD").write_text(git(folder, "rev-parse", "HEAD"))
    head = git(folder, "rev-parse", "HEAD")

    undone = story.undo("t")

    assert "commits stay" in " ".join(undone.told)
    assert git(folder, "rev-parse", "HEAD") == head
    assert "agent" not in (folder / "cart.py").read_text()


def test_snapshots_survive_gc_and_a_lost_index_and_go_with_their_session(story, tmp_path):
    story.turn("t", lambda folder: (folder / "cart.py").write_text("agent\n"))
    git(story.folder, "gc", "-q", "--prune=now")
    shutil.rmtree(tmp_path / "state")

    again = Story(story.folder, tmp_path / "state")
    again.undo("t")
    assert "agent" not in (story.folder / "cart.py").read_text()
    assert again.snapshots.chain.size() > 0

    again.all.forget("s")
    assert "refs/janus" not in git(story.folder, "for-each-ref")
    git(story.folder, "gc", "-q", "--prune=now")
    assert again.snapshots.record("t2", "turn", "start").tree
    with pytest.raises(NotFound):
        again.undo("t")


def test_a_crash_within_a_turn_ends_it_with_what_is_there(story):
    story.snapshots.record("t", "turn", "start")
    (story.folder / "cart.py").write_text("agent\n")

    undone = story.undo("t")  # and only then the turn thread comes to its end
    assert story.snapshots.finish_step("t") is None

    assert undone.undo_id and "agent" not in (story.folder / "cart.py").read_text()
    assert [it.edge for it in story.snapshots.chain.all()] == ["start", "end"] * 2


def test_an_edit_in_the_same_moment_is_not_overwritten(story, monkeypatch):
    story.turn("t", lambda folder: (folder / "cart.py").write_text("agent\n"))
    real = Git.run

    def racing(self, *args, **how):
        if "read-tree" in args:
            time.sleep(0.01)
            (story.folder / "cart.py").write_text("owner\n")
        return real(self, *args, **how)

    monkeypatch.setattr(Git, "run", racing)
    with pytest.raises(ChangedMeanwhile, match=r"cart\.py"):
        story.undo("t")
    assert (story.folder / "cart.py").read_text() == "owner\n"
