"""Commit, discard and merge: bound to what was shown, and nothing of the owner's is lost."""

import os
import subprocess

import pytest
from conftest import git
from kit.hostile import BROKEN, ODD, commit, everything
from test_snapshots import Story

from janus.errors import ChangedMeanwhile, Conflict, GitFailed, InvalidRequest, MergeConflict
from janus.workspace.landing import checkouts
from janus.workspace.landing.committing import Committing
from janus.workspace.landing.discarding import Discarding
from janus.workspace.landing.landed import ground, landed
from janus.workspace.landing.links import address_of, compare_link
from janus.workspace.landing.merging import Merging
from janus.workspace.landing.notes import LandingNotes
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pushing import look_at_push, push
from janus.workspace.landing.transaction import Transaction


@pytest.fixture(autouse=True)
def identity(home):
    (home / ".gitconfig").write_text("[user]\n\tname = Owner\n\temail = owner@example.com\n")


@pytest.fixture
def story(workspace, tmp_path):
    return Story(workspace, tmp_path / "state")


@pytest.fixture
def work(workspace, tmp_path):
    return Work(workspace, tmp_path)


class Work:
    """A workspace on ``main``, and a worktree on ``feature``."""

    def __init__(self, workspace, tmp_path):
        git(workspace, "branch", "-M", "main")
        self.main = workspace
        self.tree = tmp_path / "worktree"
        git(workspace, "worktree", "add", "-q", "-b", "feature", str(self.tree))
        self.story = Story(self.tree, tmp_path / "state")
        self.notes = LandingNotes(tmp_path / "landings")
        self.merging = Merging(self.notes)
        self.owner = Owner(self.story.git, self.tree)

    def change(self, name, text, at=None, message="work"):
        path = (at or self.tree) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        commit(at or self.tree, message)

    def look(self):
        return self.merging.look(self.owner, "s", "main")

    def merge(self, squash=False, look=None):
        tree = (look or self.look()).tree
        return self.merging.merge(self.owner, "s", "main", tree, "Merged", squash=squash)

    def undo(self, undo_id):
        return self.merging.undo(self.owner, undo_id)

    def state(self):
        return everything(self.main), git(self.main, "rev-parse", "main"), self.status()

    def status(self):
        return git(self.main, "status", "--porcelain")


# Commit.


def test_a_commit_has_just_the_chosen_files_and_is_undone(story):
    folder = story.folder
    for name in ("cart.py", "st*r", BROKEN, os.fsdecode(ODD), ":(glob)x", "-x"):
        (folder / name).write_text("new\n")
    (folder / "staged.txt").write_text("staged\n")
    git(folder, "add", "staged.txt")
    (folder / "README.md").unlink()
    committing = Committing(story.git, story.snapshots)
    names = ["st*r", BROKEN, "caf\ufffd.txt", ":(glob)x", "-x", "README.md"]
    before = git(folder, "status", "--porcelain")
    tree = committing.look("m", names).tree

    done = committing.commit("# one\n-- two", names, tree)

    assert git(folder, "log", "-1", "--format=%B%an").strip() == "# one\n-- two\nOwner"
    listed = git(folder, "diff-tree", "-r", "--name-only", "HEAD~", "HEAD").split("\n")
    assert len([it for it in listed if it]) == len(names)
    assert git(folder, "status", "--porcelain") == " M cart.py\nA  staged.txt\n"
    story.undo(done.undo_id)
    assert git(folder, "status", "--porcelain") == before


def test_a_hook_may_refuse_and_nothing_is_left_of_it(story):
    hook = story.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'too long' >&2\nexit 1\n")
    hook.chmod(0o755)
    (story.folder / "new.txt").write_text("new\n")
    committing = Committing(story.git, story.snapshots)
    before = git(story.folder, "status", "--porcelain"), git(story.folder, "rev-parse", "HEAD")

    with pytest.raises(GitFailed, match="too long"):
        committing.commit("m", None, committing.look("m", None).tree)

    assert before == (
        git(story.folder, "status", "--porcelain"), git(story.folder, "rev-parse", "HEAD"),
    )  # fmt: skip


def test_what_a_hook_rewrites_is_said(story):
    hook = story.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho formatted > new.txt\ngit add new.txt\n")
    hook.chmod(0o755)
    (story.folder / "new.txt").write_text("new\n")
    committing = Committing(story.git, story.snapshots)

    done = committing.commit("m", ["new.txt"], committing.look("m", None).tree)

    assert done.rewritten == ("new.txt",)


@pytest.mark.parametrize("why", ["signature", "identity", "merge", "nothing", "moved", "unknown"])
def test_commits_are_refused_in_words(story, why, home):
    committing = Committing(story.git, story.snapshots)
    if why != "nothing":
        (story.folder / "new.txt").write_text("new\n")
    shown = committing.look("m", None).tree
    if why == "signature":
        git(story.folder, "config", "commit.gpgsign", "true")
        git(story.folder, "config", "gpg.program", "false")
    elif why == "identity":
        (home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    elif why == "merge":
        head = git(story.folder, "rev-parse", "HEAD")
        (story.folder / ".git" / "MERGE_HEAD").write_text(head)
    elif why == "moved":
        (story.folder / "new.txt").write_text("newer\n")
    head = git(story.folder, "rev-parse", "HEAD")

    with pytest.raises((GitFailed, InvalidRequest, ChangedMeanwhile)):
        committing.commit("m", ["other.txt"] if why == "unknown" else None, shown)
    assert git(story.folder, "rev-parse", "HEAD") == head


# Discard.


@pytest.mark.slow
def test_a_discard_goes_back_to_what_was_there_and_is_undone(story):
    folder = story.folder
    (folder / "README.md").write_text("the owner's own\n")
    git(folder, "add", "README.md")

    def work(folder):
        (folder / "README.md").write_text("agent\n")
        (folder / "cart.py").write_text("agent\n")
        (folder / "new.txt").write_text("agent\n")
        git(folder, "add", "-A")

    story.turn("t", work)
    after = everything(folder), git(folder, "status", "--porcelain")
    discarding = Discarding(story.git, story.snapshots)

    done = discarding.discard(None, discarding.look(None).tree)

    assert (folder / "README.md").read_text() == "the owner's own\n"
    assert git(folder, "status", "--porcelain") == "M  README.md\n"
    assert not (folder / "new.txt").exists()
    story.undo(done.undo_id)
    assert (everything(folder), git(folder, "status", "--porcelain")) == after


def test_a_discard_after_a_commit_goes_back_to_the_commit(story):
    folder = story.folder
    (folder / ".gitattributes").write_text("*.crlf text eol=crlf\n")
    (folder / "a.crlf").write_bytes(b"one\r\n")
    commit(folder)

    def work(folder):
        (folder / "a.crlf").write_bytes(b"two\r\n")
        commit(folder)
        (folder / "a.crlf").write_bytes(b"three\r\n")

    story.turn("t", work)
    discarding = Discarding(story.git, story.snapshots)
    discarding.discard(["a.crlf"], discarding.look(None).tree)

    assert (folder / "a.crlf").read_bytes() == b"two\r\n"
    assert git(folder, "status", "--porcelain") == ""


# Merge.


def test_a_fast_forward_a_merge_and_a_squash_move_the_files_and_are_undone(work):
    for kind in ("forward", "merge", "squash"):
        work.change(f"{kind}.txt", "feature\n")
        if kind != "forward":
            work.change(f"{kind}-main.txt", "main\n", at=work.main)
        (work.main / "mine.txt").write_text("not committed\n")
        before = work.state()
        look = work.look()
        assert look.fast_forward == (kind == "forward") and look.commits
        assert f"{kind}.txt" in look.files

        done = work.merge(squash=kind == "squash", look=look)

        assert (work.main / f"{kind}.txt").read_text() == "feature\n"
        assert work.status() == "?? mine.txt\n"
        parents = git(work.main, "rev-list", "--parents", "-1", "main").split()
        assert len(parents) == {"forward": 2, "merge": 3, "squash": 2}[kind]
        back = work.undo(done.undo_id)
        assert work.state() == before
        work.undo(back.undo_id)
        git(work.tree, "merge", "-q", "--no-edit", "main")
        (work.main / "mine.txt").unlink()


def test_a_branch_that_is_checked_out_nowhere_moves_alone(work):
    git(work.main, "checkout", "-q", "--detach")
    work.change("new.txt", "feature\n")
    before = everything(work.main)

    done = work.merge()

    assert git(work.main, "rev-parse", "main").strip() == done.commit
    assert everything(work.main) == before


@pytest.mark.others_slow
@pytest.mark.parametrize("way", ["elsewhere", "here", "more", "nothing"])
def test_a_squashed_branch_has_landed_and_it_is_said_on_what_ground(work, way):
    work.change("new.txt", "feature\n")
    work.change("more.txt", "more\n")
    work.change("mine.txt", "mine\n", at=work.main)

    def landings():
        return work.notes.of_session("s")

    def why():
        return ground(work.owner, work.look(), landings())

    assert why() == landed(work.story.git, work.tree, "main", landings()) == ""
    if way == "here":
        done = work.merge(squash=True)
        assert "as it is now" in why()
        work.change("new.txt", "other\n", at=work.main)  # and somebody goes on there
        assert "as it is now" in why() == landed(work.story.git, work.tree, "nowhere", landings())
        git(work.main, "reset", "-q", "--hard", "HEAD~")
        work.undo(done.undo_id)
    if way in ("elsewhere", "more"):
        git(work.main, "merge", "-q", "--squash", "feature")
        commit(work.main, "As one")
        assert why() == "Merging it into main would change nothing there."
        git(work.tree, "checkout", "-q", "main", "--", ".")
        commit(work.tree, "the same")
        assert why() == "main has just the same files."
        work.change("mine.txt", "other\n")
    work.change("new.txt", "again\n")
    assert why() == landed(work.story.git, work.tree, "main", landings()) == ""


def test_conflicts_are_named_and_nothing_is_touched(work):
    work.change("cart.py", "feature\n")
    work.change("cart.py", "main\n", at=work.main)
    before = work.state()

    look = work.look()
    assert look.conflicts == ("cart.py",)
    with pytest.raises(MergeConflict, match=r"cart\.py"):
        work.merge(look=look)
    assert work.state() == before


@pytest.mark.others_slow
@pytest.mark.parametrize("moved", ["source", "target", "unseen"])
def test_a_yes_is_good_for_what_was_seen_only(work, moved):
    work.change("new.txt", "feature\n")
    look = work.look()
    if moved == "source":
        git(work.tree, "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-mx")
    elif moved == "target":
        git(work.main, "commit", "-q", "--allow-empty", "-mx")
    else:
        work.merging = Merging(work.notes)
    before = work.state()

    with pytest.raises(ChangedMeanwhile):
        work.merge(look=look)
    assert work.state() == before


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "way", ["edited", "staged", "deleted", "untracked", "ignored", "ignored folder", "link", "flag"]
)
def test_what_is_not_committed_is_never_overwritten(work, way, tmp_path):
    """Git itself overwrites ignored files, and writes deleted ones again, without a word."""
    work.change("cart.py", "feature\n")
    work.change("new/file.txt", "feature\n")
    if way == "edited":
        (work.main / "cart.py").write_text("mine\n")
    elif way == "staged":
        (work.main / "cart.py").write_text("feature\n")
        git(work.main, "add", "cart.py")
    elif way == "deleted":
        (work.main / "cart.py").unlink()
    elif way == "untracked":
        (work.main / "new").mkdir()
        (work.main / "new" / "file.txt").write_text("mine\n")
    elif way == "ignored":
        (work.main / ".git" / "info" / "exclude").write_text("new/\n")
        (work.main / "new").mkdir()
        (work.main / "new" / "file.txt").write_text("mine\n")
    elif way == "ignored folder":
        (work.main / ".git" / "info" / "exclude").write_text("new\n")
        (work.main / "new").write_text("mine\n")
    elif way == "link":
        (work.main / ".git" / "info" / "exclude").write_text("new\n")
        (tmp_path / "outside").mkdir()
        (work.main / "new").symlink_to(tmp_path / "outside")
    else:
        git(work.main, "update-index", "--assume-unchanged", "cart.py")
        (work.main / "cart.py").write_text("mine\n")
    before = work.state()

    with pytest.raises(ChangedMeanwhile) as refused:
        work.merge()
    assert refused.value.details["files"][0].startswith(("cart.py", "new"))
    assert work.state() == before
    assert "refs/janus/undo" not in git(work.main, "for-each-ref")


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "half", ["merge", "rebase", "bisect", "more refs", "own rebase", "lock", "gone"]
)
def test_a_checkout_where_something_is_half_done_is_left_alone(work, half, tmp_path):
    work.change("new.txt", "feature\n")
    if half == "merge":
        (work.main / ".git" / "MERGE_HEAD").write_text(git(work.main, "rev-parse", "HEAD"))
    elif half == "rebase":
        git(work.main, "checkout", "-q", "--detach")
        (work.main / ".git" / "rebase-merge").mkdir()
        (work.main / ".git" / "rebase-merge" / "head-name").write_text("refs/heads/main\n")
    elif half == "bisect":
        work.change("more.txt", "main\n", at=work.main)
        git(work.main, "bisect", "start", "main", "main~1")
        git(work.main, "checkout", "-q", "--detach", "main~1")
    elif half == "more refs":
        other = work.main / ".git" / "rebase-merge"
        git(work.main, "checkout", "-q", "-b", "other")
        other.mkdir()
        (other / "head-name").write_text("refs/heads/other\n")
        zero = "0" * 40
        (other / "update-refs").write_text(f"refs/heads/main\n{zero}\n{zero}\n")
    elif half == "own rebase":
        (work.main / ".git" / "worktrees" / "worktree" / "rebase-merge").mkdir()
    elif half == "lock":
        (work.main / ".git" / "index.lock").touch()
    else:
        git(work.main, "checkout", "-q", "--detach")
        git(work.main, "worktree", "add", "-q", str(tmp_path / "gone"), "main")
        (tmp_path / "gone").rename(tmp_path / "away")
    main = git(work.main, "rev-parse", "main")

    with pytest.raises(Conflict):
        work.merge()
    assert git(work.main, "rev-parse", "main") == main


def test_a_signature_that_fails_and_a_branch_that_stands_for_another_touch_nothing(work):
    work.change("new.txt", "feature\n")
    work.change("more.txt", "main\n", at=work.main)
    git(work.main, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    git(work.main, "config", "commit.gpgSign", "true")
    git(work.main, "config", "gpg.program", "/bin/false")
    before = work.state()

    with pytest.raises(GitFailed, match="could not be signed"):
        work.merge()
    with pytest.raises(InvalidRequest, match="only stands for main"):
        work.merging.look(work.owner, "s", "alias")
    assert work.state() == before


def test_deleted_unrelated_and_cut_histories_are_different_errors(work, tmp_path):
    with pytest.raises(InvalidRequest, match="no branch none"):
        work.merging.look(work.owner, "s", "none")
    for name in ("--all", "a b", "main^{tree}", "", "HEAD"):
        with pytest.raises(InvalidRequest):
            work.merging.look(work.owner, "s", name)
    git(work.main, "branch", "base", "main")
    git(work.tree, "checkout", "-q", "--orphan", "other")
    git(work.tree, "commit", "-qm", "other")
    with pytest.raises(GitFailed, match="no commit in common"):
        work.look()
    git(work.tree, "checkout", "-q", "--orphan", "unborn")
    with pytest.raises(GitFailed, match="gone, or has no commit"):
        work.look()


def test_a_filter_that_fails_is_found_before_a_file_moves(work):
    work.change(".gitattributes", "*.big filter=lfs\n")
    work.change("a.big", "large\n")
    git(work.main, "config", "filter.lfs.smudge", "false")
    git(work.main, "config", "filter.lfs.required", "true")
    before = work.state()

    with pytest.raises(GitFailed):
        work.merge()
    assert work.state() == before


def test_the_owners_settings_change_nothing(work):
    for name, value in {
        "merge.autoStash": "true", "branch.main.mergeOptions": "--squash", "merge.ff": "false",
        "core.logAllRefUpdates": "false", "merge.renames": "false",
    }.items():  # fmt: skip
        git(work.main, "config", name, value)
    work.change("new.txt", "feature\n")
    (work.main / "cart.py").write_text("mine\n")
    git(work.main, "config", "diff.orderFile", "nowhere")

    assert work.merge().commit == git(work.tree, "rev-parse", "HEAD").strip()
    git(work.main, "config", "--unset", "diff.orderFile")
    assert work.status() == " M cart.py\n"


def test_hooks_that_were_not_run_are_those_of_the_checkout_whose_files_move(work):
    (work.main / ".git/info/exclude").write_text("hooks/\n")
    work.change("new.txt", "feature\n")
    git(work.main, "config", "core.hooksPath", "hooks")
    for at, name, mode in (
        (work.main, "post-merge", 0o755), (work.main, "commit-msg", 0o644),
        (work.tree, "post-checkout", 0o755),
    ):  # fmt: skip
        (at / "hooks").mkdir(exist_ok=True)
        (at / "hooks" / name).write_text("#!/bin/sh\nexit 0\n")
        (at / "hooks" / name).chmod(mode)

    assert work.merge().told == ("These hooks were not run: post-merge.",)
    # Git finds them in the same place.
    done = subprocess.run(["git", "hook", "run", "post-checkout"], cwd=work.main)
    assert done.returncode != 0
    git(work.main, "hook", "run", "post-merge")


def test_an_owner_who_commits_in_the_same_moment_loses_nothing(work, monkeypatch):
    work.change("new.txt", "feature\n")
    real, said = checkouts.move, []

    def racing(there, old, new):
        who = ["git", "commit", "-q", "--allow-empty", "-m", "owner"]
        said.append(subprocess.run(who, cwd=work.main, capture_output=True, text=True))
        real(there, old, new)

    monkeypatch.setattr("janus.workspace.landing.merging.move", racing)
    work.merge()

    assert "cannot lock ref" in said[0].stderr and work.status() == ""


def test_a_merge_that_was_built_upon_is_not_taken_back(work):
    work.change("new.txt", "feature\n")
    done = work.merge()
    work.change("more.txt", "main\n", at=work.main)
    before = work.state()

    with pytest.raises(ChangedMeanwhile):
        work.undo(done.undo_id)
    assert work.state() == before


@pytest.mark.others_slow
@pytest.mark.parametrize("moment", ["before", "half", "files", "ending", "after"])
def test_a_killed_merge_is_taken_back_or_finished(work, monkeypatch, moment):
    work.change("new.txt", "feature\n")
    work.change("cart.py", "feature\n")
    before = work.state()
    module = "janus.workspace.landing.merging"

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    def half(there, old, new):
        (there.top / "new.txt").write_text("feature\n")
        die()

    monkeypatch.setattr(LandingNotes, "remove", die)
    if moment == "before":
        monkeypatch.setattr(f"{module}.move", die)
    elif moment == "half":
        monkeypatch.setattr(f"{module}.move", half)
    elif moment in ("files", "ending"):
        real, moved = checkouts.move, []

        def once(*args):
            if moved:
                die()
            moved.append(args)
            real(*args)

        monkeypatch.setattr(f"{module}.move", once)
        monkeypatch.setattr(Transaction, "commit", die)
    else:
        write = LandingNotes.write
        monkeypatch.setattr(
            LandingNotes, "write",
            lambda self, it: die() if it.step == "done" else write(self, it),
        )  # fmt: skip
    look = work.look()
    with pytest.raises(Killed):
        work.merge(look=look)
    monkeypatch.undo()
    if moment == "ending":  # its git has not ended yet
        monkeypatch.setattr(f"{module}._ENDING", 60.0)
        lock = work.main / ".git" / "index.lock"
        lock.touch()
        subprocess.run(["sh", "-c", f"(sleep 0.2; rm '{lock}') &"], check=True)

    assert not work.merging.mend(Owner(work.story.git, work.main))
    if moment == "after":
        assert work.status() == "" and (work.main / "new.txt").exists()
    else:
        assert work.state() == before


# Push.


def test_only_this_branch_is_pushed_whatever_is_configured(work, tmp_path):
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(work.main, "remote", "add", "--mirror=push", "origin", str(tmp_path / "remote.git"))
    git(work.main, "config", "push.default", "matching")
    git(work.main, "config", "push.followTags", "true")
    git(work.main, "tag", "-a", "v1", "-m", "v1")
    work.change("new.txt", "feature\n")
    work.story.turn("t", lambda folder: None)

    assert look_at_push(work.owner).commits >= 1
    assert push(work.owner).state == "new" and push(work.owner).state == "current"

    refs = git(tmp_path / "remote.git", "for-each-ref", "--format=%(refname)")
    assert refs == "refs/heads/feature\n"
    merged = git(work.tree, "config", "branch.feature.merge")
    assert merged == "refs/heads/feature\n"


@pytest.mark.others_slow
@pytest.mark.parametrize("why", ["hook", "ahead", "password", "none"])
def test_pushes_are_refused_in_words(work, why, tmp_path):
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    work.change("new.txt", "feature\n")
    words = {"hook": "protected", "ahead": "Fetch and merge", "none": "no remote"}.get(why, "login")
    if why == "hook":
        (remote / "hooks" / "pre-receive").write_text("#!/bin/sh\necho protected branch\nexit 1\n")
        (remote / "hooks" / "pre-receive").chmod(0o755)
    if why == "ahead":
        git(work.tree, "push", "-q", str(remote), "HEAD:refs/heads/feature")
        git(work.tree, "reset", "-q", "--hard", "HEAD~")
        work.change("other.txt", "other\n")
    url = str(remote) if why != "password" else "https://me:s3cret@127.0.0.1:1/x.git"
    if why != "none":
        git(work.main, "remote", "add", "origin", url)
    if why == "password":
        words = "Nothing was pushed"

    with pytest.raises((GitFailed, InvalidRequest), match=words) as refused:
        push(work.owner)
    assert "s3cret" not in str(refused.value) + str(refused.value.details)


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:me/shop.git", "https://github.com/me/shop"),
        ("https://me:pw@gitlab.com/a/b/shop.git", "https://gitlab.com/a/b/shop"),
        ("ssh://git@example.com:22/me/shop", "https://example.com/me/shop"),
        ("/srv/shop.git", ""), ("file:///srv/shop.git", ""), ("javascript:alert(1)//", None),
    ],
)  # fmt: skip
def test_links_are_made_of_what_git_knows(remote, page):
    found = address_of(remote)
    assert found == page if page is not None else found.startswith(("", "https://"))
    link = compare_link(found, "a b/c", "main")
    assert link == "" if not found else link.startswith("https://") and " " not in link
