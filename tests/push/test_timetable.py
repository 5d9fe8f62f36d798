"""Jobs are done at their times, and those of one name once."""

import threading
import time

import pytest
from conftest import wait_for

from janus.push.timetable import _THREADS, Timetable


@pytest.fixture
def timetable():
    timetable = Timetable(time)
    yield timetable
    timetable.stop()


def test_what_waits_already_is_not_added_again(timetable):
    busy, free, done = threading.Semaphore(0), threading.Event(), []

    def occupy():
        busy.release()
        free.wait()

    for _ in range(_THREADS):
        timetable.add(occupy)
        busy.acquire()
    for name in ("one", "two", "one", "one", "", ""):
        timetable.add(lambda name=name: done.append(name), name=name)
    free.set()
    wait_for(lambda: sorted(done) == ["", "", "one", "two"])

    timetable.add(lambda: done.append("anew"), name="one")

    wait_for(lambda: done[-1] == "anew")


def test_what_happens_while_it_is_done_is_done_after_it(timetable):
    seen, state = [], [1]

    def look():
        seen.append(state[-1])
        if len(state) == 1:
            state.append(2)
            timetable.add(look, name="s")

    timetable.add(look, name="s")

    wait_for(lambda: seen == [1, 2])


def test_a_job_that_fails_leaves_its_thread_to_the_next(timetable, caplog):
    done = threading.Event()

    timetable.add(lambda: 1 // 0)
    timetable.add(done.set)

    assert done.wait(60)
    wait_for(lambda: "may not have been told" in caplog.text)
