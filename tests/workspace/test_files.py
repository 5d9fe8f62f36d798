"""Files are found by a few letters, and read without leaving the folder."""

import os
import shutil

import pytest
from kit.hostile import make_hostile

from janus.errors import NotFound
from janus.workspace.files import reading
from janus.workspace.files.fuzzy import best
from janus.workspace.files.names import names_of
from janus.workspace.files.reading import read_file
from janus.workspace.git import Git

PATHS = ["src/cart.py", "src/cart/total.py", "tests/test_cart.py", "docs/CART.md", "c/a/r/t.txt"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cart", ["src/cart.py", "docs/CART.md", "tests/test_cart.py", "src/cart/total.py"]),
        ("cart.py", ["src/cart.py"]),
        ("tcart", ["tests/test_cart.py"]),
        ("sct", ["tests/test_cart.py"]),
        ("TOTAL", ["src/cart/total.py"]),
        ("zzz", []),
    ],
)
def test_the_best_come_first(query, first):
    assert best(PATHS, query, 10)[: len(first)] == first


def test_without_letters_all_are_found_and_not_more_than_wanted():
    assert len(best(PATHS, "", 3)) == 3
    assert best(["a" * 5000], "a" * 3000 + "b", 5) == ["a" * 5000]


def test_every_sign_is_itself():
    for name in ("a^b]c-d", "x\\y[z]", "(.*)+?", "new\nline", "a&&b||c~~d--e"):
        assert best([name, "other"], name[::2], 5) == [name]


def test_names_are_those_that_git_does_not_ignore(workspace, tmp_path):
    marks = make_hostile(workspace)
    names = names_of(Git(workspace, dict(os.environ)), workspace)

    assert "deep/er/file.txt" in names and "two\nlines.txt" in names
    assert "secret.txt" not in names and not marks.exists()
    plain = tmp_path / "plain"
    (plain / ".hidden").mkdir(parents=True)
    (plain / ".hidden" / "x").touch()
    (plain / "a").touch()
    assert names_of(Git(plain, dict(os.environ)), plain) == ["a"]


@pytest.fixture
def outside(tmp_path):
    path = tmp_path / "outside"
    path.mkdir()
    (path / "key").write_text("theirs\n")
    return path


@pytest.mark.parametrize(
    "path",
    [
        "../outside/key", "sub/../../outside/key", "/etc/passwd", "link/key", "", ".", "/", "a\0b",
        "sub", "none", ".git/config", "sub/.git/config", ".GIT/config", "pipe", "cart.py/x",
        "//etc/passwd",
    ],
)  # fmt: skip
def test_nothing_outside_is_read(workspace, outside, path):
    (workspace / "sub" / ".git").mkdir(parents=True)
    (workspace / "sub" / ".git" / "config").write_text("theirs\n")
    (workspace / "link").symlink_to(outside)
    os.mkfifo(workspace / "pipe")

    with pytest.raises(NotFound):
        read_file(workspace, path)


def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(workspace, outside, monkeypatch):
    (workspace / "sub").mkdir()
    (workspace / "sub" / "key").write_text("mine\n")
    real = reading.Folder.folder

    def swapped(self, name, **how):
        shutil.rmtree(workspace / "sub")
        (workspace / "sub").symlink_to(outside)
        return real(self, name, **how)

    monkeypatch.setattr(reading.Folder, "folder", swapped)
    with pytest.raises(NotFound):
        read_file(workspace, "sub/key")


def test_texts_pictures_links_and_the_rest(workspace, outside):
    (workspace / "p.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    (workspace / "x.svg").write_text("<svg/>")
    (workspace / "bin").write_bytes(b"a\0b")
    (workspace / "latin").write_bytes(b"caf\xe9")
    (workspace / "large.txt").write_text("x" * (2 << 20))
    (workspace / "link").symlink_to(outside / "key")

    text = read_file(workspace, "cart.py")
    assert (text.kind, text.language, text.truncated) == ("text", "python", False)
    assert read_file(workspace, str(workspace / "cart.py")).text == text.text
    assert read_file(workspace, "./cart.py").path == "cart.py"
    picture = read_file(workspace, "p.png")
    assert (picture.kind, picture.media_type, picture.data[-4:]) == ("image", "image/png", b"rest")
    assert read_file(workspace, "x.svg").kind == "text"
    assert read_file(workspace, "bin").kind == "binary"
    assert read_file(workspace, "latin").text == "caf\ufffd"
    large = read_file(workspace, "large.txt")
    assert large.truncated and len(large.text) == 1 << 20
    link = read_file(workspace, "link")
    assert (link.kind, link.text) == ("link", str(outside / "key"))
