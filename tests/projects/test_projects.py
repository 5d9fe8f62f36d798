"""Projects: added, moved and removed while Janus runs, and where each session is."""

import os
import shutil
import threading
from dataclasses import replace
from functools import partial

import pytest
from conftest import wait_for

from janus.agents.catalog import AgentCatalog
from janus.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    ProjectMoved,
    ServerStopping,
    SessionNotFound,
    StorageFailed,
)
from janus.projects.finding import entry_of, nearest
from janus.projects.listening import Listeners
from janus.projects.listing import Entry, ProjectList
from janus.projects.projects import Projects
from janus.sessions.manager import MemorySessionManager
from janus.storage.identity import Identity
from janus.storage.store import Store


@pytest.fixture
def make(cursor, clock):
    """Makes what serves projects; all are stopped at the end."""
    made = []

    def make(settings=cursor, **changes):
        settings = replace(settings, **changes)
        manager = partial(MemorySessionManager, clock=clock, agents=AgentCatalog(settings))
        ended = []
        made.append(
            Projects(settings, Store(settings.state), manager, "run", ended.append, Listeners())
        )
        return made[-1]

    yield make
    for projects in made:
        projects.stop()


@pytest.fixture
def projects(make):
    projects = make()
    projects.start()
    return projects


@pytest.fixture
def folder(tmp_path, workspace_template):
    """Another project."""
    return shutil.copytree(workspace_template, tmp_path / "library")


def names(projects):
    return [it.entry.name for it in projects.all()]


def asked(projects, project_id, words="say hello"):
    manager = projects.get(project_id).manager
    id = manager.create().session_id
    manager.ask(id, words)
    return id


def test_a_project_is_added_and_its_sessions_are_its_own(projects, folder):
    added = projects.add(folder)

    assert (added.name, added.path, added.problem) == ("library", str(folder), None)
    assert (added.branch, added.changed_files) == ("master", 0)
    id = asked(projects, added.project_id)
    assert projects.of_session(id).entry.project_id == added.project_id
    assert projects.state(id).project == "library"
    [info] = projects.sessions()
    assert info.project_id == added.project_id
    wait_for((folder / ".janus" / "sessions.json").exists)
    assert [it.open_sessions for it in projects.infos()] == [0, 1]


def test_changes_that_are_not_committed_are_counted(projects, folder):
    (folder / "new.txt").write_text("new")
    (folder / "cart.py").write_text("changed")

    assert projects.add(folder).changed_files == 2


def test_projects_and_their_conversations_are_there_after_a_restart(make, folder):
    before = make()
    before.start()
    added = before.add(folder, "Books")
    open_one, ended_one = (asked(before, added.project_id) for _ in range(2))
    before.get(added.project_id).manager.end(ended_one, summary=False)
    before.stop()

    after = make()
    after.start()

    assert names(after) == ["shop", "Books"]
    assert [it.session_id for it in after.sessions()] == [open_one]
    page = after.ended(None, 10, None, "")
    assert [it.session_id for it in page.sessions] == [ended_one]
    assert page.sessions[0].project_id == added.project_id


@pytest.mark.slow
def test_what_ended_is_paged_over_all_projects(projects, folder, clock):
    added = projects.add(folder)
    first = projects.all()[0]
    expected = []
    for number in range(5):
        clock.now += number % 2  # some end at the same time
        manager = (first, projects.get(added.project_id))[number % 2].manager
        id = manager.create().session_id
        manager.ask(id, "say hello")
        manager.end(id, summary=False)
        expected.append(id)

    found, before = [], None
    while True:
        page = projects.ended(None, 2, before, "")
        found += [it.session_id for it in page.sessions]
        if (before := page.next) is None:
            break

    assert sorted(found) == sorted(expected)
    only = projects.ended(added.project_id, 10, None, "").sessions
    assert {it.project_id for it in only} == {added.project_id}


@pytest.mark.others_slow
@pytest.mark.parametrize("way", ["again", "link", "dots", "name"])
def test_one_folder_is_one_project(way, projects, folder, tmp_path):
    added = projects.add(folder)
    if way == "link":
        (tmp_path / "link").symlink_to(folder)
    path = {"link": tmp_path / "link", "dots": folder / ".." / "library"}.get(way, folder)

    again = projects.add(path, "Books" if way == "name" else None)

    assert again.project_id == added.project_id and len(projects.all()) == 2
    assert again.name == ("Books" if way == "name" else "library")


def test_a_worktree_of_a_session_is_no_project(projects):
    made = projects.first.create("fix-1")

    with pytest.raises(Conflict, match="belongs to a session of shop"):
        projects.add(projects.first.workspace.path_of(made.session_id))


@pytest.mark.parametrize("place", ["missing", "file", "state", "root", "relative", "nul"])
def test_what_cannot_be_a_project_is_refused_and_costs_nothing(place, projects, cursor, tmp_path):
    (tmp_path / "file").write_text("")
    path = {
        "missing": tmp_path / "missing",
        "file": tmp_path / "file",
        "state": cursor.state,
        "root": type(tmp_path)("/"),
        "relative": type(tmp_path)("library"),
        "nul": type(tmp_path)("/a\0b"),
    }[place]

    with pytest.raises((InvalidRequest, NotFound, Conflict)):
        projects.add(path)
    assert len(projects.all()) == 1


def test_one_that_another_janus_serves_is_refused(projects, make, folder, tmp_path):
    other = make(workspaces=(folder,), state_dir=tmp_path / "other")
    other.start()

    with pytest.raises(Conflict, match="another Janus serves"):
        projects.add(folder)
    assert len(projects.all()) == 1


def test_one_that_cannot_be_remembered_is_not_served(projects, folder, monkeypatch):
    monkeypatch.setattr(ProjectList, "save", refuse_to_save)

    with pytest.raises(StorageFailed):
        projects.add(folder)

    assert names(projects) == ["shop"]
    monkeypatch.undo()
    assert projects.add(folder).problem is None  # and its lock is free


def refuse_to_save(*_):
    raise StorageFailed("The disk is full.")


def test_one_that_is_added_while_janus_stops_is_stopped_too(projects, folder):
    projects.stop()

    with pytest.raises(ServerStopping):
        projects.add(folder)
    assert all(project.manager.stopping for project in projects.all())


def test_nothing_is_written_into_the_empty_place_of_a_disk_that_is_not_there(make, folder):
    settings = {"workspaces": (folder,)}
    before = make(**settings)
    before.start()
    before.stop()
    folder.rename(folder.with_name("unplugged"))
    folder.mkdir()

    after = make(**settings)
    after.start()

    assert "is another one than it was" in after.problem and [*folder.iterdir()] == []


@pytest.mark.slow
def test_a_removed_one_is_served_no_more_and_is_back_with_all_it_had(projects, folder):
    added = projects.add(folder)
    id = asked(projects, added.project_id)

    projects.remove(added.project_id)

    assert names(projects) == ["shop"] and projects.state(id).total == 0
    with pytest.raises(NotFound):
        projects.get(added.project_id)
    assert (folder / "cart.py").exists()
    again = projects.add(folder)
    assert again.project_id == added.project_id and again.open_sessions == 1
    assert projects.state(id).total == 2


def test_the_last_one_and_one_in_which_an_agent_works_stay(projects, folder):
    first = projects.all()[0].entry.project_id
    with pytest.raises(Conflict, match="only project"):
        projects.remove(first)
    added = projects.add(folder)
    manager = projects.get(added.project_id).manager
    id = manager.create().session_id
    manager.say(id, "hang")
    wait_for(lambda: manager.get(id).status == "active")

    with pytest.raises(Conflict, match="Stop it first"):
        projects.remove(added.project_id)
    manager.interrupt(id)


def test_one_whose_folder_is_away_can_be_read_and_comes_back(make, folder, tmp_path):
    before = make()
    before.start()
    id = asked(before, before.add(folder).project_id)
    before.stop()
    folder.rename(tmp_path / "unplugged")

    after = make()
    after.start()

    away = after.of_session(id)
    assert "is not there" in away.problem and away.problem in after.problem
    assert after.state(id).total == 2
    with pytest.raises(StorageFailed):
        away.manager.say(id, "say more")
    assert not folder.exists()
    (tmp_path / "unplugged").rename(folder)
    after.mend()
    assert after.problem is None
    after.of_session(id).manager.ask(id, "say more")


@pytest.mark.slow
def test_what_was_deleted_while_its_folder_was_away_is_not_in_it_when_that_is_back(
    projects, folder
):
    id = projects.add(folder).project_id
    session, kept = (asked(projects, id, f"say {word}") for word in ("edelweiss", "daisy"))
    manager = projects.get(id).manager
    for it in (session, kept):
        manager.end(it)
    summaries = folder / ".janus" / "conversation-summaries"
    assert len([*summaries.iterdir()]) == 2
    away = folder.rename(folder.with_name("unplugged"))
    wait_for(lambda: projects.get(id).problem)

    manager.delete(session)
    away.rename(folder)
    projects.mend()

    [left] = summaries.iterdir()
    assert "daisy" in left.read_text()


@pytest.mark.others_slow
@pytest.mark.parametrize("went", ["elsewhere", "for good", "but for its place"])
def test_a_folder_made_anew_is_not_the_one_that_went(went, make, folder, tmp_path):
    before = make()
    before.start()
    added = before.add(folder)
    id = asked(before, added.project_id)
    before.stop()
    if went == "but for its place":
        for it in [*folder.iterdir()]:
            it.rename(tmp_path / it.name)
    else:
        keep = folder.rename(folder.with_name("kept"))
        if went == "for good":  # most disks give its inode to the next one at once
            shutil.rmtree(keep)
        folder.mkdir()

    after = make()
    after.start()
    after.mend()

    problem = after.of_session(id).problem
    assert "is another one than it was" in problem or "is empty" in problem
    with pytest.raises(StorageFailed):
        after.of_session(id).manager.say(id, "say more")
    assert [*folder.iterdir()] == []
    assert after.add(folder).problem is None  # its owner says so


def test_an_inode_that_is_given_again_is_another_folder(tmp_path):
    folder = tmp_path / "made anew"
    folder.mkdir()
    before = Identity.of(folder)
    folder.rmdir()
    folder.mkdir()
    after = Identity.of(folder)

    if before.inode == after.inode and after.generation is None:
        pytest.skip("this disk gives inodes again and does not tell")
    assert not before.fits(after) and after.fits(Identity.of(folder))
    assert Identity(after.device, after.inode).fits(after)  # as an earlier version wrote it down


@pytest.mark.slow
def test_one_that_was_moved_is_offered_and_goes_on_with_all_it_had(make, folder, tmp_path):
    projects = make()
    projects.start()
    added = projects.add(folder)
    id = asked(projects, added.project_id)
    projects.remove(added.project_id)
    place = folder.rename(tmp_path / "moved")

    with pytest.raises(ProjectMoved) as offered:
        projects.add(place)

    assert offered.value.details["project_id"] == added.project_id
    assert offered.value.details["path"] == str(folder)
    moved = projects.add(place, project_id=added.project_id)
    assert (moved.project_id, moved.path) == (added.project_id, str(place))
    assert projects.state(id).total == 2
    projects.of_session(id).manager.ask(id, "say more")
    projects.stop()
    after = make()
    after.start()
    assert after.of_session(id).entry.path == str(place)


@pytest.fixture
def moved(projects, folder, tmp_path):
    """A place that a project has moved to, and its id; a session was there."""
    id = projects.add(folder).project_id
    asked(projects, id)
    projects.remove(id)
    return folder.rename(tmp_path / "moved"), id


@pytest.mark.slow
def test_no_it_is_a_new_project_is_an_answer_that_lasts(projects, moved):
    place, id = moved

    added = projects.add(place, new=True)

    assert added.project_id != id and added.open_sessions == 0
    wait_for((place / ".janus" / "sessions.json").exists)
    projects.remove(added.project_id)
    assert projects.add(place).project_id == added.project_id  # nobody is asked again


def test_one_that_moved_is_offered_also_where_its_place_is_taken(projects, moved, folder):
    place, id = moved
    folder.mkdir()

    with pytest.raises(ProjectMoved) as offered:
        projects.add(place)

    assert offered.value.details["project_id"] == id


@pytest.mark.slow
def test_what_comes_into_the_place_of_one_that_moved_is_another(projects, moved, folder, make):
    place, id = moved
    projects.add(place, project_id=id)
    folder.mkdir()

    added = projects.add(folder)

    assert added.project_id != id and added.open_sessions == 0
    assert {it.entry.path for it in projects.all()} >= {str(place), str(folder)}
    projects.remove(added.project_id)
    assert projects.add(folder).project_id == added.project_id
    projects.stop()
    after = make(workspaces=(folder,))
    after.start()
    assert {it.entry.project_id: it.entry.path for it in after.all()} == {
        added.project_id: str(folder),
        id: str(place),
        projects.all()[0].entry.project_id: str(projects.all()[0].folder),
    }


@pytest.mark.slow
def test_a_folder_made_anew_in_its_place_is_not_believed_to_be_it(projects, folder):
    id = projects.add(folder).project_id
    asked(projects, id)
    projects.remove(id)
    folder.rename(folder.with_name("kept"))  # so that its inode is not given again
    folder.mkdir()

    with pytest.raises(ProjectMoved, match="Another folder was in this place") as offered:
        projects.add(folder)

    assert offered.value.details["project_id"] == id and [*folder.iterdir()] == []
    added = projects.add(folder, new=True)
    assert added.project_id != id and added.open_sessions == 0
    projects.remove(added.project_id)
    assert projects.add(folder).project_id == added.project_id
    projects.remove(added.project_id)
    assert projects.add(folder, project_id=id).open_sessions == 1  # or else it is


@pytest.mark.slow
def test_a_place_that_is_served_is_first_to_be_left(projects, moved, folder):
    place, id = moved
    other = projects.add(place, new=True)

    with pytest.raises(Conflict, match="janus project remove moved"):
        projects.add(place, project_id=id)
    projects.remove(other.project_id)
    assert projects.add(place, project_id=id).open_sessions == 1


def test_a_second_way_to_a_folder_is_no_second_project(
    projects, folder, tmp_path, monkeypatch, cursor
):
    id = projects.add(folder).project_id
    projects.remove(id)
    other = tmp_path / "other"
    other.mkdir()
    real = os.stat
    monkeypatch.setattr(  # as a bind mount, or a disk that ignores case, shows it
        os, "stat", lambda path, **more: real(folder if path == other else path, **more)
    )

    assert entry_of(other, cursor.state).project_id == id


def test_the_innermost_project_is_found_by_folders_not_by_the_length_of_paths(
    tmp_path, monkeypatch
):
    outer = Entry("1", str(tmp_path / "a" / "long" / "way" / "shop"), "shop")
    inner = Entry("2", str(tmp_path / "cart"), "cart")
    deep = outer.folder / "cart" / "src"
    deep.mkdir(parents=True)
    inner.folder.mkdir()
    real = os.stat
    monkeypatch.setattr(  # as a bind mount shows it
        os, "stat", lambda path, **more: real(deep.parent if path == inner.folder else path, **more)
    )

    assert nearest(deep, [outer, inner]) == nearest(deep, [inner, outer]) == inner
    assert nearest(outer.folder, [inner, outer]) == outer
    assert nearest(tmp_path, [inner, outer]) is None


def test_one_that_is_where_it_was_is_not_moved(projects, folder):
    first = projects.all()[0].entry.project_id

    with pytest.raises(Conflict):
        projects.add(folder, project_id=first)
    with pytest.raises(NotFound):
        projects.add(folder, project_id="nobody")
    assert len(projects.all()) == 1


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"projects": [{"path": "/x"}]}'])
def test_a_damaged_list_is_put_aside_and_costs_the_list_alone(make, cursor, damage):
    cursor.state.mkdir(parents=True)
    (cursor.state / "projects.json").write_bytes(damage)
    projects = make()

    projects.start()

    assert names(projects) == ["shop"]
    assert [*cursor.state.glob("projects.json.corrupt-*")]


def test_a_stream_begins_with_the_session_in_whichever_project_that_is(projects, folder):
    added = projects.add(folder)
    heard = []

    def listen():
        for record in projects.follow("mine", 0, 0.05):
            if record:
                heard.append(record)
                return

    thread = threading.Thread(target=listen)
    thread.start()
    projects.get(added.project_id).manager.create(session_id="mine")
    thread.join(60)

    assert heard


def test_who_is_started_without_a_folder_serves_the_current_one_or_the_one_around(
    make, folder, monkeypatch
):
    monkeypatch.chdir(folder)
    one = make(workspaces=())
    one.start()
    assert [it.entry.path for it in one.all()] == [str(folder)]
    one.stop()
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")

    two = make(workspaces=())
    two.start()

    assert [it.entry.path for it in two.all()] == [str(folder)]


def test_at_home_what_is_remembered_is_served(make, folder, home, monkeypatch):
    one = make(workspaces=(folder,))
    one.start()
    one.stop()
    monkeypatch.chdir(home)

    two = make(workspaces=())
    two.start()

    assert [it.entry.path for it in two.all()] == [str(folder)]


def test_an_unknown_session_is_one_of_the_first_project(projects, folder):
    projects.add(folder)

    assert projects.of_session("nobody") is projects.all()[0]
    with pytest.raises(SessionNotFound):
        projects.of_session("nobody").manager.get("nobody")
