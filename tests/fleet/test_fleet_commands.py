"""Commands from one machine to another."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import logging
import os

import msgspec
import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from kit.waiting import wait_for

from janus.conversation.shown import State
from janus.errors import (
    Forbidden,
    InvalidRequest,
    JanusError,
    MachineAway,
    NotFound,
    PayloadTooLarge,
    QueueFull,
    SessionNotFound,
)
from janus.fleet.commands import Commands
from janus.fleet.failures import Absent, Refused
from janus.fleet.viewing import ask_view
from janus.fleet.views import LONGEST, PIECE, Views
from janus.logs import device_id
from janus.model import Answered, Asked, Ended, SessionInfo

INFO = SessionInfo("one", None, "waiting", "demo", 1.0, 2.0)


class Manager:
    """Remembers what was asked of it."""

    def __init__(self):
        self.asked = []

    def interrupt(self, session_id, turn_id=None, *, send_queue=False):
        self.asked.append((session_id, turn_id, send_queue, device_id.get()))
        return State(session_id=session_id, seq=7)

    def say(self, session_id, text):
        raise QueueFull("20 messages wait already.")

    def get(self, session_id):
        if session_id != "one":
            raise SessionNotFound("No such session.")
        return INFO

    def end(self, session_id, *, summary=True):
        return Ended(session_id, "done", True, None, None)

    def create(self, name=None, session_id=None):
        return INFO

    def delete(self, session_id):
        raise AssertionError("no machine may do this")


def commanding(doorway, machine, manager=None, scope=lambda sender: "full", view=None):
    made = []
    managers = lambda session_id, project_id: manager  # noqa: E731
    views = Views(view, managers) if view else None
    doorway.client(machine, lambda it: made.append(Commands(it, managers, scope, views)))
    doorway.running.append(made[0])
    return made[0]


def test_a_command_is_done_where_the_session_is_and_both_sides_write_who_gave_it(doorways, caplog):
    caplog.set_level(logging.INFO, "janus.fleet.commands")
    doorway, manager = doorways(), Manager()
    commanding(doorway, LAPTOP, manager)
    home = commanding(doorway, HOME)
    token = device_id.set("phone-1")

    assert home.send(LAPTOP, "interrupt", "one", turn_id="t", send_queue=True) == 7
    device_id.reset(token)

    assert manager.asked == [("one", "t", True, f"{HOME}/phone-1")]
    assert home.send(LAPTOP, "get", "one") == INFO
    assert home.send(LAPTOP, "end", "one", summary=False).summary == "done"
    assert home.send(LAPTOP, "create", "one", name="x") == INFO
    lines = [it.getMessage() for it in caplog.records if "interrupt" in it.getMessage()]
    assert lines == [
        f"Device phone-1 asks machine {LAPTOP} to interrupt session one",
        f"Device phone-1 of machine {HOME} asks to interrupt session one",
    ]


def test_what_the_manager_raises_is_raised_here(doorways):
    doorway = doorways()
    commanding(doorway, LAPTOP, Manager())
    home = commanding(doorway, HOME)

    with pytest.raises(QueueFull, match="20 messages"):
        home.send(LAPTOP, "say", "one", text="x")
    with pytest.raises(SessionNotFound):
        home.send(LAPTOP, "get", "two")
    with pytest.raises(InvalidRequest, match="not understood"):
        home.send(LAPTOP, "end", "one", nonsense=1)


def test_a_machine_that_is_not_there_is_away_at_once(doorways):
    home = commanding(doorways(), HOME)

    with pytest.raises(MachineAway, match="sleeps"):
        home.send(LAPTOP, "interrupt", "one")


@pytest.mark.parametrize(
    ("scope", "verb"), [("read", "interrupt"), ("relay", "get"), (None, "get")]
)
def test_threat_37_the_receiver_looks_at_the_scope_itself(doorways, scope, verb):
    doorway = doorways()
    commanding(doorway, LAPTOP, Manager(), lambda sender: scope)

    with pytest.raises(Forbidden):
        commanding(doorway, HOME).send(LAPTOP, verb, "one")


def test_a_machine_that_may_read_looks_at_what_is_as_long_as_it_is_and_has_nothing_done(doorways):
    long = os.urandom(3 * PIECE + 7)

    def view(asked):
        if asked.view == "work.bug":
            raise RuntimeError("nobody thought of that")
        data = bytes(LONGEST + 1) if asked.view == "work.endless" else long
        return Answered(media="text/plain", data=data, size=len(data))

    doorway = doorways(laptop="full", cloud="read")
    laptop = commanding(doorway, LAPTOP, Manager(), lambda sender: "read", view)
    home, asked = commanding(doorway, HOME), Asked("read", "one", "work.changes")

    assert ask_view(home, LAPTOP, asked).data == long
    assert laptop._views._rests == {}  # all was asked for
    for view_name in ("work.changes\nforged", "../x", "x" * 80, ""):
        with pytest.raises(InvalidRequest):
            ask_view(home, LAPTOP, Asked("read", "one", view_name))
    with pytest.raises(PayloadTooLarge):
        ask_view(home, LAPTOP, Asked("read", "one", "work.endless"))
    with pytest.raises(JanusError, match="made a mistake"):  # at once
        ask_view(home, LAPTOP, Asked("read", "one", "work.bug"))
    with pytest.raises(NotFound):
        home.send(LAPTOP, "rest", "one", token="guessed", at=0)
    with pytest.raises(Forbidden):
        ask_view(home, LAPTOP, Asked("do", "one", "work.undo"))
    with pytest.raises(Forbidden):
        home.send(LAPTOP, "put", "one", id="a", name="a", size=1, offset=0, data="YQ==")


def test_only_what_is_in_the_list_can_be_asked(doorways):
    doorway = doorways()
    commanding(doorway, LAPTOP, Manager())
    home = doorway.client(HOME)

    for verb in ("delete", "stop", "__init__", "get"):
        body = b'{"session_id":"one"}'
        answer = home.ask(LAPTOP, f"cmd.{LAPTOP}.{HOME}.do.{verb}", body, 5.0)
        assert msgspec.json.decode(answer)["error"]["code"] == "INVALID_REQUEST"


def test_the_server_keeps_every_machine_to_its_own_name_and_scope(doorways):
    doorway, manager = doorways(laptop="full", cloud="read"), Manager()
    commanding(doorway, LAPTOP, manager)
    cloud = doorway.client(CLOUD)

    for subject in (f"cmd.{LAPTOP}.{HOME}.do.interrupt", f"cmd.{LAPTOP}.{CLOUD}.do.interrupt"):
        with pytest.raises(Refused, match="permissions violation") as refused:
            cloud.ask(LAPTOP, subject, b'{"session_id":"one"}', 5.0)
        assert not isinstance(refused.value, Absent)
    assert manager.asked == []


def test_threat_38_an_answer_that_the_server_was_made_to_give_is_no_command(doorways):
    """A member may ask JetStream to answer to any subject; such a thing has no header of ours."""
    doorway, manager = doorways(laptop="full", cloud="full"), Manager()
    commanding(doorway, LAPTOP, manager)
    doorway.shapes()
    cloud, heard = doorway.client(CLOUD), []
    spy = doorway.client(HOME, lambda it: it.on("cmd.>", heard.append))

    async def trick(jetstream):
        await jetstream._nc.publish("$JS.API.INFO", b"", reply=f"cmd.{LAPTOP}.{HOME}.do.interrupt")

    cloud.call(trick)

    wait_for(lambda: heard)
    assert spy.connected and manager.asked == []
