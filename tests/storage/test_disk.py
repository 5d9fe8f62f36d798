"""A disk that fails at every call in turn: nothing acknowledged is lost, and health says so."""

import contextlib
import errno
import os
import threading
from dataclasses import replace

import pytest
from conftest import state_of, wait_for

from janus.errors import InvalidRequest, JanusError
from janus.model.events import ConversationOpened, Text
from janus.sessions import factory as session_factory
from janus.sessions.manager import MemorySessionManager
from janus.storage import folder, lines, log_file, store
from janus.storage.store import Store
from janus.workspace.git import Git

CALLS = ("write", "fsync", "rename", "open", "link", "ftruncate")


class Disk:
    """Stands between the store and the kernel, where a disk shows itself; counts the calls."""

    def __init__(self):
        self.calls = 0
        self.names = []
        self.failing = range(0)
        self.number = errno.EIO
        self._lock = threading.Lock()

    def __getattr__(self, name):
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*args, **kwargs):
            if name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR):
                return real(*args, **kwargs)  # what is there can be read
            with self._lock:
                self.calls += 1
                self.names.append(name)
                failing = self.calls in self.failing
            if failing:
                if name == "write" and self.number == errno.ENOSPC:
                    real(args[0], args[1][: len(args[1]) // 2])  # the half that had room
                raise OSError(self.number, os.strerror(self.number))
            # The computer stays on: nobody could see the difference, and it takes its time.
            return None if name == "fsync" else real(*args, **kwargs)

        return call

    def fail(self, first, number, *, lasting=False):
        """From now on the call *first* fails, or all that follow it too."""
        self.calls = 0
        self.names.clear()
        self.failing = range(first, first + (1_000_000 if lasting else 1))
        self.number = number

    def recover(self):
        self.failing = range(0)


class Echo:
    """Stands in for an agent: what is tried here is the disk, thousands of times."""

    asks, pid = False, None

    def __init__(self, emit):
        self.emit = emit
        self.known = False

    def start(self, cancelled):
        if not self.known:
            self.emit(ConversationOpened("echo", "acp", "c", "m"))
            self.known = True

    def prompt(self, turn_id, text, limit, cancelled, attached=()):
        self.start(cancelled)
        for word in text.rpartition("</session_context>")[2].split():
            self.emit(Text(f"{word} ", turn_id))
        return "end_turn"

    def interrupt(self):
        pass

    def stop(self):
        pass


@pytest.fixture
def disk(monkeypatch):
    disk = Disk()
    for module in (folder, lines, log_file, store):
        monkeypatch.setattr(module, "os", disk)
    monkeypatch.setattr(session_factory, "make_agent", lambda *args, **_: Echo(args[3]))
    monkeypatch.setattr(Git, "run", no_git)
    return disk


def no_git(*args, **kwargs):
    """Thousands of processes would only say that this is no repository."""
    raise InvalidRequest("Git is not installed on the computer.")


def said(manager, id):
    """The conversation, also of a session that has ended."""
    manager.state(id)
    return manager.conversation(id)


class Story:
    """What a user does, and what Janus acknowledged of it."""

    def __init__(self, settings):
        self.settings = settings
        self.manager = MemorySessionManager(settings, Store(state_of(settings)))
        self.sessions = {}
        self.ended = set()
        self.said = []
        self.troubled = False

    def run(self):
        self.try_to(self.create, "one")
        self.try_to(self.say, "chat-1", "m1")
        for id in [*self.sessions]:
            self.try_to(self.say, id, f"m-{id[:8]}")
            self.try_to(self.rename, id)
        self.try_to(self.create, "two")
        self.try_to(self.say, "chat-1", "m2")
        self.try_to(self.end, "chat-1")
        return self

    def try_to(self, step, *args):
        with contextlib.suppress(JanusError):
            step(*args)
        # A copy for other programs that could not be written is only said in the log.
        said = self.manager.workspace.published._said
        self.troubled = self.troubled or self.problem is not None or bool(said)

    def create(self, name):
        info = self.manager.create(name, isolated=False)
        self.sessions[info.session_id] = name

    def say(self, id, message_id):
        self.manager.say(id, f"say {message_id}", message_id)
        self.said.append((id, message_id))
        self.sessions.setdefault(id, None)
        wait_for(lambda: not self.manager.state(id).now.unanswered)

    def rename(self, id):
        self.sessions[id] = self.manager.rename(id, "renamed").name

    def end(self, id):
        self.manager.end(id, summary=False)
        self.ended.add(id)

    @property
    def problem(self):
        return self.manager._file._store.problem

    def check_after_restart(self):
        """All that was acknowledged is there, once."""
        again = MemorySessionManager(self.settings, Store(state_of(self.settings)))
        again.prepare()
        found = {info.session_id: info.name for info in again.all()}
        kept = {id: name for id, name in self.sessions.items() if id not in self.ended}
        assert {id: found.get(id, "lost") for id in kept} == kept
        assert not self.ended & found.keys()
        for id, message_id in self.said:
            told = [m.content for m in said(again, id) if m.role == "user"]
            assert told.count(f"say {message_id}") == 1
            answers = [m.content for m in said(again, id) if m.role == "assistant"]
            assert f"say {message_id} " in answers
        again.stop()


def calls_of_a_story(disk, settings):
    story = Story(settings).run()
    story.manager.stop()
    story.check_after_restart()
    return [*disk.names]


@pytest.mark.slow(8)
# A full disk may take half of what is written; all other failures look the same to Janus, and are
# tried once.
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=os.strerror)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "until it recovers"])
def test_every_call_in_turn(number, lasting, disk, settings, tmp_path):
    workspace = tmp_path / "counting"
    workspace.mkdir()
    names = calls_of_a_story(disk, replace(settings, workspaces=(workspace,)))
    assert len(names) > 50

    for first, name in enumerate(names, 1):
        if number == errno.ENOSPC and name != "write":
            continue
        workspace = tmp_path / f"fails-at-{first}"
        workspace.mkdir()
        disk.fail(first, number, lasting=lasting)
        story = Story(replace(settings, workspaces=(workspace,))).run()
        if lasting:
            assert first > disk.calls or story.troubled or not story.said
        disk.recover()
        story.manager._saver.save()
        assert story.problem is None
        story.manager.stop()
        story.check_after_restart()
