"""The tools the agent works with, each reported as a step when it starts and when it is done.

Arguments and results have cursor-agent's shapes, so that a protocol can pass them on as they are.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from janus.agents.demo.question import Term
from janus.agents.demo.search import Found, Place, search
from janus.agents.demo.steps import Call, Finished, Started, Steps
from janus.agents.demo.workspace import GIT_SECONDS, Ran, Workspace

SHOWN = 50
"""How many of its finds a tool reports; the answer quotes fewer still."""
MAX_OUTPUT = 40_000


def grep(workspace: Workspace, terms: Sequence[Term], prefer: str = "code") -> Steps[Found]:
    """Search names and contents for *terms*."""
    pattern = "|".join(term.needle for term in terms)
    root = str(workspace.root)
    call = _call(
        "grep",
        pattern=pattern,
        path=root,
        outputMode="content",
        caseInsensitive=True,
        multiline=False,
    )
    yield Started(call)
    found = search(workspace, terms, prefer)
    content = {
        "matches": _by_file(found.places[:SHOWN]),
        "totalLines": len(found.places),
        "totalMatchedLines": len(found.places),
        "clientTruncated": len(found.places) > SHOWN,
        "ripgrepTruncated": not found.complete,
    }
    success = {
        "pattern": pattern,
        "path": root,
        "outputMode": "content",
        "workspaceResults": {root: {"content": content}},
    }
    yield Finished(call, {"success": success})
    return found


def glob(
    workspace: Workspace, pattern: str, wanted: Callable[[str], bool] = lambda path: True
) -> Steps[list[str]]:
    """The paths that are *wanted*, which *pattern* says in words a person knows."""
    root = str(workspace.root)
    call = _call("glob", globPattern=pattern, targetDirectory=root)
    yield Started(call)
    paths = [path for path in workspace.files if wanted(path)]
    success = {
        "pattern": pattern,
        "path": root,
        "files": [f"./{path}" for path in paths[:SHOWN]],
        "totalFiles": len(paths),
        "clientTruncated": len(paths) > SHOWN,
        "ripgrepTruncated": False,
    }
    yield Finished(call, {"success": success})
    return paths


def read(
    workspace: Workspace, path: str, line: int = 1, limit: int | None = None
) -> Steps[list[str]]:
    """All lines of a file, empty if it cannot be read; reported are *limit* of them from *line*."""
    full = str(workspace.root / path)
    part = {} if limit is None else {"offset": line, "limit": limit}
    call = _call("read", path=full, **part)
    yield Started(call)
    source = workspace.read(path)
    if source is None:
        yield Finished(call, {"error": {"errorMessage": f"Not a readable text file: {full}"}})
        return []
    lines = source.split("\n")
    shown = lines[line - 1 :][: 400 if limit is None else limit]
    success = {
        "content": "\n".join(shown)[:MAX_OUTPUT],
        "isEmpty": not source,
        "exceededLimit": limit is None and len(lines) > 400,
        "totalLines": len(lines),
        "fileSize": len(source.encode("utf-8", "replace")),
        "path": full,
        "readRange": {"startLine": line, "endLine": line - 1 + len(shown)},
        "relatedCursorRulePaths": [],
        "relatedCursorRules": [],
    }
    yield Finished(call, {"success": success})
    return lines


def git(workspace: Workspace, *args: str, description: str) -> Steps[Ran]:
    """Run a git command that only looks."""
    command = " ".join(["git", *args])
    call = _call(
        "shell",
        command=command,
        workingDirectory="",
        timeout=int(GIT_SECONDS * 1000),
        simpleCommands=["git"],
        hasInputRedirect=False,
        hasOutputRedirect=False,
        isBackground=False,
        skipApproval=False,
        description=description,
    )
    yield Started(call)
    began = time.monotonic()
    ran = workspace.git(*args)
    took = int((time.monotonic() - began) * 1000)
    outcome = {
        "command": command,
        "workingDirectory": str(workspace.root),
        "exitCode": ran.code,
        "signal": "",
        "stdout": ran.stdout[:MAX_OUTPUT],
        "stderr": "",
        "executionTime": took,
        "interleavedOutput": ran.stdout[:MAX_OUTPUT],
        "localExecutionTimeMs": took,
    }
    yield Finished(call, {"failure" if ran.code else "success": outcome, "isBackground": False})
    return ran


def _call(tool: str, **args: Any) -> Call:
    id = f"tool_{uuid.uuid4()}"
    # The real CLI repeats the id in the arguments of these two only.
    return Call(id, tool, {**args, "toolCallId": id} if tool in ("grep", "shell") else args)


def _by_file(places: Sequence[Place]) -> list[dict[str, Any]]:
    files: dict[str, list[dict[str, Any]]] = {}
    for place in places:
        match = {
            "lineNumber": place.line,
            "content": place.text,
            "contentTruncated": False,
            "isContextLine": False,
        }
        files.setdefault(f"./{place.path}", []).append(match)
    return [{"file": file, "matches": matches} for file, matches in files.items()]
