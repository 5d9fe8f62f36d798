"""A branch that no remote has comes along as a bundle; what comes with it is not believed."""

import os
import subprocess

import pytest
from conftest import git
from kit.hostile import commit
from test_landing import identity

from janus.errors import GitFailed
from janus.model import Bundle
from janus.workspace.git import Git
from janus.workspace.landing import bundles
from janus.workspace.landing.bundles import bundled, take_in
from janus.workspace.landing.fetching import fetched
from janus.workspace.landing.owner import Owner

assert identity
BRANCH = "feature/login"


class Place:
    """A checkout on one of two computers."""

    def __init__(self, folder):
        self.folder, self.git = folder, Git(folder, dict(os.environ))
        self.owner = Owner(self.git, folder)

    def work(self, name, content=b"done\n"):
        (self.folder / name).write_bytes(content)
        commit(self.folder, name)
        return git(self.folder, "rev-parse", "HEAD").strip()

    def refs(self):
        return git(self.folder, "for-each-ref")

    def fetched(self, bundle):
        return fetched(self.git, self.owner, BRANCH, bundle)


@pytest.fixture
def remote(workspace, tmp_path):
    git(workspace, "branch", "-M", "main")
    git(tmp_path, "clone", "-q", "--bare", str(workspace), "remote.git")
    git(workspace, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(workspace, "fetch", "-q")
    return tmp_path / "remote.git"


@pytest.fixture
def laptop(workspace, remote):
    git(workspace, "switch", "-qc", BRANCH)
    return Place(workspace)


@pytest.fixture
def cloud(remote, tmp_path):
    git(tmp_path, "clone", "-q", str(remote), "cloud")
    return Place(tmp_path / "cloud")


def test_commits_that_are_on_no_remote_come_along(laptop, cloud, remote):
    assert bundled(laptop.owner, BRANCH).data == b""  # the remote has it all
    first = laptop.work("one.txt")
    bundle = bundled(laptop.owner, BRANCH)
    assert bundle.commit == first and len(bundle.data) == bundle.size < 2000
    assert bundled(laptop.owner, BRANCH, first) is None
    assert bundled(laptop.owner, "gone") is None

    found = cloud.fetched(bundle)

    assert (found.name, found.unpushed, found.why) == (BRANCH, 1, "")
    assert git(cloud.folder, "show", f"{BRANCH}:one.txt") == "done\n"
    again = cloud.fetched(bundle)
    assert again.name == BRANCH  # it is where it should be, and checked out nowhere
    git(laptop.folder, "push", "-q", "origin", BRANCH)
    last = laptop.work("two.txt")
    more = bundled(laptop.owner, BRANCH)

    second = cloud.fetched(more)  # what it builds on, and the upstream, are fetched

    assert (second.name, second.unpushed) == (f"{BRANCH}-2", 1)
    assert git(cloud.folder, "rev-parse", second.name).strip() == last
    assert git(cloud.folder, "rev-parse", BRANCH).strip() == first
    assert git(cloud.folder, "config", f"branch.{second.name}.merge") == f"refs/heads/{BRANCH}\n"
    pushed = cloud.fetched(bundle)  # the remote has that, and is newer by nothing
    assert (pushed.name, pushed.unpushed) == (BRANCH, 0)


@pytest.mark.slow
def test_what_it_builds_on_is_fetched_or_named(laptop, cloud, remote):
    git(laptop.folder, "switch", "-q", "main")
    base = laptop.work("base.txt")
    git(laptop.folder, "push", "-q", "origin", "main")
    git(laptop.folder, "switch", "-q", BRANCH)
    git(laptop.folder, "merge", "-q", "main")
    laptop.work("one.txt")
    bundle = bundled(laptop.owner, BRANCH)
    git(cloud.folder, "remote", "rename", "origin", "away")
    git(cloud.folder, "config", "remote.away.url", str(remote.with_name("nowhere")))
    before = cloud.refs()

    with pytest.raises(GitFailed, match=f"The commit {base}, which they build on, is not here"):
        cloud.fetched(bundle)

    assert cloud.refs() == before
    git(cloud.folder, "config", "remote.away.url", str(remote))
    assert cloud.fetched(bundle).unpushed == 1


def test_without_any_remote_it_is_what_the_workspace_has_not(laptop, cloud, tmp_path):
    git(laptop.folder, "remote", "remove", "origin")
    git(cloud.folder, "remote", "remove", "origin")
    tree = tmp_path / "tree"
    git(laptop.folder, "switch", "-q", "main")
    git(laptop.folder, "worktree", "add", "-q", str(tree), BRANCH)
    Place(tree).work("one.txt")

    found = cloud.fetched(bundled(laptop.owner, BRANCH))

    assert (found.name, found.unpushed) == (BRANCH, 1)
    with pytest.raises(GitFailed, match="no remote"):
        fetched(cloud.git, cloud.owner, BRANCH, Bundle("0" * 40, b"nonsense", 8))


@pytest.mark.slow
def test_what_is_too_large_is_said_to_be(laptop):
    laptop.work("one.bin", os.urandom(Bundle.LARGEST))

    bundle = bundled(laptop.owner, BRANCH)

    assert bundle.data == b"" and bundle.size > Bundle.LARGEST


def hostile(laptop):
    """Bundles that are not what they should be, each with a commit that is said of it."""
    at, file = laptop.folder, laptop.folder / "bundle"

    def made(*args):
        git(at, "bundle", "create", "-q", str(file), *args, "--not", "--remotes")
        return file.read_bytes()

    good = bundled(laptop.owner, BRANCH)
    git(at, "branch", "other")
    git(at, "update-ref", "refs/janus/other", "HEAD")
    yield "of another branch", good.commit, made("other")
    yield "of several", good.commit, made(f"refs/heads/{BRANCH}", "refs/heads/other")
    yield "of what is no branch", good.commit, made("refs/janus/other")
    yield "of another commit", git(at, "rev-parse", "HEAD~").strip(), good.data
    yield "damaged", good.commit, good.data[:-30] + bytes(30)
    yield "cut off", good.commit, good.data[:-30]
    yield "no bundle", good.commit, b"\0" * 1000
    yield "too large", good.commit, good.data + bytes(Bundle.LARGEST)
    laptop.work("bomb", bytes(5 << 20))
    bomb = bundled(laptop.owner, BRANCH)
    git(at, "reset", "-q", "--hard", "HEAD~")
    yield "a bomb", bomb.commit, bomb.data
    head = good.data.partition(b"\n\n")[0]
    yield "without its objects", good.commit, head + b"\n\n" + empty_pack()
    yield "a path in .git", *evil_tree(laptop, made)


def empty_pack():
    done = subprocess.run(
        ["git", "pack-objects", "--stdout", "-q"], input=b"", capture_output=True, check=True
    )
    return done.stdout


def evil_tree(laptop, made):
    """A commit that would write into .git where it is checked out."""
    at = laptop.folder

    def put(*args, given):
        done = subprocess.run(["git", *args], cwd=at, input=given, capture_output=True, check=True)
        return done.stdout.decode().strip()

    blob = put("hash-object", "-w", "--stdin", given=b"#!/bin/sh\n")
    inner = put("mktree", given=f"100755 blob {blob}\tpost-checkout\n".encode())
    raw = b"40000 .git\0" + bytes.fromhex(inner)
    tree = put("hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=raw)
    evil = put("commit-tree", tree, "-p", "HEAD", "-m", "evil", given=b"")
    git(at, "update-ref", f"refs/heads/{BRANCH}", evil)
    return evil, made(f"refs/heads/{BRANCH}")


@pytest.mark.slow
def test_threat_45_a_bundle_that_is_not_what_it_should_be_leaves_nothing(
    laptop, cloud, monkeypatch
):
    monkeypatch.setattr(bundles, "_UNPACKED", 4 << 20)
    laptop.work("one.txt")
    hook = cloud.folder / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho ran >> $GIT_DIR/hooked\n")
    hook.chmod(0o755)
    before, objects = cloud.refs(), git(cloud.folder, "count-objects", "-v")
    said = {}

    for what, commit_id, data in hostile(laptop):
        with pytest.raises(GitFailed) as refused:
            take_in(cloud.owner, BRANCH, Bundle(commit_id, data, len(data)), None)
        said[what] = str(refused.value)
        assert (cloud.refs(), git(cloud.folder, "count-objects", "-v")) == (before, objects), what

    no_bundle = {it for it, why in said.items() if "no bundle of this branch" in why}
    assert no_bundle == {"of another branch", "of several", "of what is no branch",
                         "of another commit", "no bundle", "too large"}  # fmt: skip
    assert said["a bomb"] == "They are too large once they are unpacked."
    assert "hasDotgit" in said["a path in .git"], said
    assert not (cloud.folder / ".git/hooked").exists()
