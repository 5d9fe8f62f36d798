"""Claude Code's conversations: ``projects/<folder>/<id>.jsonl`` in its configuration folder.

The folder's name is made of the path, with a dash for whatever is no letter or digit, so that
several paths share one: the lines themselves say where they were written. What sub-agents do is in
files and lines of their own. Each program that runs says in ``sessions/<pid>.json`` what it is at.
"""

from __future__ import annotations

import contextlib
import re
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

_SUFFIX = ".jsonl"
#: Bytes of the beginning and of the end of a file that are looked at for a list.
_ENDS = 1 << 18
#: The user's first words may be a long line.
_LONGEST_LINE = 1 << 22
#: Characters of a folder's name, after which it goes on with a hash.
_LONGEST = 200
#: What the program says in the user's place: commands typed, and what they printed.
_COMMAND = re.compile(r"<(command-name|command-message|local-command-\w+|bash-\w+|task-\w+)>")


class ClaudeStore:
    """See ``Store``."""

    def is_there(self, environ: Mapping[str, str]) -> bool:
        return (_root(environ) / "projects").is_dir()

    def list(self, environ: Mapping[str, str], folder: Path) -> Found:
        found, strange = list[StoredConversation](), 0
        root = _root(environ)
        at_work = dict(_at_work(root))
        for name in _places(root, folder):
            with VisitedFolder.open(root / "projects") as all, all.folder(name) as place:
                files = _newest(place)
                strange += not files and any(place.stat(it) for it in place.names())
                for file in files:
                    try:
                        one = _look(place, file, folder, at_work)
                    except (OSError, Unreadable):
                        strange += 1
                        continue
                    if one:
                        found.append(one)
        problems = []
        if strange:
            problems.append(f"{strange} of Claude's conversations are in a format unknown here.")
        return Found(tuple(found), tuple(problems))

    def updates(self, conversation: StoredConversation) -> Iterator[tuple[float, Json]]:
        path = conversation.files[0]
        try:
            with VisitedFolder.open(path.parent) as place:
                at = 0.0
                for line in place.lines(path.name):
                    if not (entry := parsed(line)) or entry.get("isSidechain") is True:
                        continue
                    at = seconds_of(entry.get("timestamp"), at or conversation.updated_at)
                    for update in _updates(entry):
                        yield at, update
        except OSError as failure:
            raise Unreadable(f"this conversation cannot be read: {failure.strerror}") from failure


def _root(environ: Mapping[str, str]) -> Path:
    given = environ.get("CLAUDE_CONFIG_DIR")
    return Path(given) if given else Path(environ.get("HOME") or "/nonexistent") / ".claude"


def _places(root: Path, folder: Path) -> list[str]:
    """The folders of the store in which conversations of *folder* may be."""
    name = re.sub(r"[^A-Za-z0-9]", "-", str(folder))
    with VisitedFolder.open(root / "projects") as all:
        names = all.names()
    if len(name) <= _LONGEST:
        return [name] if name in names else []
    return [it for it in names if it.startswith(name[:_LONGEST])]


def _newest(place: VisitedFolder) -> list[str]:
    """The files of conversations, those of sub-agents left out, the one written last first."""
    names = [it for it in place.names() if it.endswith(_SUFFIX) and not it.startswith("agent-")]
    found = [(info.st_mtime, name) for name in names if (info := place.stat(name))]
    return [name for _, name in sorted(found, reverse=True)][:MOST]


def _look(
    place: VisitedFolder, file: str, folder: Path, at_work: Mapping[int, str]
) -> StoredConversation | None:
    """A conversation by its file; None if it is of another folder, a sub-agent's, or empty."""
    id, info = file.removesuffix(_SUFFIX), place.stat(file)
    if info is None or not is_well_formed(id):
        return None
    if info.st_size > LARGEST:
        raise Unreadable("it is too large")
    for most in (_ENDS, _LONGEST_LINE):
        head, tail = place.ends(file, most)
        entries = [entry for line in head if (entry := parsed(line))]
        said = [entry for entry in entries if entry.get("type") in ("user", "assistant")]
        if said or info.st_size <= most:
            break
    if not said and info.st_size and (not entries or any("message" in it for it in entries)):
        raise Unreadable("no line of it is known")
    if all(entry.get("isSidechain") is True for entry in said) or not _is_of(folder, said):
        return None
    if not any(isinstance(_content(entry), str | list) for entry in said):
        raise Unreadable("what is said in it is not known")
    ends = [entry for line in tail if (entry := parsed(line))]
    updated = next((it["timestamp"] for it in reversed(ends) if it.get("timestamp")), None)
    workers = {pid for pid, session in at_work.items() if session == id}
    return StoredConversation(
        agent="claude",
        protocol="acp",
        id=id,
        title=_title([*entries, *ends]),
        updated_at=seconds_of(updated, info.st_mtime),
        files=(place.path / file,),
        drivers=frozenset(workers),
        strangers=frozenset(at_work.keys() - workers),
    )


def _content(entry: Json) -> object:
    message = entry.get("message")
    return message.get("content") if isinstance(message, dict) else None


def _is_of(folder: Path, said: list[Json]) -> bool:
    """Whether the conversation was begun in *folder*; lines that do not say are believed."""
    where = next((it["cwd"] for it in said if isinstance(it.get("cwd"), str)), None)
    return where is None or where == str(folder)


def _title(entries: list[Json]) -> str:
    """The name that was given to it, or its first words."""
    for kind, field in (
        ("custom-title", "customTitle"),
        ("ai-title", "aiTitle"),
        ("summary", "summary"),
    ):
        named = [it.get(field) for it in entries if it.get("type") == kind]
        if title := title_of(named[-1] if named else None):
            return title
    for entry in entries:
        if entry.get("isSidechain") is not True:
            for update in _updates(entry):
                if update["sessionUpdate"] == "user_message_chunk":
                    return title_of(update["content"]["text"])
    return ""


def _updates(entry: Json) -> Iterator[Json]:
    """What one line of the file tells."""
    match entry:
        case {"type": "user", "message": {"content": content}}:
            if entry.get("isMeta") is not True and entry.get("isCompactSummary") is not True:
                yield from _user(content)
        case {"type": "assistant", "message": {"content": [*parts], **message}}:
            for part in parts:
                match part:
                    case {"type": "text", "text": str(text)}:
                        yield agent_said(text, message.get("id"))
                    case {"type": "thinking", "thinking": str(text)} if text:
                        yield agent_thought(text)
                    case {"type": "tool_use", "id": str(id), "name": str(name)}:
                        yield call_began(id, name, part.get("input"))


def _user(content: object) -> Iterator[Json]:
    """What is said in the user's name: by him, by his commands, or by tools."""
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    texts = list[str]()
    for part in content if isinstance(content, list) else ():
        match part:
            case {"type": "text", "text": str(text)} if not _COMMAND.match(text.lstrip()):
                texts.append(own_words(text))
            case {"type": "image"}:
                texts.append("(a picture)")
            case {"type": "tool_result", "tool_use_id": str(id)}:
                failed = part.get("is_error") is True
                yield call_ended(id, part.get("content"), failed=failed)
    if said := "\n".join(filter(None, texts)):
        yield user_said(said)


def _at_work(root: Path) -> Iterator[tuple[int, str]]:
    """The processes that say which conversation they work on; some may be gone."""
    with contextlib.suppress(OSError), VisitedFolder.open(root / "sessions") as sessions:
        for name in sessions.names()[:MOST]:
            if not name.endswith(".json"):
                continue
            with contextlib.suppress(OSError):
                match parsed(sessions.read(name, 1 << 16)):
                    case {"pid": int(pid), "sessionId": str(id)}:
                        yield pid, id
