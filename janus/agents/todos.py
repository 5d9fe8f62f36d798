"""The plan of an agent, wherever it keeps it: as a plan, or as the todos of a tool."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from janus.model.events import PlanChanged, PlanEntry

#: How many entries are shown, and how long each may be.
_ENTRIES, _LONGEST = 200, 500
_WORDS = ("content", "description", "text", "title", "step", "task", "name")
_STATUSES = {
    "todo": "pending",
    "open": "pending",
    "notstarted": "pending",
    "inprogress": "in_progress",
    "doing": "in_progress",
    "active": "in_progress",
    "running": "in_progress",
    "done": "completed",
    "complete": "completed",
    "finished": "completed",
    "canceled": "cancelled",
}
#: ``- [x] Write it``, as some agents write their list.
_BOX = re.compile(r"(?:(?:[-*+]|\d{1,4}[.)])[ \t])?\[(.)\][ \t](.*)")
_BOXES = {" ": "pending", "x": "completed", "X": "completed"}


class Plan:
    """The plan of one conversation; not thread-safe."""

    def __init__(self) -> None:
        self._entries: dict[str, PlanEntry] = {}
        self._told: tuple[PlanEntry, ...] | None = None

    def replace(self, todos: Any, turn_id: str | None) -> Iterator[PlanChanged]:
        """The plan is *todos* from now on, unless that is no list of them; yielded if it is new."""
        yield from self._take(dict(_read(todos)), todos, turn_id)

    def merge(self, todos: Any, turn_id: str | None) -> Iterator[PlanChanged]:
        """Some entries of the plan have changed, and some are new; yielded if it is new."""
        entries = dict(self._entries)
        for id, entry in _read(todos, nameless=True):
            was = entries.get(id, entry)
            merged = PlanEntry(
                entry.content or was.content,
                entry.status or was.status,
                entry.priority or was.priority,
            )
            if merged.content:
                entries[id] = merged
        yield from self._take(entries, todos, turn_id)

    def forget_told(self) -> None:
        """Tell the next plan in any case: what is shown may be another one than this."""
        self._told = None

    def _take(
        self, entries: dict[str, PlanEntry], todos: Any, turn_id: str | None
    ) -> Iterator[PlanChanged]:
        if not entries and todos != []:
            return  # nothing in it that can be understood
        self._entries = entries
        told = tuple(entries.values())
        if told != self._told:
            self._told = told
            yield PlanChanged(told, turn_id)


def todos_in(arguments: Any) -> Any:
    """The todos that a tool is given; None if these are the arguments of another tool."""
    if not isinstance(arguments, dict):
        return None
    for name in ("todos", "todoList", "todo_list"):
        todos = arguments.get(name)
        if todos == [] or any(_read(todos, nameless=arguments.get("merge") is True)):
            return todos
    return None


def _read(todos: Any, *, nameless: bool = False) -> Iterator[tuple[str, PlanEntry]]:
    """The entries with their ids; one that cannot be understood is left out.

    *nameless*: also those without words, which say something of one that is known.
    """
    if isinstance(todos, str):
        todos = [
            {"content": box[2], "status": _BOXES.get(box[1], "in_progress")}
            for line in todos.splitlines()
            if (box := _BOX.fullmatch(line.strip()))
        ]
    for at, todo in enumerate(todos[:_ENTRIES] if isinstance(todos, list) else ()):
        if isinstance(todo, str):
            todo = {"content": todo}
        if not isinstance(todo, dict):
            continue
        words = next((todo[key] for key in _WORDS if isinstance(todo.get(key), str)), "").strip()
        id = todo.get("id")
        if words or (nameless and id is not None):
            priority = todo.get("priority")
            entry = PlanEntry(
                words[:_LONGEST],
                _status(todo, "" if nameless else "pending"),
                priority if isinstance(priority, str) else "",
            )
            yield str(at if id is None else id), entry


def _status(todo: dict[str, Any], default: str) -> str:
    for key, when in (("status", None), ("state", None), ("completed", "completed")):
        told = todo.get(key)
        if when and told is True:
            return when
        if isinstance(told, str) and told:
            status = told.lower().removeprefix("todo_status_").replace("-", "_")
            return _STATUSES.get(status.replace("_", "").replace(" ", ""), status)
    return default
