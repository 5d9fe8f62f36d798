"""What changed, from the sizes of a thousand files to the words of a line."""

import os
import shutil

import pytest
from conftest import git
from kit.hostile import BROKEN, ODD, commit, make_hostile
from test_snapshots import Story, spoil

from janus.errors import InvalidRequest, NotFound
from janus.workspace.changes import listing as listings
from janus.workspace.changes.changes import Changes, Listings


class Changing(Story):
    def __init__(self, folder, state):
        super().__init__(folder, state)
        self.changes = Changes(self.snapshots, Listings())

    def of(self, turn=None, commit=None):
        return self.changes.of(turn, commit, live=True)

    def files(self, turn=None, commit=None):
        return {it.path: it for it in self.of(turn, commit).files.files}

    def lines(self, path, turn=None, commit=None, functions=False):
        return self.changes.lines(path, turn, commit, live=True, functions=functions)


@pytest.fixture
def story(workspace, tmp_path):
    return Changing(workspace, tmp_path / "state")


def write(name, text):
    return lambda folder: (folder / name).write_text(text)


def test_a_session_a_turn_and_a_commit_have_changes(story):
    story.turn("1", write("cart.py", "one\n"))
    story.turn("2", write("new.txt", "two\nlines\n"))
    commit(story.folder)

    assert set(story.files()) == {"cart.py", "new.txt"}
    assert set(story.files("1")) == {"cart.py"} and set(story.files("2")) == {"new.txt"}
    head = git(story.folder, "rev-parse", "HEAD").strip()
    assert set(story.files(commit=head[:10])) == {"cart.py", "new.txt"}
    first = git(story.folder, "rev-list", "--max-parents=0", "HEAD").strip()
    assert "README.md" in story.files(commit=first)
    changed = story.of()
    assert (changed.ahead, changed.behind, changed.scope.head) == (1, 0, head)
    new = story.files()["new.txt"]
    assert (new.status, new.added, new.removed, new.size) == ("added", 2, 0, 10)
    with pytest.raises(NotFound):
        story.of("3")
    for wrong in ("HEAD", "--all", "zz", "ab" * 40):
        with pytest.raises(InvalidRequest):
            story.of(commit=wrong)
    with pytest.raises(NotFound):
        story.of(commit="0" * 40)


def test_before_the_first_turn_nothing_changed_and_the_owners_work_is_named(story):
    (story.folder / "mine.txt").write_text("mine\n")

    assert story.of().files.files == () and story.of().yours == ("mine.txt",)


def test_the_owners_work_is_told_apart_from_the_agents(story):
    (story.folder / "before.txt").write_text("mine\n")
    (story.folder / "both.txt").write_text("mine\n")
    story.turn("1", write("both.txt", "agent\n"))
    (story.folder / "between.txt").write_text("mine\n")
    (story.folder / "both.txt").write_text("mine again\n")
    story.turn("2", write("agents.txt", "agent\n"))
    undone = story.turn("3", write("undone.txt", "agent\n")) or story.undo("3")

    changed = story.of()
    assert changed.whose == {
        "both.txt": "both", "between.txt": "you", "agents.txt": "agent", "undone.txt": "agent",
    }  # fmt: skip
    assert changed.yours == ("before.txt",)
    assert "undone.txt" not in story.files()
    assert set(story.files(undone.undo_id)) == {"undone.txt"}


@pytest.mark.slow
def test_hostile_kinds_are_said_as_such(workspace, tmp_path):
    marks = make_hostile(workspace)
    story = Changing(workspace, tmp_path / "state")

    story.turn("t", spoil)
    files = story.files()

    assert not marks.exists(), "something of the repository was run"
    assert files["run.sh"].kind == "file" and files["run.sh"].old_kind == "executable"
    assert story.lines("run.sh").remark == "Only its mode changed: it is no program now."
    assert files["link"].status == "type"
    assert story.lines("link").remark == "It is a file now, and was a link."
    assert files["a.big"].binary and files["a.big"].added is None
    assert files["dangling"].old_kind == "link" and files["dangling"].status == "deleted"
    assert files[BROKEN].status == "deleted"
    odd = os.fsdecode(ODD)
    assert files[odd].added == 1 and story.lines("caf\ufffd.txt").file.path == odd
    assert files["deep"].status == "added" and files["deep/er/file.txt"].status == "deleted"
    assert [it.text for it in story.lines("deep").patch.hunks[0].lines]
    assert "flag.txt" in files and "skip.txt" in files
    assert story.of().scope.nested == ("inner",)
    assert "a.id" in files


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"a\r\nb\n", b"a\nb\n", "Only line ends changed."),
        (b"a\nb", b"a\nb\n", "Only the newline at its end changed."),
        (b"version https://git-lfs.github.com/spec/v1\noid 1\n",
         b"version https://git-lfs.github.com/spec/v1\noid 2\n",
         "It is kept by Git LFS: these are its pointers, not its contents."),
        (b"a\n", b"b\n", ""),
    ],
)  # fmt: skip
def test_what_is_less_than_it_seems_is_said_in_words(story, before, after, words):
    (story.folder / "x").write_bytes(before)
    story.turn("t", lambda folder: (folder / "x").write_bytes(after))

    assert story.lines("x").remark == words


def test_renames_and_the_words_of_a_line(story):
    def work(folder):
        (folder / "cart.py").rename(folder / "basket.py")
        text = (folder / "basket.py").read_text()
        (folder / "basket.py").write_text(text.replace("return 0", "return 1  # é"))

    story.turn("t", work)
    [file] = story.files().values()
    assert (file.status, file.old_path, file.added, file.removed) == ("renamed", "cart.py", 1, 1)

    [hunk] = story.lines("basket.py").patch.hunks
    removed, added = (it for it in hunk.lines if it.kind != "context")
    assert (removed.old, removed.new, added.old, added.new) == (8, None, None, 8)
    assert [removed.text[a:b] for a, b in removed.marks] == ["0"]
    assert [added.text[a:b] for a, b in added.marks] == ["1  # é"]


def test_lines_are_cut_where_git_cuts_them_and_nowhere_else(story):
    strange = "a\x0cb\u2028c\u0085d\re"
    story.turn("t", lambda folder: (folder / "x").write_bytes(f"{strange}\nz".encode() + b"\xff"))

    lines = story.lines("x")
    one, two = lines.patch.hunks[0].lines
    assert one.text == strange and two.text == "z\ufffd" and two.no_newline
    assert not lines.patch.is_text


def test_lines_that_look_like_headers_are_lines(story):
    text = "diff --git a/x b/x\n@@ -1 +1 @@\n-- a\n++ b\n\\ No newline\n"
    story.turn("1", write("x", text))
    story.turn("2", write("x", text.replace("b", "c")))

    assert [it.text for it in story.lines("x").patch.hunks[0].lines] == text.replace(
        "b", "c"
    ).split("\n")[:-1]
    assert {it.kind for it in story.lines("x", "2").patch.hunks[0].lines} == {
        "added", "removed", "context",
    }  # fmt: skip


def test_whole_functions_on_demand(story):
    body = "".join(f"    line({n})\n" for n in range(60))
    (story.folder / "f.py").write_text(f"def one():\n{body}\n\ndef two():\n    pass\n")
    text = (story.folder / "f.py").read_text().replace("line(30)", "line(31)")
    story.turn("t", write("f.py", text))

    short, whole = (story.lines("f.py", functions=it).patch.hunks[0] for it in (False, True))
    assert len(short.lines) == 8 and len(whole.lines) > 60
    assert short.header == "def one():"


def test_large_files_and_many_are_bounded_and_said(story, monkeypatch):
    monkeypatch.setattr(listings, "FILES", 5)

    def work(folder):
        (folder / "a-large.txt").write_bytes(b"x\n" * (1 << 20))
        for n in range(9):
            (folder / f"many{n}").write_text("x" * 3000)
        (folder / "b-long.txt").write_text("\n".join(["x" * 3000] + ["y"] * 6000))

    story.turn("t", work)
    changed = story.of()

    assert changed.files.total == 11 and len(changed.files.files) == 5
    assert changed.files.files[0].large and changed.files.files[0].added is None
    assert story.lines("a-large.txt").patch.hunks == ()
    long = story.lines("b-long.txt").patch
    assert long.truncated and long.hunks[0].lines[0].cut and len(long.hunks[0].lines) == 5000


@pytest.mark.slow
def test_a_search_for_renames_that_was_cut_says_so(story):
    (story.folder / "many").mkdir()
    for n in range(1001):
        (story.folder / "many" / f"{n}").write_text(f"{n}\n" * 20)

    def work(folder):
        shutil.move(folder / "many", folder / "moved")
        for path in [*(folder / "moved").iterdir()]:
            path.write_text(path.read_text() + "more\n")
            path.rename(path.with_name(f"other-{path.name}"))

    story.turn("t", work)
    assert story.of().files.renames_cut


def test_configuration_of_the_owner_changes_nothing(story):
    for name, value in {
        "diff.noprefix": "true", "diff.external": "false", "color.ui": "always",
        "diff.renames": "false", "core.quotepath": "true", "diff.mnemonicPrefix": "true",
        "log.showSignature": "true", "diff.context": "0", "core.abbrev": "4",
    }.items():  # fmt: skip
        git(story.folder, "config", name, value)
    (story.folder / ".gitattributes").write_text("*.py diff=evil\n")
    git(story.folder, "config", "diff.evil.textconv", f"touch {story.folder}/run;cat")
    git(story.folder, "config", "diff.evil.command", f"touch {story.folder}/run;cat")
    text = (story.folder / "cart.py").read_text()
    story.turn("t", write("cart.py", text.replace("return 0", "return 1")))

    assert len(story.lines("cart.py").patch.hunks[0].lines) == 5
    assert set(story.files()) == {"cart.py"} and not (story.folder / "run").exists()
