"""What an agent says comes in pieces, and an escape sequence may be cut in two by that."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from msgspec.structs import replace

from janus.model.events import AnyEvent, Emit, QuestionAsked, Text, Thought, ToolCall
from janus.text import StreamCleaner

#: What ends a piece of text: it goes on after that as something new.
_ENDS = (ToolCall, QuestionAsked)


class CleanEmit:
    """Emits events, and text in them as a terminal would show it.

    ``_lock`` guards the text that is held back; it is not held while anything is emitted.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._last: Text | Thought | None = None
        self._cleaner = StreamCleaner()

    def __call__(self, event: AnyEvent) -> None:
        if isinstance(event, (Text, Thought)):
            with self._lock:
                ready = [*self._cleaned(event)]
            for one in ready:
                self._emit(one)
            return
        if isinstance(event, _ENDS):
            self.flush()
        self._emit(event)

    def flush(self) -> None:
        """Emit what was held back: nothing more comes for now."""
        with self._lock:
            ready = [*self._rest()]
        for one in ready:
            self._emit(one)

    def _cleaned(self, event: Text | Thought) -> Iterator[Text | Thought]:
        last = self._last
        if last and (type(last), last.turn_id) != (type(event), event.turn_id):
            yield from self._rest()
        self._last = event
        text = self._cleaner.feed(event.text)
        if text == event.text:
            yield event
        elif text:
            yield replace(event, text=text)

    def _rest(self) -> Iterator[Text | Thought]:
        last, self._last = self._last, None
        text = self._cleaner.end()
        self._cleaner = StreamCleaner()
        if last and text:
            yield replace(last, text=text)
