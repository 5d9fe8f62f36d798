"""A conversation in the store of an agent, and what a store may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from janus.clock import possible
from janus.text import sanitize

Json = dict[str, Any]
#: Bytes of the file of a conversation, and how many conversations of a folder are listed.
LARGEST, MOST = 1 << 30, 500
_TITLE = 120
#: An id comes from a file and goes to an agent's command line, where a dash would begin an option.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
#: What programs put around the user's words, or in their place.
_AROUND = re.compile(
    r"<(environment_context|user_instructions|user_info|system-reminder|system_reminder"
    r"|git_status|project_layout|rules|agent_skills|open_and_recently_viewed_files|timestamp"
    r"|additional_context|attached_files|cursor_rules_context|mcp_file_system|agent_transcripts"
    r"|permissions instructions|INSTRUCTIONS|local-command-caveat)\b"
)
_QUERY, _QUERY_END = "<user_query>", "</user_query>"


class Unreadable(Exception):
    """The store, or a conversation in it, is in no format that is known; says what is wrong."""


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """One conversation. ``updated_at`` is in seconds since 1970."""

    agent: str
    protocol: str
    id: str
    title: str
    updated_at: float
    #: Files that a program which works on it holds open for writing.
    files: tuple[Path, ...] = ()
    #: Processes that are known to work on it, and those known to work on others.
    drivers: frozenset[int] = frozenset()
    strangers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """The conversations of a folder, and what could not be read, in words for a person."""

    conversations: tuple[StoredConversation, ...] = ()
    problems: tuple[str, ...] = ()


class Store(Protocol):
    """Where one agent keeps its conversations, as its own environment says."""

    def is_there(self, environ: Mapping[str, str]) -> bool:
        """Whether the agent has a store on this computer."""

    def list(self, environ: Mapping[str, str], folder: Path) -> Found:
        """The conversations that were begun in *folder*. Raises Unreadable for the whole store."""

    def updates(self, conversation: StoredConversation) -> Iterator[tuple[float, Json]]:
        """What was said, as ACP's ``session/update`` would tell it, each with its time.

        Raises Unreadable.
        """


def is_well_formed(id: object) -> bool:
    """Whether an agent may be given this id of a conversation."""
    return isinstance(id, str) and _WELL_FORMED.fullmatch(id) is not None


def title_of(text: object) -> str:
    """What to call a conversation that begins with this *text*."""
    if not isinstance(text, str):
        return ""
    line = " ".join(sanitize(text[:4000]).split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"


def own_words(text: str) -> str:
    """What the user wrote himself of a message; nothing if a program wrote it for him."""
    if _QUERY in text:
        start = text.index(_QUERY) + len(_QUERY)
        end = text.rfind(_QUERY_END)
        return text[start : end if end >= start else None].strip()
    return "" if _AROUND.match(text.lstrip()) else text


def seconds_of(time: object, otherwise: float) -> float:
    """A time as the stores write it, in ISO 8601 or milliseconds; *otherwise* for anything else."""
    try:
        match time:
            case bool():
                return otherwise
            case int() | float() if time > 0:
                return possible(time / 1000)
            case str():
                moment = datetime.fromisoformat(time)
                known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return possible(known.timestamp())
    except (ValueError, OverflowError, OSError):
        pass
    return otherwise


def user_said(text: str) -> Json:
    """The user has said something."""
    return {"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": text}}


def agent_said(text: str, message_id: object = None) -> Json:
    """The agent has."""
    said = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}
    return {**said, "messageId": message_id} if isinstance(message_id, str) else said


def agent_thought(text: str) -> Json:
    """The agent has thought something."""
    return {"sessionUpdate": "agent_thought_chunk", "content": {"type": "text", "text": text}}


#: Kinds of tools by what their names contain, lower case; the first that fits.
_KINDS = (
    ("edit", "edit"), ("patch", "edit"), ("replace", "edit"), ("write", "edit"),
    ("delete", "delete"), ("bash", "execute"), ("shell", "execute"), ("exec", "execute"),
    ("terminal", "execute"), ("read", "read"), ("ls", "read"), ("grep", "search"),
    ("glob", "search"), ("search", "search"), ("fetch", "fetch"), ("think", "think"),
)  # fmt: skip


def call_began(id: str, tool: str, arguments: object) -> Json:
    """The agent has called a tool."""
    given = arguments if isinstance(arguments, dict) else {"input": arguments}
    kind = next((kind for part, kind in _KINDS if part in tool.lower()), "other")
    names = ("file_path", "path", "pattern", "query", "url", "description", "notebook_path")
    about = next((given[it] for it in names if isinstance(given.get(it), str)), "")
    return {
        "sessionUpdate": "tool_call",
        "toolCallId": id,
        "title": f"{tool} {about}".strip(),
        "kind": kind,
        "status": "in_progress",
        "rawInput": given,
    }


def call_ended(id: str, output: object, *, failed: bool = False) -> Json:
    """A tool has given this *output*."""
    return {
        "sessionUpdate": "tool_call_update",
        "toolCallId": id,
        "status": "failed" if failed else "completed",
        "rawOutput": output,
    }
