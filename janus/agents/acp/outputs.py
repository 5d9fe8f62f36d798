"""What a tool call put out: the pieces in which agents tell it, and the whole that is shown.

    content     how a file changed, text, pictures: the agent's own account, replaced as a whole
    terminal    what a command printed, piece by piece
    rawOutput   what the tool answered, in a shape of its own

News that do not speak of one of them leave it as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from janus.agents.acp.diffs import OUTPUT, change_of, cut, diff_of
from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.pictures import picture_of
from janus.agents.acp.raw import exit_in, printed_in, reason_in
from janus.model.events import FileChange, Image

#: Files of one call whose changes are told.
_FILES = 50
_TERMINAL = ("terminal_output", "terminal_output_delta", "mcp_output_delta")


def text_of(content: Any) -> str:
    """A content block as text; what cannot be shown as text is named."""
    match content:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "resource_link", "uri": str(uri)}:
            return uri
        case {"type": "resource", "resource": {"text": str(text)}}:
            return text
        case {"type": str(kind)}:
            return f"[{kind}]"
    return ""


class Output:
    """The output of one call; not thread-safe."""

    def __init__(self) -> None:
        self.pictures: dict[str, Image] = {}
        #: How files change.
        self.changes: tuple[FileChange, ...] = ()
        self._content = ""
        self._is_change = False  # whether that says how a file changes
        self._is_account = False  # whether it came with news of the work, not with a question
        self._printed, self._more = "", 0
        self._raw = ""
        self._reason = self._exit = ""

    def take(self, news: Json, *, asks: bool) -> None:
        """Take *news* of the call; *asks* if they came with the question whether it may."""
        content = news.get("content")
        if isinstance(content, dict | str):
            content = [content]
        if isinstance(content, list) and (content or not asks):
            self._take_content(content, asks)
        self._take_terminal(news.get("_meta"))
        if (raw := news.get("rawOutput")) is not None:
            self._raw = cut(printed_in(raw))
            self._reason, self._exit = cut(reason_in(raw)), exit_in(raw) or self._exit
            self._keep(picture for one in _blocks(raw) if (picture := picture_of(one)))

    def shown(self, status: str) -> str:
        """The whole, for a call that is at *status*: one that failed says why."""
        if self._content and (self._is_account or self._is_change):
            text = self._content
        else:
            text = self._printed_whole or self._raw or self._content
        why = self._exit if status != "in_progress" else ""
        if status == "failed":
            told = "" if self._printed or self._raw in text else self._raw
            why = self._reason or told or why
        if not why or why.lower() in text.lower():
            return text
        return cut(f"{why}\n\n{text}" if self._is_change else f"{text.rstrip()}\n{why}".strip())

    def _take_content(self, content: list[Any], asks: bool) -> None:
        texts, changes = [], []
        self.pictures.clear()
        self._is_change, self._is_account = False, not asks
        for item in content:
            match item:
                case {"type": "diff", "path": str(path), "newText": str(new)}:
                    texts.append(diff_of(path, item.get("oldText"), new))
                    changes.append(change_of(path, item.get("oldText"), new))
                    self._is_change = True
                case {"type": "diff", "path": str(path)}:
                    texts.append(path)
                case {"type": "terminal"}:
                    pass  # what it prints comes apart
                case dict():
                    block = item.get("content") if item.get("type") == "content" else item
                    if picture := picture_of(block):
                        self._keep([picture])
                    else:
                        texts.append(text_of(block))
                case str():
                    texts.append(item)
        self.changes = tuple(changes[:_FILES])
        self._content = cut("\n".join(text for text in texts if text))

    def _take_terminal(self, meta: Any) -> None:
        meta = meta if isinstance(meta, dict) else {}
        for name in _TERMINAL:
            match meta.get(name):
                case {"data": str(text)} | str(text):
                    room = OUTPUT - len(self._printed)
                    self._printed += text[:room]
                    self._more += len(text[room:])
        self._exit = exit_in(meta.get("terminal_exit")) or self._exit

    def _keep(self, pictures: Any) -> None:
        self.pictures.update({picture.id: picture for picture in pictures})

    @property
    def _printed_whole(self) -> str:
        more = f"\n… and {self._more} characters more" if self._more else ""
        return self._printed + more


def _blocks(raw: Any) -> Iterator[Any]:
    """The blocks of content in a raw output."""
    match raw:
        case list():
            yield from raw
        case {"content": [*blocks]}:
            yield from blocks
