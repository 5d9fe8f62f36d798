"""Everything that tests share, from the files of ``kit``."""

import pytest

pytest.register_assert_rewrite("kit")

from kit.agents import CURSOR, FAKE_AGENTS, QUICK, cursor, fake_path  # noqa: E402
from kit.application import (  # noqa: E402
    OwnersClient,
    app,
    client,
    let_in,
    make_manager,
    settings,
    stranger,
)
from kit.clock import FakeClock, clock  # noqa: E402
from kit.command import begin, run  # noqa: E402
from kit.forked import COMMAND, fork_server  # noqa: E402
from kit.leaks import children, descriptors, leak_detector, processes_of  # noqa: E402
from kit.server import Server, serve  # noqa: E402
from kit.waiting import wait_for  # noqa: E402
from kit.workspace import git, home, shop, workspace  # noqa: E402

__all__ = [
    "COMMAND", "CURSOR", "FAKE_AGENTS", "QUICK", "FakeClock", "OwnersClient", "Server", "app",
    "begin", "children", "client", "clock", "cursor", "descriptors", "fake_path", "fork_server",
    "git", "home", "leak_detector", "let_in", "make_manager", "processes_of", "run", "serve",
    "settings", "shop", "stranger", "wait_for", "workspace",
]  # fmt: skip
