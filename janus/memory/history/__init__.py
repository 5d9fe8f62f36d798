"""Search over everything that was said: an index beside the logs, which it is made from.

    turn ends ──> History ──> Feeder (a thread) ──> Index (SQLite FTS5) <── search

    words         text as the index knows it          query         what is looked for, and where
    reading       what the lines of a log amount to   tables        what is kept of a session
    index         searching, feeding, forgetting      feeder        the thread that reads logs
    history       the face of it all

The index is only a cache: whatever happens to it costs search alone, and it is made anew from the
logs, never from itself.
"""

from janus.memory.history.history import Found, History
from janus.memory.history.index import Hit

__all__ = ["Found", "History", "Hit"]
