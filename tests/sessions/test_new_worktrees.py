"""What a session on a branch of its own is told when it begins, and what runs in it first."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import git, processes_of, wait_for
from kit.repositories import commit, hook

from janus.errors import WorktreeDirty


@pytest.fixture
def begin(make_manager, cursor):
    """Makes a session in a worktree, with a set-up command; and its manager."""

    def begin(command="", **changes):
        manager = make_manager(replace(cursor, setup_command=command, **changes))
        return manager, manager.create("x").session_id

    return begin


def call(manager, id):
    """The set-up command as it is shown now."""
    calls = [call for message in manager.state(id).messages for call in message.tool_calls]
    return calls[0] if calls else None


def said(manager, id):
    return [(message.role, message.content) for message in manager.conversation(id)]


def test_what_does_not_work_is_told_in_the_conversation_and_to_the_agent(workspace, begin):
    hook(workspace, "echo 'no disk' >&2; exit 3")

    manager, id = begin()

    [(role, words)] = said(manager, id)
    assert role == "system" and "post-checkout hook failed (exit code 3): no disk" in words
    assert "no disk" in manager.ask(id, "echo").answer
    assert manager.end(id).summary
    unused = manager.create("y").session_id
    assert manager.end(unused).summary is None  # no agent is started for a note


def test_the_first_message_waits_for_the_set_up_whose_output_is_seen(begin, tmp_path):
    go = tmp_path / "go"
    manager, id = begin(
        f'echo installing; echo oops >&2; until [ -e {go} ]; do sleep 0.02; done; echo "$PWD"; '
        'echo "$ROOT_WORKTREE_PATH" > made; echo done'
    )

    wait_for(lambda: call(manager, id) and "oops" in call(manager, id).output)
    assert call(manager, id).output == "installing\noops\n"
    assert call(manager, id).status == "in_progress"
    manager.say(id, "say made")
    wait_for(lambda: manager.get(id).status == "active")
    go.touch()
    wait_for(lambda: manager.get(id).status == "waiting")

    path = Path(manager.get(id).worktree_path)
    assert call(manager, id).output == f"installing\noops\n{path}\ndone"
    assert call(manager, id).status == "completed"
    assert (path / "made").read_text() == f"{path.parents[1]}\n"
    assert said(manager, id)[-1] == ("assistant", "made ")


def test_a_set_up_that_fails_says_so_and_the_agent_works_all_the_same(begin):
    manager, id = begin("echo no network; exit 7")

    assert manager.ask(id, "say hello").answer == "hello "

    shown = call(manager, id)
    assert shown.status == "failed" and shown.output == "no network\nIt failed (exit code 7)."


@pytest.mark.others_slow
@pytest.mark.parametrize("how", ["interrupt", "end", "stop"])
def test_a_set_up_ends_with_what_ends_it(how, begin, home):
    manager, id = begin("sleep 60 & sleep 60")
    wait_for(lambda: call(manager, id))
    log = manager._registry.find(id).log
    turn = manager.say(id, "say hello")
    wait_for(lambda: manager.get(id).status == "active")

    if how == "interrupt":
        manager.interrupt(id)
        wait_for(lambda: manager.get(id).status == "waiting")
        assert manager.ask(id, "say hello").answer == "hello "
    elif how == "end":
        manager.end(id)
    else:
        manager.stop()

    calls = [c for m in log.state(id).messages for c in m.tool_calls]
    assert [it.status for it in calls] == ["cancelled"], turn
    manager.stop()
    wait_for(lambda: processes_of(home) == [])


def test_a_session_says_which_branch_it_is_on_now(begin, make_manager, cursor):
    manager, id = begin()
    info = manager.get(id)
    manager.ask(id, "say hello")

    git(info.worktree_path, "switch", "-qc", "other/größe")

    assert manager.get(id).branch == "other/größe"
    manager.ask(id, "say hello")
    assert manager.state(id).now.session.branch == "other/größe"
    manager.stop()
    again = make_manager(cursor)
    again.prepare()
    assert again.get(id).branch == "other/größe"
    assert again.end(id).branch == "other/größe"


def test_a_session_with_another_repository_in_it_is_not_ended(workspace, begin):
    (workspace / ".gitignore").write_text("out\n")
    commit(workspace)
    manager, id = begin()
    path = Path(manager.get(id).worktree_path)
    git(path, "clone", "-q", str(workspace), "out/clone")

    with pytest.raises(WorktreeDirty, match="out/clone") as refused:
        manager.end(id, cleanup=True)

    assert refused.value.details["repositories"] == ["out/clone"]
    assert manager.get(id).status == "idle"
    assert manager.end(id, cleanup=True, force=True).worktree_path is None
    assert not path.exists()


def test_a_second_press_while_it_is_being_made_gets_the_same_session(workspace, begin, tmp_path):
    hook(workspace, f"touch {tmp_path}/began; until [ -e {tmp_path}/go ]; do sleep 0.02; done")
    (tmp_path / "go").touch()
    manager, _ = begin()
    (tmp_path / "go").unlink()
    (tmp_path / "began").unlink()
    made = []

    def press():
        made.append(manager.create("y", session_id="mine", once=True))

    pressed = [threading.Thread(target=press) for _ in range(2)]
    pressed[0].start()
    wait_for(lambda: (tmp_path / "began").exists())
    pressed[1].start()
    (tmp_path / "go").touch()
    for thread in pressed:
        thread.join()

    assert made[0] == made[1] and len(manager.all()) == 2
