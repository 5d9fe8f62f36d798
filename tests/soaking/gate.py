"""Where clients wait while there is no server, or while it is looked at."""

import contextlib
import threading

from soaking.promises import Lost

#: The longest a client waits for anything.
PATIENCE = 30.0


class Gate:
    """Lets requests pass while it is open; ``inside`` are those that wait for an answer."""

    def __init__(self):
        self._changed = threading.Condition()
        self._open = False
        self._inside = 0
        self.over = False

    @contextlib.contextmanager
    def passing(self):
        with self._changed:
            self._changed.wait_for(lambda: self._open or self.over)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def set(self, is_open):
        with self._changed:
            self._open = is_open
            self._changed.notify_all()

    def wait_until_empty(self):
        with self._changed:
            if not self._changed.wait_for(lambda: self._inside == 0, 2 * PATIENCE):
                raise Lost("a request is not answered, and its server is gone")

    def finish(self):
        with self._changed:
            self.over = True
            self._changed.notify_all()
