"""``sessions.json`` in the state folder: which sessions there are, for the next start.

    {"version": "1.0", "sessions": [{"id", "name", "status", "branch", "worktreePath", "ptyPid",
     "createdAt", "lastActivity", "agent", "metadata"}]}

It is written whole, and then published for other programs. What is in it and not understood is
kept: a newer Janus, or the owner, may have put it there.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from janus.clock import seconds, timestamp
from janus.errors import CannotServe, InvalidRequest
from janus.model import (
    PROTOCOLS,
    SessionInfo,
    check_id,
    check_title,
    is_agent_name,
    is_conversation_id,
)
from janus.storage.store import Store
from janus.workspace.root import WorktreeRoot

log = logging.getLogger(__name__)

Json = dict[str, Any]
NAME, VERSION = "sessions.json", "1.0"
_NOT_UNDERSTOOD = (
    AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError, InvalidRequest
)  # fmt: skip


class SessionsFile:
    """The file. ``_lock`` guards what is kept of it without being understood, and what was written
    last."""

    def __init__(
        self,
        store: Store,
        workspace: Path,
        publish: Callable[[str, bytes], object] = lambda name, data: None,
    ) -> None:
        """*publish* is given what was saved."""
        self._store = store
        self._publish = publish
        self._worktree_of = WorktreeRoot(workspace).path_of
        self._path = store.folder / NAME
        self._lock = threading.Lock()
        self._extra: Json = {}
        self._extras: dict[str, Json] = {}
        self._strange: list[Any] = []
        self._lines: dict[str, tuple[SessionInfo, str]] = {}

    def check(self) -> None:
        """Raises CannotServe for a file of a newer version, which is left as it is."""
        try:
            version = json.loads(self._store.read(NAME) or b"").get("version")
        except (OSError, ValueError, RecursionError, AttributeError):
            return
        if isinstance(version, str) and _number(version) > _number(VERSION):
            raise CannotServe(
                f"{self._path} is of version {version}, and this Janus knows {VERSION}: "
                "a newer one wrote it. Use that, or move the file away"
            )

    def load(self) -> list[SessionInfo] | None:
        """The sessions in the file; None if there is none, or it is damaged and was put aside.

        Raises CannotServe; see ``check``.
        """
        self.check()
        try:
            data = self._store.read(NAME)
            if data is None:
                return None
            match json.loads(data):
                case {"version": str(version), "sessions": [*entries], **extra} if _number(version):
                    return self._taken(entries, extra)
            problem = "it is no list of sessions"
        except (OSError, ValueError, RecursionError) as error:
            problem = str(error)[:200]
        self._put_aside(problem)
        return None

    def save(self, sessions: Iterable[SessionInfo]) -> bool:
        """Write the file anew; False if that, or anything else, is not on the disk by now."""
        with self._lock:
            self._lines = {s.session_id: (s, self._line(s)) for s in sessions}
            head = json.dumps({**self._extra, "version": VERSION})
            strange = map(json.dumps, self._strange)
            lines = ",\n".join([*(line for _, line in self._lines.values()), *strange])
        # A line each: json's own indenting is many times slower than this.
        data = f'{head[:-1]}, "sessions": [\n{lines}\n]}}\n'.encode()
        saved = self._store.replace(NAME, data)
        self._publish(NAME, data)
        self._store.flush()
        return saved and self._store.problem is None

    def _line(self, info: SessionInfo) -> str:
        """The entry of a session, which is written with every change of another one."""
        known = self._lines.get(info.session_id)
        if known and known[0] is info:
            return known[1]
        return json.dumps(_merged(self._extras.get(info.session_id, {}), _entry(info)))

    def _taken(self, entries: list[Any], extra: dict[Any, Any]) -> list[SessionInfo]:
        found: dict[str, SessionInfo] = {}
        with self._lock:
            self._extra = extra
            for entry in entries:
                try:
                    info = self._info(entry)
                except _NOT_UNDERSTOOD:
                    info = None
                if info is None or info.session_id in found:
                    log.warning("An entry of %s is not understood; it is kept", NAME)
                    self._strange.append(entry)
                    continue
                found[info.session_id] = info
                self._extras[info.session_id] = entry
        return [*found.values()]

    def _put_aside(self, problem: str) -> None:
        aside = NAME
        try:
            aside = self._store.put_aside(NAME)
        except OSError as failure:
            problem = f"{problem}; cannot rename it: {failure.strerror}"
        log.warning(
            "%s is damaged (%s). It is kept as %s; the sessions are rebuilt from what else is left",
            NAME, problem, aside, extra={"event": "state_rebuilt"},
        )  # fmt: skip

    def _info(self, entry: Json) -> SessionInfo:
        """The session of an entry. Where its worktree is follows from its id, whatever it says."""
        id, name, branch = check_id(entry["id"]), entry["name"], entry.get("branch")
        if not isinstance(branch, str | None):
            raise TypeError("branch is a text")
        agent, held = entry.get("agent"), entry.get("metadata")
        held = held if isinstance(held, dict) else {}
        conversation, protocol = held.get("conversationId"), held.get("protocol")
        known = is_conversation_id(conversation) and protocol in PROTOCOLS
        return SessionInfo(
            session_id=id,
            name=None if name is None else check_title(name),
            status="idle",
            agent=str(agent) if is_agent_name(agent) else "",
            created_at=seconds(entry["createdAt"]),
            last_activity=seconds(entry["lastActivity"]),
            branch=branch,
            worktree_path=str(self._worktree_of(id)) if entry.get("worktreePath") else None,
            conversation_id=conversation if known else None,
            protocol=protocol if known else None,
        )


def _number(version: str) -> tuple[int, ...]:
    """A version for comparing; empty if it is none."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(map(_is_number, parts)) else ()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _entry(info: SessionInfo) -> Json:
    return {
        "id": info.session_id,
        "name": info.name,
        "status": info.status,
        "branch": info.branch,
        "worktreePath": info.worktree_path,
        "ptyPid": info.pid,
        "createdAt": timestamp(info.created_at),
        "lastActivity": timestamp(info.last_activity),
        "agent": info.agent,
        "metadata": {"conversationId": info.conversation_id, "protocol": info.protocol},
    }


def _merged(before: Json, entry: Json) -> Json:
    """The entry anew, with what somebody else had put into it."""
    metadata = before.get("metadata")
    kept = metadata if isinstance(metadata, dict) else {}
    return {**before, **entry, "metadata": {**kept, **entry["metadata"]}}
