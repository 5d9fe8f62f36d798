"""Everything that tests share, from the files of ``kit``."""

# ruff: noqa: E402, F401 - it hands on what it imports, once pytest knows whose asserts to explain

import gc
import os
import signal

import pytest

pytest.register_assert_rewrite("kit")

from kit.agents import CURSOR, FAKE_AGENTS, QUICK, cursor, fake_path
from kit.application import (
    OwnersClient,
    app,
    client,
    kept,
    let_in,
    make_manager,
    owners,
    settings,
    state_of,
    stranger,
)
from kit.browser import browser, launch
from kit.checkout import checkout, tracked
from kit.clock import FakeClock, clock
from kit.command import begin, run
from kit.disk import choose_disk
from kit.forked import COMMAND, fork_server
from kit.forks import first_forks, forks, real_forks
from kit.leaks import children, descriptors, leak_detector, processes_of
from kit.order import pytest_collection_modifyitems, pytest_itemcollected
from kit.server import Server, serve
from kit.waiting import wait_for
from kit.workspace import git, home, workspace, workspace_template


def pytest_xdist_auto_num_workers(config):
    """Three for each core: a test waits twice as long, for processes and pages, as it works."""
    return 3 * len(os.sched_getaffinity(0))


def pytest_configure():
    choose_disk()
    # Who started the tests may ignore signals, as a shell does for what runs in the background.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def pytest_collection_finish(session):
    """The tests themselves stay until the end: no collection of garbage needs to look at them."""
    gc.collect()
    gc.freeze()
