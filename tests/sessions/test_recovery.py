"""What comes back after Janus was stopped, killed, or lost a file."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import git, state_of, wait_for
from kit.repositories import commit

from janus.errors import (
    BranchInUse,
    GitFailed,
    InvalidName,
    InvalidRequest,
    ServerStopping,
    SessionExists,
    SessionNotFound,
    TooManySessions,
    WorktreeDirty,
    WorktreeGone,
)
from janus.model.events import QuestionAsked
from janus.storage.store import Store


@pytest.fixture
def start(make_manager, cursor):
    """Starts Janus in the workspace; stopping it is ``stop()``, killing it is doing nothing."""

    def start(settings=cursor):
        manager = make_manager(settings)
        manager.prepare()
        return manager

    return start


def said(manager, id):
    return [(message.role, message.content.strip()) for message in manager.conversation(id)]


def saved(cursor):
    return json.loads((state_of(cursor) / "sessions.json").read_text())["sessions"]


def put_aside(cursor):
    return [f for f in state_of(cursor).iterdir() if ".corrupt-" in f.name]


def test_a_session_comes_back_idle_with_all_it_had(start, cursor):
    before = start()
    info = before.create("feature-auth")
    before.ask(info.session_id, "say hello")
    before.stop()

    after = start()

    found = after.get(info.session_id)
    assert (found.name, found.status, found.branch) == ("feature-auth", "idle", info.branch)
    assert found.worktree_path == info.worktree_path and found.created_at == info.created_at
    assert said(after, info.session_id) == [("user", "say hello"), ("assistant", "hello")]
    assert after.get(info.session_id).pid is None
    assert after.all() == [found]


def test_nothing_runs_until_somebody_speaks_and_then_the_agent_remembers(start, cursor, home):
    before = start()
    id = before.create().session_id
    before.ask(id, "say hello")
    before.stop()

    after = start()
    assert after.get(id).status == "idle" and after.get(id).pid is None

    assert after.ask(id, "recall").answer == "2 turns before "  # the summary is one


def test_a_server_that_stops_writes_a_summary_and_one_that_had_nothing_to_do_writes_none(
    start, cursor
):
    before = start()
    id = before.create().session_id
    before.ask(id, "say hello")
    before.stop()
    start().stop()
    start().stop()

    folder = cursor.workspace / ".janus" / "conversation-summaries"
    assert len([*folder.iterdir()]) == 1
    again = start()
    ended = again.end(id)
    assert ended.summary and ended.summary_saved
    assert len([*folder.iterdir()]) == 1


def test_a_turn_that_was_cut_off_is_told_with_what_had_been_said(start, cursor):
    before = start()
    id = before.create().session_id
    before.say(id, "hang now")
    wait_for(lambda: "".join(m.content for m in before.state(id).messages[1:]))
    assert len(before.say(id, "say later").now.waiting) == 1

    after = start()  # as if the first had been killed

    told = said(after, id)
    assert told[0] == ("user", "hang now") and ("user", "say later") in told
    assert [text for role, text in told if role == "system"] == [
        "Janus was stopped before it answered this. Ask again."
    ]
    # What had not begun is asked now.
    wait_for(lambda: ("assistant", "later") in said(after, id))
    assert after.state(id).now.waiting == ()


def test_an_open_question_does_not_come_back(start, cursor, home):
    before = start()
    id = before.create().session_id
    events = before._registry.find(id).log
    events.append(QuestionAsked("r", "permission", "May I?", ()), promised=True)
    assert before.get(id).attention == "permission"

    assert start().get(id).attention is None


def test_an_ended_session_does_not_come_back(start):
    before = start()
    for name in (None, "fix"):
        before.end(before.create(name).session_id)
    id = before.create().session_id
    before.ask(id, "say hello")
    before.end(id)

    assert start().all() == []


@pytest.mark.others_slow
@pytest.mark.parametrize("damage", ["missing", "garbage", "empty", "folder"])
def test_without_its_list_the_logs_and_worktrees_tell(damage, start, cursor):
    before = start()
    quiet, busy = before.create("quiet"), before.create("busy")
    plain = before.create().session_id
    for id in (busy.session_id, plain):
        before.ask(id, "say hello")
    before.rename(busy.session_id, "busier")
    gone = before.create("gone").session_id
    before.end(gone)
    before.stop()
    file = state_of(cursor) / "sessions.json"
    file.unlink()
    if damage == "folder":
        file.mkdir()
    elif damage != "missing":
        file.write_text({"garbage": "{]", "empty": ""}[damage])

    after = start()

    found = {info.session_id: info for info in after.all()}
    assert found.keys() == {quiet.session_id, busy.session_id, plain}
    assert found[busy.session_id].name == "busier" and found[quiet.session_id].name == "quiet"
    for info in (quiet, busy):
        assert found[info.session_id].branch == info.branch
        assert found[info.session_id].worktree_path == info.worktree_path
    assert ("assistant", "hello") in said(after, plain)
    assert len(put_aside(cursor)) == (damage != "missing")
    after.stop()
    assert {entry["id"] for entry in saved(cursor)} == found.keys()


def test_a_worktree_alone_is_enough(start, cursor):
    before = start()
    info = before.create("feature-auth")
    before.stop()
    shutil.rmtree(state_of(cursor))

    found = start().get(info.session_id)

    assert (found.name, found.branch) == ("feature-auth", "feature/feature-auth")
    assert found.worktree_path == info.worktree_path


def test_an_entry_without_its_log_is_enough(start, cursor):
    before = start()
    info = before.create("feature-auth")
    before.ask(info.session_id, "say hello")
    before.stop()
    shutil.rmtree(state_of(cursor) / "logs")

    after = start()

    found = after.get(info.session_id)
    assert (found.name, found.branch, found.message_count) == ("feature-auth", info.branch, 0)
    assert after.ask(info.session_id, "say again").answer == "again "


def test_a_log_without_its_entry_is_enough(start, cursor):
    before = start()
    ids = [before.create().session_id for _ in range(2)]
    before.stop()
    file = state_of(cursor) / "sessions.json"
    whole = json.loads(file.read_text())
    file.write_text(json.dumps({**whole, "sessions": whole["sessions"][:1]}))

    assert {info.session_id for info in start().all()} == set(ids)


def test_a_log_that_cannot_be_read_costs_its_session_only(start, cursor, caplog):
    before = start()
    good, bad = (before.create().session_id for _ in range(2))
    before.stop()
    log = state_of(cursor) / "logs" / f"{bad}.jsonl"
    log.unlink()
    log.mkdir()

    after = start()

    assert [info.session_id for info in after.all()] == [good]
    assert "cannot be read" in caplog.text
    assert log.is_dir()


@pytest.mark.others_slow
@pytest.mark.parametrize("left", ["nothing", "an empty folder", "another folder"])
def test_a_session_whose_worktree_is_gone_says_so_and_does_not_touch_the_workspace(
    left, start, cursor
):
    before = start()
    info = before.create("fix")
    before.stop()
    place = Path(info.worktree_path)
    shutil.rmtree(place)
    if left != "nothing":
        place.mkdir()
    if left == "another folder":
        (place / "own.txt").touch()

    after = start()

    for say in (after.ask, after.say):
        with pytest.raises(WorktreeGone, match=r"not its branch feature/fix.* --anew") as refused:
            say(info.session_id, "write cart.py lost")
        assert refused.value.details["branch"] == "feature/fix"
    assert after.rename(info.session_id, "still").name == "still"
    assert not place.exists() or not {*place.iterdir()} - {place / "own.txt"}
    after.end(info.session_id)
    with pytest.raises(WorktreeGone):
        after.resume(info.session_id)
    assert after.conversation(info.session_id) == []


@pytest.mark.slow
def test_a_worktree_that_is_gone_is_made_anew_of_its_branch(start, cursor, workspace):
    setting = replace(cursor, setup_command="echo done > set-up")
    manager = start(setting)
    info = manager.create("fix")
    id, place = info.session_id, Path(info.worktree_path)
    manager.ask(id, "write cart.py mine")
    commit(place, "Mine")
    manager.end(id, cleanup=True, force=True)
    assert not place.exists()

    manager.make_anew(id)
    manager.make_anew(id)  # nothing more happens

    assert manager.resume(id).branch == "feature/fix"
    assert (place / "cart.py").read_text().endswith("mine\n")
    assert manager.ask(id, "recall").answer == "2 turns before "  # the summary is one
    assert (place / "set-up").exists()
    shutil.rmtree(place)  # under the feet of its agent
    git(workspace, "worktree", "prune")
    git(workspace, "branch", "-qD", "feature/fix")
    with pytest.raises(WorktreeGone, match="so is its branch feature/fix"):
        manager.ask(id, "recall")
    place.mkdir()
    manager.make_anew(id)
    assert manager.resume(id).branch == "feature/fix"
    manager.ask(id, "write cart.py again")
    assert (place / "cart.py").read_text().endswith("again\n")
    assert not (workspace / "cart.py").read_text().endswith(("mine\n", "again\n"))


def test_what_lies_in_the_place_of_a_worktree_is_left_there(start, workspace):
    manager = start()
    info = manager.create("fix")
    place = Path(info.worktree_path)
    shutil.rmtree(place)
    place.mkdir()
    (place / "own.txt").write_text("mine")

    with pytest.raises(GitFailed, match="File exists"):
        manager.make_anew(info.session_id)
    assert (place / "own.txt").read_text() == "mine"
    manager.make_anew(manager.create().session_id)  # it has none: nothing is to be made


@pytest.mark.slow
def test_one_that_ended_goes_on_where_the_workspace_is_in_its_repository(
    make_manager, cursor, workspace
):
    below = workspace / "shop"
    below.mkdir()
    (below / "till.py").touch()
    git(workspace, "add", "-A")
    commit(workspace, "Till")
    manager = make_manager(replace(cursor, workspaces=(below,)))
    manager.prepare()
    info = manager.create("fix")
    manager.ask(info.session_id, "write one.txt 1")
    manager.end(info.session_id)

    manager.resume(info.session_id)
    manager.ask(info.session_id, "write two.txt 2")

    place = Path(info.worktree_path) / "shop"
    assert {"one.txt", "two.txt", "till.py"} <= {it.name for it in place.iterdir()}


def test_those_that_came_back_count(start, cursor, make_manager):
    few = replace(cursor, max_sessions=2)
    before = start(few)
    ids = [before.create().session_id for _ in range(2)]
    before.get_or_create("page")
    before.stop()

    after = start(few)

    with pytest.raises(TooManySessions, match="Maximum 2 sessions supported") as refused:
        after.create()
    named = refused.value.details["sessions"]
    assert {it["session_id"] for it in named} == {*ids} and all(
        id[:8] in str(refused.value) for id in ids
    )
    with pytest.raises(TooManySessions):
        after.say("page", "hi")
    after.end(ids[0])
    after.create()


def test_resuming_starts_the_agent_and_goes_on(start, cursor):
    before = start()
    id = before.create().session_id
    before.ask(id, "say hello")
    before.stop()
    after = start()

    assert after.resume(id).status == "waiting"
    assert after.resume(id).status == "waiting"

    assert after.ask(id, "recall").answer == "2 turns before "  # the summary is one


@pytest.mark.slow
def test_an_ended_session_can_be_resumed(start):
    manager = start()
    info = manager.create("fix")
    manager.ask(info.session_id, "say hello")
    manager.end(info.session_id)

    found = manager.resume(info.session_id)

    assert (found.name, found.branch, found.status) == ("fix", info.branch, "waiting")
    assert manager.ask(info.session_id, "recall").answer == "2 turns before "  # with the summary
    assert start().get(info.session_id).name == "fix"


def test_what_never_was_cannot_be_resumed(start):
    manager = start()
    manager.get_or_create("page")

    with pytest.raises(SessionNotFound):
        manager.resume("nobody")
    assert manager.resume("page").status == "waiting"


def test_looking_at_an_ended_session_does_not_bring_it_back(start, cursor):
    manager = start()
    id = manager.create().session_id
    manager.ask(id, "say hello")
    manager.end(id)

    assert manager.state(id).now.status == "stopped"
    assert manager.all() == []
    log = Store(state_of(cursor)).last_line(id)
    manager.stop()

    assert Store(state_of(cursor)).last_line(id) == log
    assert start().all() == []


def test_a_name_gives_a_branch_and_a_worktree(start, cursor):
    info = start().create("feature-auth")

    assert info.branch == "feature/feature-auth"
    assert info.worktree_path == str(cursor.workspace / ".worktrees" / info.session_id)
    assert git(info.worktree_path, "branch", "--show-current").strip() == info.branch
    assert git(cursor.workspace, "status", "--short") == ""


@pytest.mark.slow
def test_the_same_name_twice_gives_two_branches(start):
    manager = start()

    assert [manager.create("fix").branch for _ in range(3)] == [
        "feature/fix", "feature/fix-2", "feature/fix-3",
    ]  # fmt: skip


def test_without_a_name_an_isolated_session_is_called_after_the_day(start):
    manager = start()

    names = [manager.create(isolated=True).name for _ in range(2)]

    assert names == ["feature-2027-01-15-001", "feature-2027-01-15-002"]
    assert manager.create("plain", isolated=False).branch is None


def test_a_branch_that_exists_can_be_worked_on(start, cursor):
    git(cursor.workspace, "branch", "topic/login")
    manager = start()

    info = manager.create(branch="topic/login")
    assert (info.name, info.branch) == ("topic-login", "topic/login")

    with pytest.raises(BranchInUse):
        manager.create(branch="topic/login")
    with pytest.raises(InvalidRequest):
        manager.create(branch="nowhere")
    assert [found.session_id for found in manager.all()] == [info.session_id]


def test_a_creation_that_fails_leaves_nothing(start, cursor, monkeypatch):
    manager = start()
    branches = git(cursor.workspace, "branch", "--list")

    def refuse(*_, **__):
        raise InvalidRequest("no")

    monkeypatch.setattr("janus.sessions.factory.SessionFactory.open", refuse)
    with pytest.raises(InvalidRequest):
        manager.create("fix")
    monkeypatch.undo()

    assert manager.all() == [] and git(cursor.workspace, "branch", "--list") == branches
    assert [*(cursor.workspace / ".worktrees").iterdir()] == []
    assert manager.create("fix").branch == "feature/fix"


def test_an_id_is_made_once(start):
    manager = start()
    manager.create("one", session_id="mine")

    with pytest.raises(SessionExists):
        manager.create("two", session_id="mine")


def test_a_new_name_stays_after_a_restart(start, cursor):
    before = start()
    info = before.create("fix")

    called = "Über die Tür, und 登录"
    assert before.rename(info.session_id, called).name == called
    for wrong in ("", " a", "a\nb", "x" * 81, "\u202eabc", "\ud800"):
        with pytest.raises(InvalidName):
            before.rename(info.session_id, wrong)

    after = start()
    assert (after.get(info.session_id).name, after.get(info.session_id).branch) == (
        called, "feature/fix",
    )  # fmt: skip


@pytest.mark.slow
def test_ending_keeps_the_worktree_unless_it_is_to_be_cleaned_up(start):
    manager = start()
    kept, cleaned = manager.create("kept"), manager.create("cleaned")

    assert manager.end(kept.session_id).worktree_path == kept.worktree_path
    ended = manager.end(cleaned.session_id, cleanup=True)

    assert ended.worktree_path is None and ended.branch == "feature/cleaned"
    assert Path(kept.worktree_path).is_dir() and not Path(cleaned.worktree_path).exists()


def test_a_stop_that_keeps_the_worktree_from_being_cleaned_up_is_told(start, monkeypatch):
    manager = start()
    made = manager.create("ride")
    remove = manager.workspace.remove_worktree

    def late(*args, **how):
        manager.workspace.stop_git()
        return remove(*args, **how)

    monkeypatch.setattr(manager.workspace, "remove_worktree", late)

    with pytest.raises(ServerStopping, match=r"has ended.*stays until the session is deleted"):
        manager.end(made.session_id, cleanup=True)

    assert manager.all() == [] and Path(made.worktree_path).is_dir()


def test_work_is_not_cleaned_up_without_force(start, cursor):
    manager = start()
    info = manager.create("fix")
    (Path(info.worktree_path) / "new.py").write_text("work")

    with pytest.raises(WorktreeDirty):
        manager.end(info.session_id, cleanup=True)
    assert manager.get(info.session_id).status == "idle"  # nothing has ended

    assert manager.end(info.session_id, cleanup=True, force=True).worktree_path is None
    assert "feature/fix" in git(cursor.workspace, "branch", "--list")


def test_many_at_once_are_exactly_as_many_as_allowed(start, cursor):
    manager = start(replace(cursor, max_sessions=4))
    barrier = threading.Barrier(12)

    def create(number):
        barrier.wait()
        try:
            return manager.create("same" if number % 2 else None)
        except TooManySessions:
            return None

    with ThreadPoolExecutor(12) as pool:
        made = [info for info in pool.map(create, range(12)) if info]

    assert len(made) == 4 and len(manager.all()) == 4
    branches = [info.branch for info in made if info.branch]
    assert len(set(branches)) == len(branches)
