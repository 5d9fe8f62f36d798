"""Conversations in the stores of agents, as the real programs write them."""

import hashlib
import json
import os
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

#: When the conversations of the tests were begun: 10 s before each next message.
BEGAN = 1_790_000_000


def conversation(number):
    """The id of a conversation of this worker alone.

    Who works on one is looked for among all processes, also those of other tests.
    """
    return f"3f1b9c58-{number:04x}-4000-8000-{os.getpid():012x}"


def moment(number):
    at = datetime.fromtimestamp(BEGAN + 10 * number, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_lines(path, entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def claude_file(root, folder, id):
    return root / "projects" / re.sub(r"[^A-Za-z0-9]", "-", str(folder)) / f"{id}.jsonl"


def claude_entries(folder, id, turns, **more):
    """The lines of a conversation in which each of *turns* was asked and answered."""
    yield {"type": "queue-operation", "operation": "enqueue", "sessionId": id}
    common = {"isSidechain": False, "cwd": str(folder), "sessionId": id, "version": "2.1.316"}
    for number, (asked, answered) in enumerate(turns):
        told = {**common, "timestamp": moment(number), **more}
        yield {**told, "type": "user", "message": {"role": "user", "content": asked}}
        reminder = "<system-reminder>\nToday is a day.\n</system-reminder>"
        yield {**told, "type": "user", "isMeta": True, "message": {"content": reminder}}
        yield {**told, "type": "attachment", "attachment": {"type": "environment"}}
        use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": "ls"}}
        yield {**told, "type": "assistant", "message": {"id": f"m{number}", "content": [use]}}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": "a.txt"}
        yield {**told, "type": "user", "message": {"role": "user", "content": [result]}}
        text = [{"type": "text", "text": answered}]
        yield {**told, "type": "assistant", "message": {"id": f"n{number}", "content": text}}
    yield {"type": "last-prompt", "lastPrompt": "x", "sessionId": id}


def claude_begins(root, folder, id, *turns, **more):
    return write_lines(claude_file(root, folder, id), claude_entries(folder, id, turns, **more))


def codex_begins(root, folder, id, *turns, source="cli", screen=True):
    path = root / "sessions" / "2026" / "09" / "21" / f"rollout-2026-09-21T12-00-00-{id}.jsonl"
    meta = {"id": id, "cwd": str(folder), "originator": "codex_cli_rs", "source": source}
    entries = [{"timestamp": moment(0), "type": "session_meta", "payload": meta}]
    wrapped = "<environment_context>\n<cwd>/x</cwd>\n</environment_context>"
    for number, (asked, answered) in enumerate([(wrapped, None), *turns]):
        at = moment(max(0, number - 1))

        def line(kind, at=at, **payload):
            entries.append({"timestamp": at, "type": kind, "payload": payload})

        said = [{"type": "input_text", "text": asked}]
        line("response_item", type="message", role="user", content=said)
        if answered is None:
            continue
        if screen:
            line("event_msg", type="user_message", message=asked)
        call = {"call_id": f"c{number}", "name": "shell"}
        line("response_item", type="function_call", arguments='{"command": ["ls"]}', **call)
        line("response_item", type="function_call_output", call_id=f"c{number}", output="a.txt")
        said = [{"type": "output_text", "text": answered}]
        line("response_item", type="message", role="assistant", content=said)
        if screen:
            line("event_msg", type="agent_message", message=answered)
    return write_lines(path, entries)


def cursor_chat(root, folder, id):
    bucket = hashlib.md5(str(folder).encode()).hexdigest()
    return root / "chats" / bucket / id


def cursor_begins(root, folder, id, *turns, chat=None, name="New Agent", meta=None):
    """The conversation, and the connection that has it open: what it wrote is in the log only."""
    chat = chat or cursor_chat(root, folder, id)
    chat.mkdir(parents=True)
    database = sqlite3.connect(chat / "store.db", check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    database.execute("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB)")
    database.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    messages = [{"role": "system", "content": "You are an agent."}]
    messages += [{"role": "user", "content": "<user_info>\nOS: linux\n</user_info>"}]
    for number, (asked, answered) in enumerate(turns):
        query = f"<timestamp>now</timestamp>\n<user_query>\n{asked}\n</user_query>"
        call = {"toolCallId": f"t{number}", "toolName": "Shell"}
        messages += [
            {"role": "user", "content": [{"type": "text", "text": query}]},
            {"role": "assistant", "id": f"{number}", "content": [
                {"type": "reasoning", "text": "hm"},
                {"type": "tool-call", **call, "args": {"command": "ls"}},
            ]},
            {"role": "tool", "content": [{"type": "tool-result", **call, "result": "a.txt"}]},
            {"role": "assistant", "id": "a", "content": [{"type": "text", "text": answered}]},
        ]  # fmt: skip
    ids = [_blob(database, json.dumps(message).encode()) for message in messages]
    fields = b"".join(b"\x0a\x20" + bytes.fromhex(id) for id in ids)
    root_id = _blob(database, fields + b"\x28\x07" + b"\x4a\x03abc") if turns else ""
    about = {"agentId": id, "latestRootBlobId": root_id, "name": name, "createdAt": BEGAN * 1000}
    database.execute("INSERT INTO meta VALUES ('0', ?)", (json.dumps(about).encode().hex(),))
    database.commit()
    if meta is not None:
        (chat / "meta.json").write_text(json.dumps(meta))
    return database


def _blob(database, data):
    id = hashlib.sha256(data).hexdigest()
    database.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (id, data))
    return id


def everything(folder):
    """All there is below a folder, with times: what looking must not change."""
    return {
        str(path): (info.st_size, info.st_mtime_ns, info.st_atime_ns)
        for path in [Path(folder), *Path(folder).rglob("*")]
        if (info := path.lstat())
    }
