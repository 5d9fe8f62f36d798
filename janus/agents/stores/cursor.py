"""Cursor's conversations, a SQLite file and a ``meta.json`` each.

    chats/<md5 of the folder>/<id>/          those of its terminal, continued with --resume
    acp-sessions/<id>/                       those that editors hold with it, continued over ACP

``meta`` has JSON in hexadecimal, which names the root among the ``blobs``; the root, a protobuf,
names those with the messages, in order. Messages are JSON and have no times of their own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from janus.agents.acp.messages import parsed
from janus.agents.cursor.config import cursor_folder
from janus.agents.stores.stored import (
    MOST,
    Found,
    Json,
    StoredConversation,
    Unreadable,
    agent_said,
    agent_thought,
    call_began,
    call_ended,
    is_well_formed,
    own_words,
    seconds_of,
    title_of,
    user_said,
)
from janus.storage.visited import VisitedFolder
from janus.storage.visited_database import visited_database

_STORE, _META = "store.db", "meta.json"
#: What the program calls a conversation that has no name yet.
_UNNAMED = ("", "New Agent", "New Chat", "Untitled")
_ROLES = ("system", "developer", "user", "assistant", "tool")
#: Messages of one conversation, and the length of their ids, in bytes.
_MESSAGES, _ID = 100_000, 32


class CursorStore:
    """See ``Store``."""

    def is_there(self, environ: Mapping[str, str]) -> bool:
        root = cursor_folder(environ)
        return (root / "chats").is_dir() or (root / "acp-sessions").is_dir()

    def list(self, environ: Mapping[str, str], folder: Path) -> Found:
        root = cursor_folder(environ)
        bucket = hashlib.md5(os.fsencode(folder), usedforsecurity=False).hexdigest()
        found, strange = list[StoredConversation](), 0
        for path, protocol in ((("chats", bucket), "print"), (("acp-sessions",), "acp")):
            with contextlib.ExitStack() as stack:
                try:
                    place = stack.enter_context(VisitedFolder.open(root / path[0]))
                    for name in path[1:]:
                        place = stack.enter_context(place.folder(name))
                    names = [it for it in place.names() if is_well_formed(it)]
                except OSError:
                    continue  # nothing was begun in this folder, or in this way
                for id in names[: 4 * MOST]:
                    try:
                        with place.folder(id) as chat:
                            one = _look(chat, id, protocol, folder)
                    except NotADirectoryError:
                        continue
                    except (OSError, Unreadable):
                        strange += 1
                        continue
                    if one:
                        found.append(one)
        problems = []
        if strange:
            problems.append(f"{strange} of Cursor's conversations are in a format unknown here.")
        return Found(tuple(found), tuple(problems))

    def updates(self, conversation: StoredConversation) -> Iterator[tuple[float, Json]]:
        try:
            with VisitedFolder.open(conversation.files[0].parent) as chat:
                messages = _messages(chat)
        except OSError as failure:
            raise Unreadable(f"this conversation cannot be read: {failure}") from failure
        for message in messages:
            for update in _updates(message):
                yield conversation.updated_at, update


def _look(chat: VisitedFolder, id: str, protocol: str, folder: Path) -> StoredConversation | None:
    """A conversation; None if it is of another folder, a sub-agent's, or empty."""
    info = chat.stat(_STORE)
    beside = (parsed(chat.read(_META, 1 << 20)) or {}) if chat.stat(_META) else {}
    # What editors hold is not sorted by folder.
    if beside.get("cwd", None if protocol == "acp" else str(folder)) != str(folder):
        return None
    if beside.get("isSubagent") is True or beside.get("hasConversation") is False:
        return None
    if info is None:
        if set(chat.names()) <= {_META}:
            return None
        raise Unreadable("its messages are elsewhere")
    title = title_of(beside.get("title") or beside.get("name"))
    times = [beside.get("updatedAtMs")]
    if title in _UNNAMED:
        with visited_database(chat, _STORE) as database:
            about = _about(database)
            if about.get("isSubagent") is True or about.get("subagentInfo"):
                return None
            name = title_of(about.get("name"))
            said = (u for m in _said(database, about) for u in _updates(m))
            first = next((u for u in said if u["sessionUpdate"] == "user_message_chunk"), None)
            if first is None:
                return None
            title = name if name not in _UNNAMED else title_of(first["content"]["text"])
    log = chat.stat(f"{_STORE}-wal")
    changed = max(info.st_mtime, log.st_mtime if log else 0.0)
    updated = seconds_of(times[0], changed)
    return StoredConversation(
        "cursor-agent", protocol, id, title, updated, files=(chat.path / _STORE,)
    )


def _about(database: Any) -> Json:
    """What ``meta`` says. Raises Unreadable."""
    row = database.execute("SELECT value FROM meta WHERE key = '0'").fetchone()
    value = row[0] if row else None
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = bytes.fromhex(value)
    found = parsed(value) if isinstance(value, str | bytes) else None
    if found is None:
        raise Unreadable("it says nothing of itself")
    return found


def _messages(chat: VisitedFolder) -> list[Json]:
    with visited_database(chat, _STORE) as database:
        return [*_said(database, _about(database))]


def _said(database: Any, about: Json) -> Iterator[Json]:
    """The messages, in order. Raises Unreadable where the root is not there."""
    root = _blob(database, about.get("latestRootBlobId"))
    if root is None:
        if about.get("latestRootBlobId"):
            raise Unreadable("its root is missing")
        return
    ids = [*_ids(root)]
    if not ids and root:
        raise Unreadable("its root is of another kind")
    for id in ids[:_MESSAGES]:
        data = _blob(database, id)
        if data is None:
            raise Unreadable("a message of it is missing")
        message = parsed(data)
        if message is None or message.get("role") not in _ROLES:
            raise Unreadable("a message of it is not known")
        yield message


def _blob(database: Any, id: object) -> bytes | None:
    if not isinstance(id, str):
        return None
    row = database.execute("SELECT data FROM blobs WHERE id = ?", (id,)).fetchone()
    return bytes(row[0]) if row and isinstance(row[0], bytes) else None


def _ids(root: bytes) -> Iterator[str]:
    """The ids in the first field of a protobuf; all else in it is passed over."""
    at = 0
    while at < len(root):
        key, at = _varint(root, at)
        field, kind = key >> 3, key & 7
        if kind == 0:
            _, at = _varint(root, at)
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        elif kind == 2:
            size, at = _varint(root, at)
            if at + size > len(root):
                raise Unreadable("its root is cut off")
            if field == 1 and size == _ID:
                yield root[at : at + size].hex()
            at += size
        else:
            raise Unreadable("its root is damaged")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            raise Unreadable("its root is cut off")
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise Unreadable("its root is damaged")


def _updates(message: Json) -> Iterator[Json]:
    """What one message tells."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    role = message.get("role")
    for part in parts:
        match role, part:
            case "user", {"type": "text", "text": str(text)} if said := own_words(text):
                yield user_said(said)
            case "assistant", {"type": "text", "text": str(text)}:
                yield agent_said(text, message.get("id"))
            case "assistant", {"type": "reasoning" | "thinking", "text": str(text)} if text:
                yield agent_thought(text)
            case "assistant", {"type": "tool-call", "toolCallId": str(id)}:
                tool = part.get("toolName")
                yield call_began(id, tool if isinstance(tool, str) else "tool", part.get("args"))
            case "tool", {"type": "tool-result", "toolCallId": str(id)}:
                failed = part.get("isError") is True
                yield call_ended(id, part.get("result", part.get("output")), failed=failed)
