"""A project is more than its tracked files: what a worktree gets, and what its end would lose."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import git
from kit.repositories import ALLOW_FILES, ID, ME, commit, hook

from janus.errors import GitFailed, WorktreeDirty
from janus.workspace import nested

pytest_plugins = ["kit.repositories"]


@pytest.fixture
def worktree(workspace, shop):
    (workspace / ".gitignore").write_text("secret.txt\n/out\n.claude\n")
    commit(workspace)
    return shop.add_worktree(ID, name="x").path


# --- what deleting a worktree would lose


def nested_worktree(path):
    git(path, "worktree", "add", "-q", "-b", "agents", ".claude/worktrees/a")
    (path / ".claude/worktrees/a/new.py").touch()
    return ".claude/worktrees/a"


def registered_only(path):
    git(path, "worktree", "add", "-q", "-b", "agents", "out/b")
    (path / "out/b/.git").unlink()
    return "out/b"


def clone(path):
    git(path, "clone", "-q", ".", "out/deep/er/clone")
    return "out/deep/er/clone"


def bare_repository(path):
    git(path, "init", "-q", "--bare", "out/store.git")
    return "out/store.git"


def separate_folder(path):
    (path / "out").mkdir()
    away = str(path.parents[2] / "away")
    git(path, "init", "-q", "--separate-git-dir", str(path / "out/own"), away)
    return "out/own"


def another_kind(path):
    (path / "out/.hg").mkdir(parents=True)
    return "out"


def linked_folder(path):
    """The folder itself is elsewhere; but whoever looks from here cannot know."""
    (path / "out/x").mkdir(parents=True)
    (path / "out/x/.git").symlink_to(path.parent.parent / ".git")
    return "out/x"


NESTED = [
    nested_worktree, registered_only, clone, bare_repository, separate_folder, another_kind,
    linked_folder,
]  # fmt: skip


@pytest.mark.others_slow
@pytest.mark.parametrize("make", NESTED, ids=lambda make: make.__name__)
def test_a_repository_in_an_ignored_folder_is_named_and_kept(make, shop, worktree):
    name = make(worktree)
    assert git(worktree, "status", "--short") == ""

    with pytest.raises(WorktreeDirty, match=rf"other repositories or worktrees in it \({name}\)"):
        shop.remove_worktree(ID)

    assert (worktree / name).exists()
    assert shop.remove_worktree(ID, force=True) and not worktree.exists()


def test_another_repository_in_the_place_of_the_worktree_is_kept(shop, worktree):
    (worktree / ".git").unlink()
    git(worktree, "init", "-q")
    git(worktree, "add", ".")
    git(worktree, *ME, "commit", "-qm", "The only one")

    with pytest.raises(WorktreeDirty, match="nobody can tell"):
        shop.check_removable(ID)


def test_a_link_to_a_repository_is_not_one(workspace, shop, worktree):
    (worktree / "out").symlink_to(workspace)

    assert shop.remove_worktree(ID)

    assert (workspace / "cart.py").exists()


def test_a_repository_that_the_project_tracks_is_no_other(workspace, on):
    git(workspace, "init", "-q", "--bare", "input.git")
    (workspace / "input.git/objects/x").touch()
    (workspace / "input.git/refs/x").touch()
    git(workspace, "add", "-A")
    commit(workspace)
    here = on(workspace)
    here.add_worktree(ID, name="x")

    assert here.remove_worktree(ID)


@pytest.mark.others_slow
@pytest.mark.parametrize("how", ["too many", "unreadable"])
def test_what_cannot_be_searched_is_never_clean(how, on, workspace, shop, worktree, monkeypatch):
    if how == "too many":
        monkeypatch.setattr(nested.time, "monotonic", iter([0.0, 61.0]).__next__)
    else:
        real = os.open

        def refuse(path, *args, **options):
            if str(path).endswith("/out"):
                raise PermissionError(13, "Permission denied")
            return real(path, *args, **options)

        (worktree / "out").mkdir()
        monkeypatch.setattr(nested.os, "open", refuse)

    with pytest.raises(WorktreeDirty, match="searched for other repositories"):
        nested.nested_in(worktree, 60.0)


# --- what a worktree gets


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no disk >&2; exit 3", r"failed \(exit code 3\): no disk"),
        ("echo told; exit 1", "told"),
        ("git update-ref --no-deref HEAD HEAD", "off its branch"),
    ],
)
def test_a_hook_that_fails_is_told_and_no_reason_to_refuse(script, words, workspace, shop):
    hook(workspace, script)

    made = shop.add_worktree(ID, name="x")

    assert (made.path / "cart.py").exists() and shop.worktrees() == {ID: made}
    with pytest.raises(AssertionError, match=words):
        assert made.told == ()


@pytest.mark.others_slow
@pytest.mark.parametrize("way", ["process", "smudge"])
def test_files_of_a_filter_that_is_missing_come_as_git_stores_them(way, workspace, shop):
    (workspace / ".gitattributes").write_text("*.bin filter=lfs\n")
    (workspace / "a.bin").write_text("version https://git-lfs.github.com/spec/v1\n")
    git(workspace, "add", ".")
    commit(workspace)
    git(workspace, "config", f"filter.lfs.{way}", "git-lfs-is-missing filter-process")
    git(workspace, "config", "filter.lfs.clean", "git-lfs-is-missing clean -- %f")
    git(workspace, "config", "filter.lfs.required", "true")

    made = shop.add_worktree(ID, name="x")

    [told] = made.told
    assert "git-lfs-is-missing: not found" in told and "filter" in told
    assert (made.path / "a.bin").read_text().startswith("version")
    os.utime(made.path / "a.bin", (1, 1))  # git has to look into it
    shop.check_removable(ID)


@pytest.fixture
def outer(workspace, tmp_path):
    """A repository whose submodule has a submodule, none of which can be fetched any more."""
    lib, outer = tmp_path / "lib", tmp_path / "outer"
    for folder, name, inner in ((lib, "deep", workspace), (outer, "lib", lib)):
        git(tmp_path, "init", "-q", str(folder))
        git(folder, *ALLOW_FILES, "submodule", "--quiet", "add", str(inner), name)
        commit(folder)
    git(outer, *ALLOW_FILES, "submodule", "--quiet", "update", "--init", "--recursive")
    workspace.rename(tmp_path / "gone")
    lib.rename(tmp_path / "gone too")
    return outer


@pytest.mark.slow
def test_submodules_are_filled_without_the_network(outer, on):
    here = on(outer)

    made = here.add_worktree(ID, name="x")

    assert made.told == () and (made.path / "lib/deep/cart.py").exists()
    assert git(made.path, "status", "--short") == ""
    url = git(made.path / "lib", "remote", "get-url", "origin").strip()
    assert url == git(outer / "lib", "remote", "get-url", "origin").strip()
    (made.path / "lib/deep/new.py").touch()
    with pytest.raises(WorktreeDirty, match="submodule lib/deep"):
        here.remove_worktree(ID)
    git(made.path / "lib/deep", "add", ".")
    commit(made.path / "lib/deep")
    git(made.path / "lib/deep", "checkout", "-q", "HEAD~1")
    git(made.path / "lib/deep", "branch", "-q", "mine", "HEAD@{1}")
    with pytest.raises(WorktreeDirty, match="1 commit in submodules that are nowhere else"):
        here.remove_worktree(ID)
    git(made.path / "lib/deep", "branch", "-qD", "mine")
    assert here.remove_worktree(ID)


def test_submodules_that_stay_empty_are_named(outer, on):
    git(outer, "submodule", "--quiet", "deinit", "--all")
    for store in (outer / ".git/modules/lib/HEAD", outer / ".git/modules/lib/modules/deep/HEAD"):
        store.unlink()

    [told] = on(outer).add_worktree(ID, name="x").told

    assert "empty in this worktree: lib." in told and "submodule update --init" in told


def test_a_sparse_checkout_stays_sparse(workspace, shop):
    for name in ("wanted", "huge"):
        (workspace / name).mkdir()
        (workspace / name / "file").touch()
    git(workspace, "add", ".")
    commit(workspace)
    git(workspace, "sparse-checkout", "set", "wanted")

    path = shop.add_worktree(ID, name="x").path

    assert (path / "wanted/file").exists() and not (path / "huge").exists()
    assert git(path, "status", "--short") == ""


def test_untracked_files_that_the_owner_names_come_along(workspace, on, tmp_path):
    (workspace / ".gitignore").write_text(".env\nconf/local/\nnode_modules\n*.key\nlist\n")
    commit(workspace)
    files = [
        ".env", ".env.local", "apps/web/.env", "conf/local/a.json", "node_modules/x/.env",
        "my.key", "list/one", "other", ".janus/.env",
    ]  # fmt: skip
    for name in files:
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(name)
    (workspace / "my.key").chmod(0o600)
    (workspace / ".env.link").symlink_to(tmp_path)
    (workspace / ".env.out").symlink_to("../outside")
    (workspace / ".env.same").symlink_to(".env")
    (workspace / ".worktreeinclude").write_text("# mine\n/conf/local/*.json\n*.key\nlist/\n")
    git(workspace, "add", ".worktreeinclude")
    commit(workspace)
    here = on(workspace, bring=(".env*", ".worktreeinclude"))

    made = here.add_worktree(ID, name="x")

    why = "they are links that lead elsewhere, or no files"
    assert (made.path / ".env.same").readlink() == Path(".env")
    came = [name for name in files if (made.path / name).exists()]
    assert came == [
        ".env",
        ".env.local",
        "apps/web/.env",
        "conf/local/a.json",
        "my.key",
        "list/one",
    ]
    assert (made.path / "my.key").stat().st_mode & 0o777 == 0o600
    assert made.told == (f"Not brought along, because {why}: .env.link, .env.out.",)
    assert here.remove_worktree(ID)  # the copies are no work


def test_the_list_of_the_workspace_counts_only_if_the_owner_says_so(workspace, on):
    (workspace / ".worktreeinclude").write_text("secret.txt\n")

    assert not (on(workspace).add_worktree("a", name="x").path / "secret.txt").exists()
    brought = on(workspace, bring=(".worktreeinclude",)).add_worktree("b", name="x").path
    assert (brought / "secret.txt").exists()


def test_what_the_branch_would_commit_is_not_brought(workspace, on):
    git(workspace, "branch", "old")
    (workspace / ".gitignore").write_text(".env\n")
    commit(workspace)
    (workspace / ".env").write_text("KEY=1")

    made = on(workspace, bring=(".env*",)).add_worktree(ID, name="x", branch="old")

    assert not (made.path / ".env").exists()
    assert made.told == (
        "Not brought along, because git does not ignore them on this branch: .env.",
    )


def test_what_is_tracked_or_leads_elsewhere_is_not_overwritten(workspace, on, tmp_path):
    (workspace / "away").symlink_to(tmp_path)
    git(workspace, "add", ".")
    commit(workspace)
    git(workspace, "rm", "-q", "--cached", "away", "cart.py")
    (workspace / "away").unlink()
    (workspace / "away").mkdir()
    (workspace / "away/.env").touch()
    (workspace / "cart.py").write_text("mine")

    made = on(workspace, bring=(".env*", "cart.py")).add_worktree(ID, name="x")

    assert (
        not (tmp_path / ".env").exists() and "ShoppingCart" in (made.path / "cart.py").read_text()
    )
    assert "away/.env" in made.told[0]


# --- what git says, and which branch it is


def test_the_branch_is_the_one_it_is_on_now(workspace, shop, worktree):
    assert shop.branch_now(ID) == "feature/x"
    git(worktree, "switch", "-qc", "größe/🚲")
    assert shop.branch_now(ID) == "größe/🚲"
    git(worktree, "checkout", "-q", "--detach")
    assert shop.branch_now(ID) == ""
    git(worktree, "switch", "-q", "feature/x")
    for folder in workspace, worktree:
        (folder / "cart.py").write_text(folder.name)
        commit(folder)
    current = git(workspace, "branch", "--show-current").strip()
    assert subprocess.run(
        ["git", *ME, "rebase", current], cwd=worktree, capture_output=True
    ).returncode
    assert shop.branch_now(ID) == "feature/x"
    (worktree / ".git").write_text(f"gitdir: {workspace}/.git\n")
    assert shop.branch_now(ID) is None


def test_the_advice_of_git_is_quoted_whole(workspace, on):
    (workspace / "bin").mkdir()
    script = workspace / "bin/git"
    cure = f"git config --global --add safe.directory {workspace}"
    script.write_text(
        "#!/bin/sh\n"
        f"echo \"fatal: detected dubious ownership in repository at '{workspace}'\n"
        f'To add an exception for this directory, call:\n\n\t{cure}" >&2; exit 128\n'
    )
    script.chmod(0o755)
    here = on(workspace, PATH=f"{workspace}/bin:{os.environ['PATH']}")

    with pytest.raises(GitFailed, match=cure):
        here.add_worktree(ID, name="x")


PROGRAM = """
import os, sys
from pathlib import Path
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace
here = Workspace(Path(sys.argv[1]), os.environ, Store(Path(sys.argv[2])))
made = here.add_worktree("a", name="x", branch="gr\\u00f6\\u00dfe/\\U0001f6b2")
print(ascii([made.branch, here.branch_now("a"), here.worktrees()["a"].branch]))
here.close()
"""


@pytest.mark.others_slow
@pytest.mark.parametrize("utf8", ["0", "1"])
def test_a_branch_is_called_the_same_in_any_locale(utf8, workspace, tmp_path):
    git(workspace, "branch", "größe/🚲")
    environ = {**os.environ, "LC_ALL": "POSIX", "PYTHONUTF8": utf8}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, workspace, tmp_path / "state"],
        env=environ, capture_output=True, text=True,
    )  # fmt: skip

    assert done.stdout.strip() == ascii(["größe/🚲"] * 3), done.stderr


def test_what_is_ours_is_hidden_also_where_it_is_a_link(workspace, shop, tmp_path):
    for name in (".janus", ".worktrees"):
        (workspace / name).symlink_to(tmp_path)

    shop.hide_ours()

    assert git(workspace, "status", "--short") == ""
