import pytest
from conftest import git

from janus.workspace import hide_from_git


def test_what_is_ours_does_not_show_in_git_status(workspace):
    for name in (".janus", ".worktrees"):
        (workspace / name).mkdir()
        (workspace / name / "file").touch()
    assert git(workspace, "status", "--short")

    hide_from_git(workspace)
    hide_from_git(workspace)

    assert git(workspace, "status", "--short") == ""
    exclude = (workspace / ".git" / "info" / "exclude").read_text()
    assert exclude.count(".janus/") == 1


def test_what_the_user_excluded_stays(workspace):
    exclude = workspace / ".git" / "info" / "exclude"
    exclude.write_text("mine")  # without a newline

    hide_from_git(workspace)

    assert exclude.read_text().splitlines() == ["mine", ".janus/", ".worktrees/"]


def test_a_folder_inside_a_checkout_is_covered(workspace):
    inner = workspace / "inner"
    (inner / ".janus").mkdir(parents=True)
    (inner / ".janus" / "file").touch()

    hide_from_git(inner)

    assert git(workspace, "status", "--short") == ""


@pytest.mark.parametrize("path", ["/usr/bin", "/nowhere"])
def test_without_a_repository_or_git_nothing_happens(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", path)

    hide_from_git(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_an_exclude_file_that_cannot_be_written_is_only_logged(workspace, caplog):
    exclude = workspace / ".git" / "info" / "exclude"
    exclude.unlink()
    exclude.mkdir()

    hide_from_git(workspace)

    assert "Cannot hide .janus/" in caplog.text
