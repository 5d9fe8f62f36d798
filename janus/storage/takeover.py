"""The state of the first house, moved once from ``<workspace>/.janus`` into the state folder.

Only what is plainly ours is believed: plain files of this user with one name, which git does not
track, in real folders, with well-formed ids. All else is left alone, and one sentence says so.

Each file is copied, synced, and only then removed from where it was: after a crash the next start
goes on.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from janus.errors import CannotServe
from janus.model import is_agent_name, is_conversation_id, is_id
from janus.storage.folder import Folder, NotOurs
from janus.storage.lines import whole_lines
from janus.storage.lock import try_lock
from janus.storage.project import load_project, save_project
from janus.storage.store import Store

log = logging.getLogger(__name__)

OLD, _LOGS, _SUFFIX, _SESSIONS = ".janus", "logs", ".jsonl", "sessions.json"
_LARGEST = 4 << 30


def take_over(store: Store, workspace: Path, tracked: Callable[[str], set[str]]) -> list[str]:
    """Move the state of the first house over, if that was not done before; the sessions' ids.

    *tracked* gives the names of what git tracks below a folder of the workspace. Raises CannotServe
    while a Janus of the first house serves the workspace.
    """
    project = load_project(store)
    if project.taken_over:
        return []
    ids: list[str] = []
    try:
        with Folder.open(workspace, follow=True) as top, top.folder(OLD) as old:
            _check_not_served(old, workspace)
            ids = _take(store, old, tracked(OLD))
    except FileNotFoundError:
        pass
    except OSError as failure:
        _left_alone(failure.strerror or str(failure))
    save_project(store, workspace, replace(project, taken_over=True))
    return ids


def _take(store: Store, old: Folder, tracked: set[str]) -> list[str]:
    if tracked:
        _left_alone(f"git tracks {OLD}/{min(tracked)}")
        return []
    taken, strange = [], []
    with old.folder(_LOGS) as logs:
        for name in logs.names():
            if not name.endswith(_SUFFIX):
                continue
            id = name.removesuffix(_SUFFIX)
            if is_id(id) and _move(logs, store.folder / _LOGS, name):
                taken.append(id)
            else:
                strange.append(f"{OLD}/{_LOGS}/{name}")
    if old.stat(_SESSIONS) and not _move(old, store.folder, _SESSIONS):
        strange.append(f"{OLD}/{_SESSIONS}")
    if taken:
        log.info("Took over %d conversations from %s", len(taken), old.path)
    if strange:
        _left_alone(f"{strange[0]!r} is no plain file of ours, or there is another of this name")
    return taken


def _move(source: Folder, target: Path, name: str) -> bool:
    """Whether the file is now in *target*, on the disk, and gone from *source*."""
    try:
        with source.opened(name) as fd:
            if os.fstat(fd).st_nlink != 1:
                return False
            lines = (line for line in whole_lines(fd) if _is_believable(line))
            data = source.read(name, _LARGEST) if name == _SESSIONS else b"".join(lines)
        with Folder.make(target) as folder:
            if folder.stat(name) is None:
                folder.replace(name, data)
            elif not folder.read(name, _LARGEST).startswith(data):  # not copied before a crash
                return False
    except NotOurs:
        return False
    except OSError as failure:
        log.warning("Cannot take %s over: %s", source.path / name, failure.strerror)
        return False
    source.remove(name)
    source.sync()
    return True


def _is_believable(line: bytes) -> bool:
    """Whether the names in an event cannot be mistaken for options or commands."""
    try:
        data = json.loads(line)["data"]
        named = [data, data.get("session") or {}]
        return all(
            is_conversation_id(one.get("conversation_id") or "x")
            and is_agent_name(one.get("agent") or "x")
            for one in named
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return True  # no event: whoever reads it leaves it out


def _check_not_served(old: Folder, workspace: Path) -> None:
    try:
        fd = old.file("lock", os.O_RDWR)
    except OSError:
        return
    try:
        if not try_lock(fd):
            raise CannotServe(f"an older Janus serves {workspace}. Stop it first")
    finally:
        os.close(fd)


def _left_alone(why: str) -> None:
    log.warning("What an earlier Janus kept in %s is left alone: %s", OLD, why)
