"""Codex's conversations: ``sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`` in its own folder.

The first line says where the conversation was begun, and by whom; sub-agents have files like all
others. What was said comes twice: as events for the screen, and as items for the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from janus.agents.acp.messages import parsed
from janus.agents.stores.stored import (
    LARGEST,
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

_PREFIX, _SUFFIX = "rollout-", ".jsonl"
#: Files that are looked at: of all folders the newest.
_LOOKED_AT = 5000
_ENDS = 1 << 18
#: The instructions for the model, or the user's first words, may be a long line.
_LONGEST_LINE = 1 << 22
_KINDS = ("session_meta", "turn_context", "event_msg", "response_item", "compacted")
_CALLS = ("function_call", "custom_tool_call", "local_shell_call", "web_search_call")
_OUTPUTS = ("function_call_output", "custom_tool_call_output")


class CodexStore:
    """See ``Store``."""

    def is_there(self, environ: Mapping[str, str]) -> bool:
        return (_root(environ) / "sessions").is_dir()

    def list(self, environ: Mapping[str, str], folder: Path) -> Found:
        found: dict[str, StoredConversation] = {}
        looked_at, strange = 0, 0
        with VisitedFolder.open(_root(environ) / "sessions") as sessions:
            for place, file in _files(sessions, 3):
                looked_at += 1
                try:
                    one = _look(place, file, folder)
                except (OSError, Unreadable):
                    strange += 1
                    continue
                if one:
                    found.setdefault(one.id, one)
                if looked_at >= _LOOKED_AT or len(found) >= MOST:
                    break
            strange += not looked_at and bool(sessions.names())
        problems = []
        if strange:
            problems.append(f"{strange} of Codex's conversations are in a format unknown here.")
        return Found(tuple(found.values()), tuple(problems))

    def updates(self, conversation: StoredConversation) -> Iterator[tuple[float, Json]]:
        path = conversation.files[0]
        try:
            with VisitedFolder.open(path.parent) as place:
                by_events = any(_is_for_screen(line) for line in place.lines(path.name))
                at = conversation.updated_at
                for line in place.lines(path.name):
                    if not (entry := parsed(line)):
                        continue
                    at = seconds_of(entry.get("timestamp"), at)
                    for update in _updates(entry, by_events=by_events):
                        yield at, update
        except OSError as failure:
            raise Unreadable(f"this conversation cannot be read: {failure.strerror}") from failure


def _root(environ: Mapping[str, str]) -> Path:
    given = environ.get("CODEX_HOME")
    return Path(given) if given else Path(environ.get("HOME") or "/nonexistent") / ".codex"


def _files(place: VisitedFolder, depth: int) -> Iterator[tuple[VisitedFolder, str]]:
    """The files of conversations and where they are, the newest first: their names are times."""
    for name in reversed(place.names()):
        if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
            yield place, name
        elif depth and name.isdigit():
            try:
                below = place.folder(name)
            except OSError:
                continue
            with below:
                yield from _files(below, depth - 1)


def _look(place: VisitedFolder, file: str, folder: Path) -> StoredConversation | None:
    """A conversation by its file; None if it is of another folder, a sub-agent's, or empty."""
    info = place.stat(file)
    if info is None or not info.st_size:
        return None
    if info.st_size > LARGEST:
        raise Unreadable("it is too large")
    for most in (_ENDS, _LONGEST_LINE):
        head, tail = place.ends(file, most)
        if head and not (id := _id_in(head[0], folder)):
            return None
        first, strange = _first_words(head)
        if first or info.st_size <= most:
            break
    if first is None:
        if strange:
            raise Unreadable("what is said in it is not known")
        return None
    ends = [entry for line in tail if (entry := parsed(line))]
    updated = next((it["timestamp"] for it in reversed(ends) if it.get("timestamp")), None)
    return StoredConversation(
        agent="codex",
        protocol="acp",
        id=id,
        title=title_of(first),
        updated_at=seconds_of(updated, info.st_mtime),
        files=(place.path / file,),
    )


def _id_in(line: bytes, folder: Path) -> str:
    """The id in the first line; nothing for another folder's, or a sub-agent's."""
    match parsed(line):
        case {"type": "session_meta", "payload": {"id": str(id), "cwd": str(where)} as meta}:
            ours = where == str(folder) and not _is_subagent(meta)
            return id if ours and is_well_formed(id) else ""
    raise Unreadable("its first line is not known")


def _first_words(head: list[bytes]) -> tuple[str | None, bool]:
    """What the user said first, if he did, and whether there are lines of another kind."""
    entries = [entry for line in head if (entry := parsed(line))]
    by_events = any(_is_for_screen(line) for line in head)
    for entry in entries:
        for update in _updates(entry, by_events=by_events):
            if update["sessionUpdate"] == "user_message_chunk":
                return str(update["content"]["text"]), False
    return None, not head or any(entry.get("type") not in _KINDS for entry in entries)


def _is_subagent(meta: Json) -> bool:
    source, thread = meta.get("source"), meta.get("thread_source")
    named = source if isinstance(source, str) else ""
    return isinstance(source, dict) or "subagent" in named.lower() or thread == "subagent"


def _is_for_screen(line: bytes) -> bool:
    return b'"event_msg"' in line and b'"user_message"' in line


def _updates(entry: Json, *, by_events: bool) -> Iterator[Json]:
    """What one line tells; *by_events* if what is said is taken from the events."""
    match entry:
        case {"type": "event_msg", "payload": {"type": str(kind)} as payload}:
            text = payload.get("message") or payload.get("text")
            if isinstance(text, str) and by_events:
                if kind == "user_message" and (said := own_words(text)):
                    yield user_said(said)
                elif kind == "agent_message":
                    yield agent_said(text)
                elif kind == "agent_reasoning":
                    yield agent_thought(text)
        case {"type": "response_item", "payload": {"type": "message", "content": [*parts]} as it}:
            text = "\n".join(p["text"] for p in parts if _has_text(p))
            if text and not by_events:
                if it.get("role") == "user" and (said := own_words(text)):
                    yield user_said(said)
                elif it.get("role") == "assistant":
                    yield agent_said(text)
        case {"type": "response_item", "payload": {"type": str(kind)} as it} if kind in _CALLS:
            id = it.get("call_id") or it.get("id")
            given = it.get("arguments") or it.get("input") or it.get("action")
            given = (parsed(given) or given) if isinstance(given, str) else given
            if isinstance(id, str):
                yield call_began(id, str(it.get("name") or kind.removesuffix("_call")), given)
        case {
            "type": "response_item",
            "payload": {"type": str(kind), "call_id": str(id), "output": output},
        } if kind in _OUTPUTS:
            output = (parsed(output) or output) if isinstance(output, str) else output
            yield call_ended(id, output)


def _has_text(part: object) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)
