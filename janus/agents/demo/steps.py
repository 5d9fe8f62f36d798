"""What the agent does while it answers, step by step, in no protocol's words: it speaks, and it
uses tools.

A tool is a generator of steps too: it reports that it starts, works, and reports what it found, in
cursor-agent's shapes, so that a protocol can pass them on as they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from janus.agents.demo.question import Term, clean
from janus.agents.demo.search import Place, search
from janus.agents.demo.workspace import GIT_SECONDS, Refused, Workspace

# How much of what it finds a tool reports.
MAX_FILES = 50
MAX_OUTPUT = 40_000

# Records are NamedTuples all through this package: it starts with every session, and
# each frozen dataclass would add a millisecond to that (measured; a NamedTuple adds 0.07).


class Think(NamedTuple):
    """What it is going to look for."""

    text: str


class Say(NamedTuple):
    """A piece of the answer."""

    text: str


class Call(NamedTuple):
    """A tool and what it was asked; *tool* is cursor-agent's word: grep, read, shell or edit."""

    id: str
    tool: str
    args: dict[str, Any]


class Started(NamedTuple):
    call: Call


class Finished(NamedTuple):
    call: Call
    result: dict[str, Any]


class Ask(NamedTuple):
    """May this call start? The answer is yes or no, or None where nobody can be asked."""

    call: Call


Step: TypeAlias = Think | Say | Started | Finished | Ask

T = TypeVar("T")
# An Ask is answered with ``send``; nothing else is.
Steps: TypeAlias = Generator[Step, bool | None, T]


def grep(workspace: Workspace, terms: Sequence[Term], howto: bool = False) -> Steps[list[Place]]:
    """Search the contents of all files for *terms*."""
    root, pattern = str(workspace.root), "|".join(term.needle for term in terms)
    asked = {"pattern": pattern, "path": root, "outputMode": "files_with_matches"}
    call = _call("grep", **asked, caseInsensitive=True)
    yield Started(call)
    places = search(workspace, terms, howto)
    paths = list(dict.fromkeys(f"./{place.path}" for place in places))
    files = {"files": paths[:MAX_FILES], "totalFiles": len(paths)}
    yield Finished(call, {"success": {**asked, "workspaceResults": {root: {"files": files}}}})
    return places


def read(workspace: Workspace, path: str) -> Steps[list[str]]:
    """All lines of a file; empty if it cannot be read."""
    call = _call("read", path=str(workspace.root / path))
    yield Started(call)
    source = workspace.read(path)
    if source is None:
        yield Finished(call, {"error": {"errorMessage": "Not a readable text file"}})
        return []
    lines = source.split("\n")
    success = {"content": source[:MAX_OUTPUT], "totalLines": len(lines), **call.args}
    yield Finished(call, {"success": success})
    return lines


def git(workspace: Workspace, *args: str) -> Steps[str | None]:
    """The output of a git command that only looks; ``None`` if it failed."""
    command = " ".join(["git", *args])
    call = _call("shell", command=command, timeout=int(GIT_SECONDS * 1000))
    yield Started(call)
    said = workspace.git(*args)
    failed = said is None
    outcome = {"command": command, "exitCode": int(failed), "stdout": (said or "")[:MAX_OUTPUT]}
    yield Finished(call, {"failure" if failed else "success": outcome, "isBackground": False})
    return said


def write(workspace: Workspace, path: str, old: str | None, new: str) -> Steps[bool | None]:
    """Write a file, if the user allows it: True if it was written, else the answer.

    Raises Refused if it cannot be written, also because it is not *old* any more.
    """
    call = _call("edit", path=str(workspace.root / path), oldText=old, newText=new)
    allowed = yield Ask(call)
    if allowed:
        try:
            workspace.write(path, old, new)
        except Refused as why:
            yield Finished(call, {"error": {"errorMessage": str(why)}})
            raise
        yield Finished(call, {"success": {"path": path}})
    elif allowed is not None:
        yield Finished(call, {"rejected": {"reason": "The user did not allow it."}})
    return allowed


def _call(tool: str, **args: Any) -> Call:
    id = f"tool_{uuid.uuid4()}"
    # The real CLI repeats the id in the arguments of these two only.
    return Call(id, tool, {**args, "toolCallId": id} if tool in ("grep", "shell") else args)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def short(text: str, limit: int = 160) -> str:
    text = clean(text[: 4 * limit])
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def series(items: Sequence[str], limit: int = 5) -> str:
    """``a, b and c``, or ``a, b and 7 more`` where there are too many."""
    shown = [clean(item) for item in items[:limit]]
    if len(items) > limit:
        shown.append(f"{len(items) - limit} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
