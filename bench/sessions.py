"""What many sessions cost: in CPU time to make, to find again and to end; in memory while open."""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.rig import ACP, QUICK, Rig
from janus.app import create_app
from janus.config import Settings
from janus.conversation.record import Record
from janus.model import SessionInfo, events
from janus.sessions.description import described
from janus.sessions.sessions_file import SessionsFile
from janus.storage.project import project_folder
from janus.storage.store import Store

#: Sessions that are open, a tenth of them, and how many are found again, and end.
OPEN, SOME, KEPT = 1000, 100, 10_000
#: Sessions that are there before it is measured what more take; seconds until all is done.
FEW, MORE, SETTLED = 3, 20, 2.0
#: Sessions at each end whose making is compared.
ENDS = 50


def many_sessions():
    each, costs = {}, {}
    for count in (SOME, OPEN, KEPT):
        with tempfile.TemporaryDirectory() as home:
            costs[count], each[count] = _life(_settings(Path(home), count), count)
    ends = costs[OPEN][:ENDS], costs[OPEN][-ENDS:]
    first, last = (sorted(some)[len(some) // 2] for some in ends)
    yield (
        f"making the session of number {OPEN:,}",
        f"{last * 1000:.2f} ms of CPU, {last / first:.2f} of the first",
        "≤ 2",
        last <= 2 * first,
    )
    ratio = each[OPEN] / max(each[SOME], 1e-9)
    yield (
        f"ending {OPEN:,} that nobody uses",
        f"{each[OPEN] * 1000:.2f} ms of CPU each, {ratio:.2f} of what it is with {SOME}",
        "≤ 1.25",
        ratio <= 1.25,
    )
    ratio = each[KEPT] / max(each[OPEN], 1e-9)
    yield (
        f"ending {KEPT:,}",
        f"{each[KEPT] * 1000:.2f} ms of CPU each, {ratio:.2f} of what it is with {OPEN:,}",
        "≤ 1.1",
        ratio <= 1.1,
    )
    with tempfile.TemporaryDirectory() as home:
        settings = _settings(Path(home), KEPT)
        _fill(settings)
        began = time.thread_time()
        app = create_app(settings)
        took = time.thread_time() - began
        app.extensions["janus"].stop()
    yield (
        f"finding {KEPT:,} sessions again, until the port answers",
        f"{took:.2f} s of CPU",
        "≤ 1.5 s",
        took <= 1.5,
    )


def acp_sessions():
    with Rig(ACP, MAX_SESSIONS=str(FEW + MORE)) as rig:
        _ask_in_each(rig, FEW)
        before = rig.memory()
        _ask_in_each(rig, MORE)
        each = (rig.memory() - before) / MORE / 1e6
    what = "an ACP session that was asked something, beside its agent"
    yield what, f"{each:.2f} MB", "≤ 0.5 MB", each <= 0.5


def _ask_in_each(rig, count):
    for _ in range(count):
        rig.post(f"/api/ask?session_id={rig.start()}", question="hello")
    time.sleep(SETTLED)


def _settings(home, most):
    (home / "agent").symlink_to(QUICK)
    (home / "work").mkdir()
    path = f"{home}:{os.environ['PATH']}"
    environ = {"HOME": str(home), "PATH": path, "WORKSPACE_DIR": str(home / "work")}
    settings = Settings.from_env(environ)
    return replace(settings, max_sessions=most, session_timeout=1e-9, cleanup_interval=3600)


def _life(settings, count):
    """The seconds that making each of *count* sessions takes, and that ending takes each."""
    app = create_app(settings)
    manager, took = app.extensions["janus"].manager, []
    for number in range(count):
        began = time.thread_time()
        manager.create(session_id=f"s-{number}")
        took.append(time.thread_time() - began)
    began = time.process_time()
    assert len(manager.end_idle()) == count
    while manager.all():
        time.sleep(0.2)
    each = (time.process_time() - began) / count
    app.extensions["janus"].stop()
    return took, each


def _fill(settings):
    """Leave what a Janus leaves that had many sessions open."""
    store = Store(project_folder(settings.workspace, settings.state))
    store.prepare()
    infos = [
        SessionInfo(f"s-{number}", None, "idle", "cursor-agent", 1.8e9 + number, 1.8e9 + number)
        for number in range(KEPT)
    ]
    SessionsFile(store, settings.workspace).save(infos)
    for info in infos:
        told = [
            described(info),
            events.UserMessage("t", "Where is it?"),
            events.TurnStarted("t"),
            events.TurnFinished("t", "There.", "end_turn"),
        ]
        lines = (Record(seq, 1.8e9, event).line() for seq, event in enumerate(told, 1))
        store.write_log(info.session_id, lines)


ALL = [many_sessions, acp_sessions]
