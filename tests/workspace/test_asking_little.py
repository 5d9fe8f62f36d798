"""Turns and worktrees ask git little, and notice all the same whatever is different."""

import os
import shutil

import pytest
from conftest import git, wait_for
from kit.hostile import commit

from janus.storage.store import Store
from janus.workspace.git import Git
from janus.workspace.snapshots import look
from janus.workspace.snapshots.place import Place
from janus.workspace.snapshots.snapshots import Snapshots
from janus.workspace.snapshots.undo import Undo
from janus.workspace.worktrees import Workspace


def counted(state):
    """An environment in which git notes in ``asked`` what it is asked."""
    state.mkdir(exist_ok=True)
    program = state / "git"
    program.write_text(
        f'#!/bin/sh\necho "$*" >> {state / "asked"}\nexec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{state}:{os.environ['PATH']}"}


class Story:
    """A session's folder, and each command of git that its snapshots need."""

    def __init__(self, folder, state):
        self.folder, self.log = folder, state / "asked"
        self.git = Git(folder, counted(state))
        self.snapshots = Snapshots(self.git, state / "kept").of("s", folder)

    def turn(self, name, **files):
        began = self.snapshots.record(name, "turn", "start")
        self.write(**files)
        self.snapshots.finish_step(name)
        return began

    def write(self, **files):
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def undo(self, step):
        return Undo(self.git, self.snapshots).undo(step, None, None)

    def asked(self):
        """What git was asked since the last time."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines


@pytest.fixture(params=["repository", "plain"])
def story(request, workspace, tmp_path):
    if request.param == "plain":
        shutil.rmtree(workspace / ".git")
    return Story(workspace, tmp_path / "state")


@pytest.mark.others_slow
def test_a_turn_costs_few_commands_of_git(story):
    story.turn("first", a="1")
    story.snapshots.settle()
    story.turn("second")
    story.asked()

    story.turn("nothing changes")
    assert len(story.asked()) <= 3
    story.turn("something changes", a="2", b="3")
    assert len(story.asked()) <= 6
    story.snapshots.settle()
    assert len(story.asked()) <= 1
    story.snapshots.settle()
    assert not story.asked()


@pytest.mark.others_slow
def test_the_first_turn_of_a_session_costs_few_commands_of_git(story):
    story.turn("one")
    story.asked()
    all = Snapshots(story.git, story.log.parent / "others")
    most = 11 if (story.folder / ".git").exists() else 4

    for number, session in enumerate(("a", "b")):
        began = all.of(session, story.folder).record("one", "turn", "start")
        asked = story.asked()
        # Only the first one here asks git how it makes a private directory.
        assert sum(" init " in it for it in asked) == 1 - number
        assert len(asked) <= most + 2 - number
        assert began.tree == story.snapshots.chain.all()[0].tree
        story.asked()


def disguised(file):
    """Write to a file, and leave its size and its time as they were."""
    was = file.stat()
    file.write_text("2")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "change",
    [
        disguised,
        lambda file: file.chmod(0o755),
        lambda file: file.unlink(),
        lambda file: file.rename(file.with_name("z")),
        lambda file: file.with_name(".gitignore").write_text("b"),
        lambda file: (file.with_name("new").mkdir(), (file.with_name("new") / "x").write_text("")),
    ],
    ids=["written", "mode", "deleted", "renamed", "ignoring", "folder"],
)
def test_a_small_folder_at_rest_costs_no_command_and_what_changes_is_seen(story, change):
    story.write(a="1", b="1")
    wait_for(lambda: look.look_at(story.snapshots.place))
    began = story.turn("asked")
    story.asked()

    assert story.turn("at rest").tree == began.tree
    assert not story.asked()
    story.snapshots.record("changes", "turn", "start")
    change(story.folder / "a")
    assert story.snapshots.finish_step("changes").tree != began.tree
    story.asked()
    assert [it.step for it in story.snapshots.chain.all()][::2] == ["asked", "at rest", "changes"]
    assert story.undo("changes").files
    assert (story.folder / "a").read_text() == "1"


@pytest.mark.parametrize("story", ["repository"], indirect=True)
def test_what_is_tracked_although_it_is_ignored_is_kept(story):
    story.write(**{"a": "1", "b": "1", ".gitignore": "b"})
    story.turn("asked")
    git(story.folder, "add", "--force", "b")
    story.turn("forced", b="2")
    story.undo("forced")
    assert (story.folder / "b").read_text() == "1"


@pytest.mark.parametrize("story", ["repository"], indirect=True)
def test_what_is_kept_follows_the_rules_of_a_folder_at_rest(story, monkeypatch):
    monkeypatch.setattr(look, "SETTLED", 0.05)
    story.write(a="1", b="1")
    rules = story.folder / ".git/info/exclude"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text("b")
    wait_for(lambda: look.look_at(story.snapshots.place))
    began = story.turn("asked")
    rules.write_text("")
    assert story.turn("at rest").tree != began.tree


def test_what_git_alone_can_tell_is_not_told_by_a_look(tmp_path, monkeypatch):
    place = Place(tmp_path / "top")
    (place.top / ".worktrees").mkdir(parents=True)
    (place.top / ".worktrees/x").write_text("")
    wait_for(lambda: look.look_at(place))
    monkeypatch.setattr(look, "FINELY", 3600.0)
    monkeypatch.setattr(look, "SETTLED", 3600.0)
    assert look.look_at(place) is None  # it is too new

    for name in ("SETTLED", "FINELY"):
        monkeypatch.setattr(look, name, -60.0)
    assert [it[0] for it in look.look_at(place)] == [str(place.top)]
    (place.top / "sub/.git").mkdir(parents=True)
    assert look.look_at(place) is None
    (place.top / "sub/.git").rmdir()
    assert len(look.look_at(place)) == 2
    monkeypatch.setattr(look, "MOST", 1)
    assert look.look_at(place) is None


def test_a_worktree_costs_few_commands_of_git(workspace, tmp_path):
    environ = counted(tmp_path / "state")
    made = Workspace(workspace, environ, Store(tmp_path / "state"), bring=(".env*",))

    made.add_worktree("one", name="x")
    (tmp_path / "state" / "asked").unlink()
    assert made.add_worktree("two", name="x").branch == "feature/x-2"

    assert len((tmp_path / "state" / "asked").read_text().splitlines()) <= 9
    made.close()


@pytest.mark.others_slow
def test_turns_that_changed_nothing_are_known_to_the_next_janus(story, tmp_path):
    story.turn("t1", a="1")
    story.turn("t2")
    story.turn("t3")
    story.snapshots.record("t4", "turn", "start")
    story.write(a="4")

    again = Story(story.folder, tmp_path / "state")
    assert not again.undo("t3").files
    again.undo("t4")  # it crashed within this turn
    assert (again.folder / "a").read_text() == "1"
    again.turn("t5", b="5")
    again.undo("t1")

    steps = [it.step for it in again.snapshots.chain.all()]
    assert [it for it in dict.fromkeys(steps) if it[0] == "t"] == ["t1", "t2", "t3", "t4", "t5"]
    assert not (again.folder / "a").exists()


@pytest.mark.slow
def test_an_edit_in_the_same_moment_and_of_the_same_size_is_seen(story):
    path = story.folder / "same"
    for number in range(25):
        path.write_text(f"{number:04}")
        began = story.snapshots.record(f"t{number}", "turn", "start")
        path.write_text(f"{number:03}x")
        os.utime(path, ns=(1, 1))
        ended = story.snapshots.finish_step(f"t{number}")

        for tree, text in ((began.tree, f"{number:04}"), (ended.tree, f"{number:03}x")):
            assert story.snapshots.chain.ask("cat-file", "blob", f"{tree}:same") == text


@pytest.mark.slow
def test_snapshots_that_somebody_took_away_are_made_anew(story):
    story.turn("t1", a="1")
    before = story.turn("t2")
    chain = story.snapshots.chain
    chain.ask("update-ref", "-d", chain.ref)
    chain.ask("gc", "-q", "--prune=now")
    assert chain.run("cat-file", "-e", before.commit).returncode != 0

    story.turn("t3")
    assert chain.ask("cat-file", "blob", f"{chain.last().tree}:a") == "1"
    story.turn("t4", a="4")
    story.undo("t4")
    assert (story.folder / "a").read_text() == "1"


def test_a_folder_that_becomes_a_repository_is_noticed(workspace, tmp_path):
    shutil.rmtree(workspace / ".git")
    story = Story(workspace, tmp_path / "state")
    assert story.turn("t1").head == ""
    git(workspace, "init", "-q")
    commit(workspace)

    assert story.turn("t2").head == git(workspace, "rev-parse", "HEAD").strip()


@pytest.mark.slow
def test_what_is_checked_out_is_noted_as_it_is_then(workspace, tmp_path):
    story = Story(workspace, tmp_path / "state")

    def switch(*args):
        git(workspace, *args)
        began = story.turn(" ".join(args))
        branch = git(workspace, "branch", "--show-current").strip()
        assert (began.head, began.branch) == (git(workspace, "rev-parse", "HEAD").strip(), branch)

    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    switch("status")
    switch(*who, "commit", "-q", "--allow-empty", "-m", "one")
    switch("checkout", "-qb", "other")
    switch("pack-refs", "--all")
    switch(*who, "commit", "-q", "--allow-empty", "-m", "two")
    switch("pack-refs", "--all")
    switch("checkout", "-q", "--detach", "HEAD~1")
    switch("checkout", "-q", "other")
    switch("reset", "-q", "--hard", "HEAD~1")
