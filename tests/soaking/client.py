"""A phone: what it does, and what it was told."""

import random
import threading
from pathlib import Path

from soaking.promises import Known, expect
from soaking.server import LOST

#: Sessions of each client.
EACH = 2


class Over(Exception):
    """The soak has come to its end."""


class Client(threading.Thread):
    """A phone: does one thing after the other, and each again until it is answered."""

    def __init__(self, soak, number):
        super().__init__(name=f"client {number}", daemon=True)
        self._soak = soak
        self._chance = random.Random(soak.seed * 1000 + number)
        self._number = number
        self._count = 0
        self.known = {}
        self.failure = None

    def run(self):
        try:
            while not self._soak.gate.over:
                self._step()
        except Over:
            pass
        except Exception as failure:
            self.failure = failure
            self._soak.failed.set()

    def adopt(self, session):
        """Take care of a session that was made for a request of which nobody heard again."""
        self.known[session["session_id"]] = Known(
            session["session_id"], session["name"], session["branch"], session["worktree_path"],
            created=True,
        )  # fmt: skip

    def _step(self):
        mine = [known for known in self.known.values() if not known.ended]
        if len(mine) < EACH:
            self._create()
            return
        known = self._chance.choice(mine)
        todo = [self._ask, self._chat, self._rename, self._end]
        self._chance.choices(todo, [5, 6, 2, 2 + 3 * (len(mine) - EACH)])[0](known)

    def _create(self):
        self._count += 1
        number = f"{self._number}-{self._count}"
        kind = self._chance.choice(["named", "named", "plain", "chat"])
        if kind == "chat":
            known = self.known[f"own-{number}"] = Known(f"own-{number}")
            self._chat(known)
            return
        name = self._chance.choice([f"work-{number}", "again"]) if kind == "named" else None
        status, session = self._call("POST", "/api/session/start", {"name": name} if name else {})
        expect(status == 201, f"a session was not made: {session}")
        if name:
            expect(Path(session["worktree_path"]).is_dir(), f"no worktree for {session}")
        self.adopt(session)

    def _chat(self, known):
        message, text = self._message()
        known.said[text] = False
        body = {"session_id": known.id, "message": text, "message_id": message}
        status, answer = self._call("POST", "/api/chat", body)
        expect(status == 200, f"{text!r} was not accepted in {known}: {answer}")
        known.said[text] = known.created = True

    def _ask(self, known):
        message, text = self._message()
        known.said[text] = False
        body = {"question": text, "message_id": message}
        status, answer = self._call("POST", f"/api/ask?session_id={known.id}", body)
        # Its agent may have died with the server; then the answer is that it did.
        expect(status in (200, 502), f"{text!r} was not answered in {known}: {answer}")
        expect(status == 502 or answer["answer"].endswith(text), f"{answer} is no answer to {text}")
        known.said[text] = status == 200

    def _message(self):
        self._count += 1
        message = f"m{self._number}-{self._count}"
        return message, f"{self._chance.choice(['slow', 'well', 'well', 'well'])} {message}"

    def _rename(self, known):
        self._count += 1
        name = f"name-{self._number}-{self._count}"
        known.maybe_names = {name}
        status, session = self._call(
            "POST", f"/api/session/rename?session_id={known.id}", {"name": name}
        )
        expect(status == 200, f"{known} was not renamed: {session}")
        known.name, known.maybe_names = name, set()

    def _end(self, known):
        cleanup = bool(known.worktree) and self._chance.random() < 0.8
        known.maybe_ended, known.maybe_cleaned = True, cleanup
        summary = self._chance.random() < 0.3
        status, ended = self._call(
            "POST",
            f"/api/session/end?session_id={known.id}",
            {"cleanup": cleanup, "summary": summary},
        )
        # It may have ended when the connection broke; then there is nothing to end any more.
        expect(status in (200, 404), f"{known} was not ended: {ended}")
        if status == 200 and cleanup:
            expect(ended["worktree_path"] is None, f"{known} was not cleaned up: {ended}")
            expect(not Path(known.worktree).exists(), f"{known} was not cleaned up")
        known.ended = True
        known.maybe_cleaned = cleanup and status != 200
        if status == 200 and cleanup:
            known.worktree = None
        if status == 200:
            self._soak.counts["ends"] += 1

    def _call(self, method, path, body):
        """The answer to a request, made again until there is one."""
        pause = threading.Event()
        while True:
            with self._soak.gate.passing():
                if self._soak.gate.over:
                    raise Over
                try:
                    status, answer = self._soak.server.call(method, path, body)
                except LOST:
                    self._soak.counts["broken connections"] += 1
                else:
                    if status not in (429, 503):
                        return status, answer
                    self._soak.counts["told to wait"] += 1
            pause.wait(0.01)
