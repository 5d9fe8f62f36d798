"""The workspace's git: what is hidden, and worktrees however strange the repository is."""

import os
import shutil
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import git, processes_of, wait_for
from kit.repositories import ALLOW_FILES, ID, ME, commit, hook

import janus.workspace.git
import janus.workspace.running
from janus.errors import BranchInUse, GitFailed, InvalidRequest, WorktreeDirty
from janus.workspace import worktrees
from janus.workspace.root import Worktree

pytest_plugins = ["kit.repositories"]


def head(folder):
    return git(folder, "rev-parse", "HEAD").strip()


def branches(folder):
    return git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()


def entries(folder):
    """How many worktrees git has noted, whether their folders are there or not."""
    return git(folder, "worktree", "list", "--porcelain").count("worktree /")


@pytest.fixture
def untouched(workspace):
    """Fails the test that leaves anything of a worktree behind."""
    before = branches(workspace), entries(workspace)
    yield
    assert (branches(workspace), entries(workspace)) == before
    assert not list((workspace / ".worktrees").glob("*"))
    assert not list((workspace / ".git").rglob("*.lock"))


# --- what is ours is hidden


def test_what_is_ours_does_not_show_in_git_status(workspace, shop):
    for name in (".janus", ".worktrees"):
        (workspace / name).mkdir()
        (workspace / name / "file").touch()
    assert git(workspace, "status", "--short")

    shop.hide_ours()
    shop.hide_ours()

    assert git(workspace, "status", "--short") == ""
    exclude = (workspace / ".git" / "info" / "exclude").read_text()
    assert exclude.splitlines().count(".janus") == 1


def test_what_the_user_excluded_stays(workspace, shop):
    exclude = workspace / ".git" / "info" / "exclude"
    exclude.write_text("mine")  # without a newline

    shop.hide_ours()

    assert exclude.read_text().splitlines() == ["mine", ".janus", ".worktrees"]


def test_a_folder_inside_a_checkout_is_covered(workspace, on):
    inner = workspace / "inner"
    (inner / ".janus").mkdir(parents=True)
    (inner / ".janus" / "file").touch()

    on(inner).hide_ours()

    assert git(workspace, "status", "--short") == ""


@pytest.mark.parametrize("path", ["/usr/bin", "/nowhere"])
def test_without_a_repository_or_git_nothing_happens(path, tmp_path, on):
    nothing = on(tmp_path, PATH=path)

    nothing.hide_ours()

    assert nothing.worktrees() == {}
    assert not nothing.remove_worktree(ID)
    with pytest.raises(InvalidRequest, match="repository" if path == "/usr/bin" else "installed"):
        nothing.add_worktree(ID, name="x")
    assert list(tmp_path.iterdir()) == []


def test_an_exclude_file_that_cannot_be_written_is_only_logged(workspace, shop, caplog):
    exclude = workspace / ".git" / "info" / "exclude"
    exclude.unlink()
    exclude.mkdir()

    shop.hide_ours()

    assert "Cannot hide .janus" in caplog.text


# --- a worktree is made


def test_a_session_gets_a_branch_and_a_folder_of_its_own(workspace, shop):
    made = shop.add_worktree(ID, name="feature-auth")

    path = workspace / ".worktrees" / ID
    assert made == Worktree(path, "feature/feature-auth", path)
    assert shop.worktrees() == {ID: made} and shop.worktrees().get(ID) == made
    assert git(path, "branch", "--show-current").strip() == "feature/feature-auth"
    assert head(path) == head(workspace)
    assert (path / "cart.py").read_text() == (workspace / "cart.py").read_text()
    assert git(path, "status", "--short") == ""
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_taken_name_gets_a_number(workspace, shop):
    git(workspace, "branch", "feature/x")
    git(workspace, "branch", "feature/x-2/deep")  # in the way of feature/x-2
    git(workspace, "pack-refs", "--all")

    assert shop.add_worktree("a", name="x").branch == "feature/x-3"
    assert shop.add_worktree("b", name="x").branch == "feature/x-4"


def test_beside_a_branch_called_feature_there_is_a_dash(workspace, shop):
    git(workspace, "branch", "feature")

    assert shop.add_worktree("a", name="x").branch == "feature-x"
    assert shop.add_worktree("b", name="x").branch == "feature-x-2"


@pytest.mark.others_slow
@pytest.mark.parametrize("branch", ["topic/größe/🚲", "v1", "feature/a.b"])
def test_a_branch_that_is_there_can_be_named(branch, workspace, shop):
    git(workspace, "branch", branch)
    git(workspace, "tag", "v1")  # a tag of the same name does not matter
    commit(workspace)

    made = shop.add_worktree(ID, name="x", branch=branch)

    assert made.branch == branch == shop.worktrees().get(ID).branch
    assert head(made.path) != head(workspace)
    assert "feature/x" not in branches(workspace)


WRONG = ["", "-f", "--detach", "-", "@{-1}", "a..b", "a b", "x\n", "\0", "\ud800", "x" * 251]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("branch", [*WRONG, "nothing", "HEAD", "@", "refs/heads/main", "v1"])
def test_what_is_no_branch_is_refused(branch, workspace, shop):
    git(workspace, "tag", "v1")

    with pytest.raises(InvalidRequest, match=r"cannot be|There is no branch"):
        shop.add_worktree(ID, name="x", branch=branch)


def test_a_branch_of_the_remote_must_be_made_local_first(workspace, tmp_path, on):
    git(workspace, "branch", "topic")
    git(tmp_path, "clone", "-q", str(workspace), "copy")

    with pytest.raises(InvalidRequest, match="git branch --track topic origin/topic"):
        on(tmp_path / "copy").add_worktree(ID, name="x", branch="topic")


@pytest.mark.usefixtures("untouched")
def test_a_branch_is_checked_out_once(workspace, shop):
    current = git(workspace, "branch", "--show-current").strip()

    with pytest.raises(BranchInUse, match=str(workspace)):
        shop.add_worktree(ID, name="x", branch=current)


def test_a_new_branch_tracks_nothing(workspace, tmp_path, on):
    git(tmp_path, "clone", "-q", str(workspace), "copy")
    git(tmp_path / "copy", "config", "branch.autoSetupMerge", "always")

    on(tmp_path / "copy").add_worktree(ID, name="x")

    assert "feature/x" not in (tmp_path / "copy" / ".git" / "config").read_text()


@pytest.mark.slow(6)
def test_many_at_once_with_one_name_get_a_branch_each(workspace, shop):
    ids = [f"s{number}" for number in range(16)]
    together = threading.Barrier(16)

    def add(id):
        together.wait()
        return shop.add_worktree(id, name="x")

    with ThreadPoolExecutor(16) as pool:
        made = dict(zip(ids, pool.map(add, ids), strict=True))

    assert len({worktree.branch for worktree in made.values()}) == 16
    assert shop.worktrees() == made
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(shop.remove_worktree, ids))
    assert shop.worktrees() == {} and len(branches(workspace)) == 17


@pytest.mark.usefixtures("untouched")
def test_one_id_is_given_once(workspace, shop):
    def add(_):
        try:
            return shop.add_worktree(ID, name="x")
        except GitFailed as failure:
            return failure

    with ThreadPoolExecutor(4) as pool:
        made = [found for found in pool.map(add, range(4)) if isinstance(found, Worktree)]

    assert [*shop.worktrees().values()] == made and len(made) == 1
    assert shop.remove_worktree(ID)
    git(workspace, "branch", "-D", made[0].branch)


# --- where the workspace is


def test_a_repository_without_a_commit_is_refused(tmp_path, on):
    git(tmp_path, "init", "-q")

    with pytest.raises(InvalidRequest, match="no commit yet"):
        on(tmp_path).add_worktree(ID, name="x")

    assert [entry.name for entry in tmp_path.iterdir()] == [".git"]


def bare(workspace, tmp_path):
    """Nothing is checked out in it, but what is made of it is whole: some work so on purpose."""
    git(tmp_path, "clone", "-q", "--bare", str(workspace), "bare.git")
    return tmp_path / "bare.git"


def submodule(workspace, tmp_path):
    outer = tmp_path / "outer"
    git(tmp_path, "init", "-q", str(outer))
    git(outer, *ALLOW_FILES, "submodule", "--quiet", "add", str(workspace), "inner")
    return outer / "inner"


def linked(workspace, tmp_path):
    git(workspace, "worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    return tmp_path / "linked"


def detached(workspace, tmp_path):
    git(workspace, "checkout", "-q", "--detach")
    return workspace


def strangely_named(workspace, tmp_path):
    return workspace.rename(tmp_path / "a b: größe\nand\n🚲\n")


def through_a_link(workspace, tmp_path):
    (tmp_path / "link").symlink_to(workspace)
    return tmp_path / "link"


def busy(workspace, tmp_path):
    (workspace / ".git" / "index.lock").touch()
    return workspace


KINDS = [bare, submodule, linked, detached, strangely_named, through_a_link, busy]


@pytest.mark.others_slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_any_kind_of_repository_will_do(kind, workspace, tmp_path, on):
    folder = kind(workspace, tmp_path)
    here = on(folder)

    made = here.add_worktree(ID, name="x")

    assert made.path == made.folder == folder.resolve() / ".worktrees" / ID
    assert here.worktrees() == {ID: made} and made.branch == "feature/x"
    assert (made.path / "cart.py").exists() and git(made.path, "status", "--short") == ""
    commit(made.path)
    with pytest.raises(WorktreeDirty, match="1 commit that"):
        here.remove_worktree(ID)
    assert here.remove_worktree(ID, force=True)
    assert here.worktrees() == {} and "feature/x" in branches(folder)


def test_the_agent_works_where_the_workspace_is_in_its_repository(workspace, on):
    for name in ("packages/app", "new"):
        (workspace / name).mkdir(parents=True)
    (workspace / "packages" / "app" / "main.py").touch()
    (workspace / "away").symlink_to("/")
    git(workspace, "add", ".")
    commit(workspace)

    app = on(workspace / "packages" / "app").add_worktree(ID, name="x")
    new = on(workspace / "new").add_worktree(ID, name="x")

    assert app.path == workspace / "packages" / "app" / ".worktrees" / ID
    assert app.folder == app.path / "packages" / "app"
    assert new.folder == new.path  # git knows no empty folders


def test_git_variables_of_the_environment_do_not_matter(workspace, tmp_path, on):
    here = on(workspace, GIT_DIR="/nowhere", GIT_WORK_TREE="/", GIT_INDEX_FILE=str(tmp_path / "i"))

    made = here.add_worktree(ID, name="x")

    assert here.worktrees() == {ID: made} and here.remove_worktree(ID)


# --- nothing is left when it fails


@pytest.mark.others_slow
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("script", "words"), [("rm .git", "take"), ('rm -r "$PWD"', "cannot run")])
def test_a_hook_that_leaves_no_worktree_is_reported(script, words, workspace, shop):
    hook(workspace, script)

    with pytest.raises(GitFailed, match=words):
        shop.add_worktree(ID, name="x")


def test_a_branch_that_was_there_stays_when_it_fails(workspace, shop):
    git(workspace, "branch", "there")
    hook(workspace, "rm .git")

    with pytest.raises(GitFailed):
        shop.add_worktree(ID, name="x", branch="there")

    assert "there" in branches(workspace) and shop.worktrees() == {}


@pytest.mark.others_slow
@pytest.mark.parametrize("script", ["sleep 60 & sleep 60", "trap '' TERM; sleep 60; sleep 60"])
def test_a_hook_that_hangs_is_stopped_with_all_it_started(script, workspace, on, home, monkeypatch):
    monkeypatch.setattr(janus.workspace.running, "_GRACE", 0.1)
    hook(workspace, script)

    made = on(workspace, limit=1.0).add_worktree(ID, name="x")

    [told] = made.told
    assert "hook did not finish" in told and "JANUS_GIT_TIMEOUT" in told
    wait_for(lambda: processes_of(home) == [])


@pytest.mark.usefixtures("untouched")
def test_a_filter_that_hangs_is_stopped(workspace, on, home):
    (workspace / ".gitattributes").write_text("*.py filter=slow\n")
    git(workspace, "add", ".")
    commit(workspace)
    git(workspace, "config", "filter.slow.smudge", "sleep 60")

    with pytest.raises(GitFailed, match=r"reset took longer than 1 seconds.*JANUS_GIT_TIMEOUT"):
        on(workspace, limit=1.0).add_worktree(ID, name="x")

    wait_for(lambda: processes_of(home) == [])


def test_what_a_hook_leaves_running_does_not_hold_us_up(workspace, shop, home):
    hook(workspace, f"sleep 60 & echo $! > '{home}/pid'")

    shop.add_worktree(ID, name="x")

    os.kill(int((home / "pid").read_text()), signal.SIGKILL)  # it was there to the end


def test_the_hook_sees_what_git_itself_would_tell_it(workspace, shop, home):
    hook(workspace, f"echo \"$* $PWD\" >> '{home}/seen'")

    path = shop.add_worktree(ID, name="x").path
    git(workspace, "worktree", "add", "-q", "-b", "other", str(path.parent / "b"))

    ours, gits = (home / "seen").read_text().split("\n")[:2]
    assert ours.replace(str(path), "") == gits.replace(str(path.parent / "b"), "")


def test_what_is_in_the_way_stays(workspace, shop):
    before = branches(workspace)
    (workspace / ".worktrees").mkdir()
    (workspace / ".worktrees" / ID).write_text("mine")

    with pytest.raises(GitFailed, match="File exists"):
        shop.add_worktree(ID, name="x")
    assert not shop.remove_worktree(ID, force=True)

    assert (workspace / ".worktrees" / ID).read_text() == "mine"
    assert branches(workspace) == before and entries(workspace) == 1


@pytest.mark.usefixtures("untouched")
def test_one_that_is_given_up_between_two_commands_of_git_is_not_made(shop, monkeypatch):
    given_up = []

    def fill(*args):
        given_up.append(shop.stop_making(ID))  # nothing runs
        return []

    monkeypatch.setattr(worktrees, "fill_submodules", fill)

    with pytest.raises(GitFailed, match="was stopped"):
        shop.add_worktree(ID, name="x")

    assert given_up == [True] and not shop.stop_making(ID)


def test_one_that_is_whole_is_not_given_up_any_more(shop):
    with shop.adding_worktree(ID, name="x") as made:
        assert not shop.stop_making(ID)

    assert made.path.is_dir()


def test_what_git_cannot_write_is_said_in_its_words(workspace, shop):
    heads = workspace / ".git" / "refs" / "heads" / "feature"
    heads.write_text("no folder, no branch")

    with pytest.raises(GitFailed, match=r"Git failed \(branch\): .*feature/x"):
        shop.add_worktree(ID, name="x")


def test_a_list_that_fails_is_logged(workspace, shop, caplog):
    (workspace / ".git" / "config").write_text("[core")

    assert shop.worktrees() == {}
    assert "bad config" in caplog.text


# --- a worktree is removed


@pytest.fixture
def worktree(shop):
    return shop.add_worktree(ID, name="x").path


def test_a_clean_one_goes_and_its_branch_stays(workspace, shop, worktree):
    (worktree / "secret.txt").write_text("ignored, so nobody minds")

    assert shop.remove_worktree(ID)

    assert not worktree.exists() and entries(workspace) == 1
    assert "feature/x" in branches(workspace)
    assert not shop.remove_worktree(ID) and not shop.remove_worktree(ID, force=True)
    assert shop.add_worktree(ID, name="y", branch="feature/x").path == worktree


def test_uncommitted_work_is_kept_and_named(workspace, shop, worktree):
    git(workspace, "config", "status.showUntrackedFiles", "no")
    git(workspace, "config", "core.quotePath", "true")
    git(worktree, "mv", "cart.py", "basket.py")
    (worktree / "README.md").write_text("changed")
    for name in "größe", "two\nlines", os.fsdecode(b"\xff"):
        (worktree / name).touch()

    with pytest.raises(WorktreeDirty, match=r"3 changed files .*, 3 new files") as caught:
        shop.remove_worktree(ID)

    assert "and 1 more" not in str(caught.value)
    assert caught.value.details == {
        "changed_files": 3, "new_files": 3, "commits": 0,
        "files": ["README.md", "basket.py", "cart.py", "größe", "two\nlines"],
    }  # fmt: skip
    str(caught.value).encode()
    assert worktree.exists() and shop.remove_worktree(ID, force=True)
    assert not worktree.exists() and entries(workspace) == 1


def test_many_files_are_counted(shop, worktree):
    for number in range(7):
        (worktree / f"{number}").touch()

    with pytest.raises(WorktreeDirty, match=r"7 new files \(0, 1, 2, 3, 4 and 2 more\)"):
        shop.check_removable(ID)


def test_looking_leaves_the_index_alone(shop, worktree):
    index = Path(git(worktree, "rev-parse", "--absolute-git-dir").strip()) / "index"
    os.utime(worktree / "cart.py", (1, 1))
    before = index.read_bytes()

    shop.check_removable(ID)

    assert index.read_bytes() == before


@pytest.mark.others_slow
@pytest.mark.parametrize("verb", ["merge", "rebase", "cherry-pick", "revert"])
def test_what_is_half_done_is_kept(verb, workspace, shop, worktree):
    for folder in workspace, worktree:
        for number in 1, 2:
            (folder / "cart.py").write_text(f"{folder.name} {number}")
            commit(folder)
    git(workspace, "branch", "kept", "feature/x")
    other = "HEAD~1" if verb == "revert" else git(workspace, "branch", "--show-current").strip()
    stuck = subprocess.run(["git", *ME, verb, other], cwd=worktree, capture_output=True)
    assert stuck.returncode
    git(worktree, "checkout", "HEAD", ".")
    assert git(worktree, "status", "--short") == ""

    with pytest.raises(WorktreeDirty, match=f"a {verb} that is not finished") as caught:
        shop.remove_worktree(ID)

    assert caught.value.details["unfinished"] == verb
    assert shop.remove_worktree(ID, force=True)


@pytest.mark.others_slow
@pytest.mark.parametrize("saved", ["branch", "tag", "push", None])
@pytest.mark.parametrize("attached", [True, False])
def test_commits_count_until_they_are_somewhere_else(
    attached, saved, workspace, shop, worktree, tmp_path
):
    if not attached:
        git(worktree, "checkout", "-q", "--detach")
    (worktree / "HEAD").touch()  # no more than a name
    git(worktree, "add", ".")
    commit(worktree)
    commit(worktree)
    if saved == "push":
        git(tmp_path, "clone", "-q", "--bare", str(workspace), "origin.git")
        git(workspace, "remote", "add", "origin", str(tmp_path / "origin.git"))
        git(worktree, "push", "-q", "origin", "HEAD:refs/heads/pushed")
        git(worktree, "fetch", "-q")
    elif saved:
        git(worktree, saved, "feature/x-like")

    if saved:
        assert shop.remove_worktree(ID)
    else:
        with pytest.raises(WorktreeDirty, match="2 commits that no other") as caught:
            shop.remove_worktree(ID)
        assert caught.value.details["commits"] == 2


def test_a_branch_without_a_commit_counts_its_files(shop, worktree):
    git(worktree, "checkout", "-q", "--orphan", "fresh")

    with pytest.raises(WorktreeDirty, match="3 changed files"):
        shop.remove_worktree(ID)


def test_submodules_are_kept(workspace, shop, worktree, tmp_path):
    git(worktree, *ALLOW_FILES, "submodule", "--quiet", "add", str(workspace), "inner")
    commit(worktree)
    git(worktree, "tag", "kept")

    with pytest.raises(WorktreeDirty, match="has submodules of its own"):
        shop.remove_worktree(ID)

    assert shop.remove_worktree(ID, force=True) and entries(workspace) == 1


def test_one_that_was_deleted_by_hand_is_forgotten_and_no_other(workspace, shop, worktree):
    git(workspace, "worktree", "add", "-q", "-b", "usb", str(workspace.parent / "unplugged"))
    for path in worktree, workspace.parent / "unplugged":
        shutil.rmtree(path)
    assert shop.worktrees() == {}

    shop.check_removable(ID)
    assert shop.remove_worktree(ID)

    assert entries(workspace) == 2


def test_one_that_was_deleted_by_hand_can_be_made_again(workspace, shop, worktree):
    git(workspace, "worktree", "lock", str(worktree))
    shutil.rmtree(worktree)

    assert shop.add_worktree(ID, name="y", branch="feature/x").path == worktree
    assert entries(workspace) == 2


def test_a_locked_one_is_listed_and_goes(workspace, shop, worktree):
    git(workspace, "worktree", "lock", "--reason", "two\nlines", str(worktree))

    assert [*shop.worktrees()] == [ID]
    assert shop.remove_worktree(ID) and entries(workspace) == 1


def test_one_that_git_does_not_know_any_more_goes_by_force_only(workspace, shop, worktree):
    (worktree / ".git").unlink()

    with pytest.raises(WorktreeDirty, match="nobody can tell"):
        shop.remove_worktree(ID)

    assert shop.remove_worktree(ID, force=True)
    assert not worktree.exists() and entries(workspace) == 1


def test_what_others_made_is_not_a_session(workspace, shop, worktree):
    git(workspace, "worktree", "add", "-q", "-b", "mine", str(workspace.parent / "mine"))
    git(worktree, "checkout", "-q", "--detach")
    (workspace / ".worktrees" / "just-a-folder").mkdir()

    assert shop.worktrees() == {ID: Worktree(worktree, None, worktree)}
    assert not shop.remove_worktree("mine") and not shop.remove_worktree("just-a-folder")


def test_what_cannot_be_deleted_is_said(workspace, shop, worktree):
    worktree.rename(workspace / "elsewhere")
    worktree.symlink_to(workspace / "elsewhere")

    with pytest.raises(GitFailed, match="cannot be deleted"):
        shop.remove_worktree(ID, force=True)

    assert (workspace / "elsewhere" / "cart.py").exists()
