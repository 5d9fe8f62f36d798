"""What Janus writes into ``.janus`` of a workspace, and where it does not."""

import os

import pytest
from conftest import git, wait_for

from janus.errors import StorageFailed
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace


@pytest.fixture
def shop(workspace, kept):
    shop = Workspace(workspace, dict(os.environ), Store(kept))
    yield shop
    shop.close()


def publish(shop):
    """Whether both kinds of files could be written."""
    whole = shop.published.replace("sessions.json", b"{}\n")
    try:
        shop.published.save_new("conversation-summaries", "a.md", "text")
        return whole
    except OSError:
        assert not whole
        return False


def everything(folder):
    """Names, modes, and what is in it or where it leads, of all below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        what = path.readlink() if path.is_symlink() else info.st_mode
        found[path] = (what, path.read_bytes() if path.is_file() else b"")
    return found


def test_a_list_and_summaries_are_written_for_their_owner_alone(shop, workspace):
    assert publish(shop) and publish(shop)

    folder = workspace / ".janus"
    assert (folder / "sessions.json").read_bytes() == b"{}\n"
    assert sorted(path.name for path in (folder / "conversation-summaries").iterdir()) == [
        "a-2.md", "a.md",
    ]  # fmt: skip
    for path in (folder, *folder.rglob("*")):
        assert path.lstat().st_mode & 0o077 == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "conversation-summaries", "sessions.json",
    ]  # fmt: skip


def linked(workspace, outside):
    (workspace / ".janus").symlink_to(outside)


def fifo(workspace, outside):
    os.mkfifo(workspace / ".janus")


def a_file(workspace, outside):
    (workspace / ".janus").write_text("mine")


def tracked(workspace, outside):
    (workspace / ".janus").mkdir()
    (workspace / ".janus" / "sessions.json").write_text("mine")
    git(workspace, "add", "-f", ".janus")


@pytest.mark.parametrize("way", [linked, fifo, a_file, tracked], ids=lambda way: way.__name__)
def test_where_something_is_in_the_way_one_sentence_says_so(way, shop, workspace, tmp_path, caplog):
    outside = tmp_path / "config"
    outside.mkdir()
    (outside / "sessions.json").write_text("precious")
    way(workspace, outside)
    before = everything(workspace), everything(outside)

    assert not publish(shop) and not publish(shop)

    assert (everything(workspace), everything(outside)) == before
    assert caplog.text.count("Nothing is written into") == 1


def test_what_is_tracked_meanwhile_is_left_alone_from_then_on(shop, workspace):
    assert publish(shop)
    git(workspace, "add", "-f", ".janus/sessions.json")

    assert not publish(shop)

    git(workspace, "rm", "-q", "--cached", ".janus/sessions.json")
    assert publish(shop)


@pytest.mark.parametrize("name", ["sessions.json", "conversation-summaries"])
def test_links_in_it_are_not_followed(name, shop, workspace, tmp_path):
    outside = tmp_path / "config"
    outside.mkdir()
    (outside / "file").write_text("precious")
    (workspace / ".janus").mkdir()
    target = outside / "file" if name == "sessions.json" else outside
    (workspace / ".janus" / name).symlink_to(target)
    before = everything(outside)

    shop.published.replace("sessions.json", b"{}\n")
    if name == "conversation-summaries":
        with pytest.raises(OSError, match="no real folder"):
            shop.published.save_new(name, "a.md", "text")

    assert everything(outside) == before


def test_what_a_crash_left_half_written_is_ours_and_nothing_else_is(shop, workspace):
    publish(shop)
    temporary = shop.published._temporary
    (workspace / ".janus" / temporary).write_text("half")
    (workspace / ".janus" / ".new-theirs").write_text("theirs")

    publish(shop)

    assert not (workspace / ".janus" / temporary).exists()
    assert (workspace / ".janus" / ".new-theirs").read_text() == "theirs"


# --- a workspace that is not where it was


def gone(workspace):
    workspace.rename(workspace.with_name("elsewhere"))


def replaced(workspace):
    gone(workspace)
    workspace.mkdir()


def linked_away(workspace):
    gone(workspace)
    (workspace.parent / "other").mkdir()
    workspace.symlink_to(workspace.parent / "other")


@pytest.mark.parametrize("way", [gone, replaced, linked_away], ids=lambda way: way.__name__)
def test_in_a_folder_that_was_moved_nothing_is_made(way, shop, workspace):
    shop.check_there()
    assert shop.problem is None
    way(workspace)
    before = everything(workspace.parent)

    for make in (shop.check_there, lambda: shop.add_worktree("s", name="x")):
        with pytest.raises(StorageFailed, match="was moved or replaced"):
            make()
    assert not publish(shop)
    assert "was moved or replaced" in shop.problem

    assert everything(workspace.parent) == before


def test_who_moves_it_back_can_go_on(shop, workspace):
    shop.check_there()
    gone(workspace)
    assert shop.problem
    workspace.with_name("elsewhere").rename(workspace)

    assert shop.problem is None and publish(shop)


def test_a_link_that_leads_to_the_same_folder_is_the_same(shop, workspace):
    shop.check_there()
    gone(workspace)
    workspace.symlink_to(workspace.with_name("elsewhere"))

    shop.check_there()


def test_nothing_new_is_begun_in_a_moved_workspace(make_manager, cursor):
    manager = make_manager(cursor)
    manager.prepare()
    id = manager.create().session_id
    manager.ask(id, "say hello")
    moved = cursor.workspace.rename(cursor.workspace.with_name("elsewhere"))
    manager._saver.save()  # a list that was being written meanwhile is written now
    before = everything(moved)

    for call in (
        manager.create,
        lambda: manager.create("fix"),
        lambda: manager.say(id, "say more"),
        lambda: manager.ask(id, "say more"),
        lambda: manager.note(id, "more"),
        lambda: manager.resume(id),
        lambda: manager.say("page", "hello"),
    ):
        with pytest.raises(StorageFailed, match="was moved or replaced"):
            call()
    assert manager.workspace.problem
    ended = manager.end(id)

    assert ended.summary and not ended.summary_saved
    assert not cursor.workspace.exists() and everything(moved) == before


def test_what_waited_is_not_given_to_an_agent_in_a_moved_workspace(make_manager, cursor, tmp_path):
    manager = make_manager(cursor)
    manager.prepare()
    id = manager.create().session_id
    manager.say(id, f"until {tmp_path / 'go'}")
    manager.say(id, "say more")
    wait_for(lambda: len(manager.state(id).messages) == 3)
    cursor.workspace.rename(cursor.workspace.with_name("elsewhere"))

    (tmp_path / "go").touch()

    wait_for(lambda: manager.state(id).now.turn is None and not manager.state(id).now.waiting)
    assert "was moved or replaced" in manager.conversation(id)[-1].content


def test_health_says_so(settings, app):
    janus = app.extensions["janus"]
    client = app.test_client()
    client.post("/api/session/start")
    settings.workspace.rename(settings.workspace.with_name("elsewhere"))

    health = client.get("/api/health").json

    assert health["status"] == "degraded"
    assert "was moved or replaced" in health["storage"]["message"]
    assert client.post("/api/session/start").status_code == 507
    assert janus.problem
