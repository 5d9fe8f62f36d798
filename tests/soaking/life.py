"""One long life of a server: what it has of everything must not grow with what it has done."""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from conftest import wait_for

from janus.server.pool import NAME as REQUEST
from soaking.promises import expect

#: Sessions that a server had before it counts: what it makes once is there by then.
WARM = 20
#: Of these nothing may be left over, whatever it did.
#: Sessions that wait for their eviction, at most.
MOST_ALONE = 20
EXACT = ("descriptors", "threads", "processes")


class Life:
    """Sessions are made, talked to, landed, undone, stopped, continued and crashed, one by one.

    Then they are ended, or evicted because nobody uses them, and deleted.
    """

    def __init__(self, server, seed):
        """The *server* evicts what nobody uses after some seconds."""
        self._server = server
        self._seed = seed
        self._left_alone = []
        self._samples = []

    def run(self, sessions):
        """So many sessions, after some to get warm."""
        self._crowd()
        for number in range(WARM + sessions):
            self._live(number)
            if number >= WARM - 1 and (number + 1 - WARM) % max(1, sessions // 20) == 0:
                self._samples.append((number, self._counted()))
        self._delete_evicted(at_most=0)
        until = time.monotonic() + 60
        while self.grown and time.monotonic() < until:  # what just ends is not left over
            time.sleep(0.5)
            self._samples[-1] = self._samples[-1][0], self._counted()

    @property
    def slopes(self):
        """By how much of each there is more after 1,000 sessions, as least squares have it.

        Of the later half: until then caches fill, and what runs each minute has run once.
        """
        samples = self._samples[len(self._samples) // 2 :]
        at = [number / 1000 for number, _ in samples]
        mean = sum(at) / len(at)
        spread = sum((one - mean) ** 2 for one in at)
        found = {}
        for what in samples[0][1]:
            values = [counted[what] for _, counted in samples]
            middle = sum(values) / len(values)
            pairs = zip(at, values, strict=True)
            found[what] = sum((x - mean) * (y - middle) for x, y in pairs) / spread
        return found

    @property
    def grown(self):
        """What there is more of at the end than there ever was before the last quarter."""
        early = [counted for _, counted in self._samples[: -len(self._samples) // 4]]
        last = self._samples[-1][1]
        return {what for what in EXACT if last[what] > max(one[what] for one in early)}

    def table(self):
        """The slopes, in words."""
        units = {"memory": "MB"}
        return "\n".join(
            f"{f'{what} per 1,000 sessions':32}{slope:>+10.2f} {units.get(what, '')}"
            for what, slope in self.slopes.items()
        )

    def _crowd(self):
        """Have more threads wait for requests than one client needs.

        The server makes one whenever none waits, as when the last one is not quite done.
        """
        self._call("POST", "/api/session/start", {"session_id": "crowd"}, 201)
        ask = "/api/ask?session_id=crowd"
        with ThreadPoolExecutor(8) as pool:
            [*pool.map(lambda _: self._call("POST", ask, {"question": "hello"}), range(8))]
        self._call("POST", "/api/session/end?session_id=crowd", {"summary": False})
        self._call("DELETE", "/api/session?session_id=crowd")

    def _live(self, number):
        """One session; what happens to it is chance, and the same for the same seed."""
        chance = random.Random(f"{self._seed} {number}")
        id = f"life-{number}"
        name = {"name": id} if chance.random() < 0.2 else {}
        self._call("POST", "/api/session/start", {"session_id": id, **name}, 201)
        self._call("POST", f"/api/ask?session_id={id}", {"question": f"write {id}.txt"})
        if name:
            chance.choice((self._take_back, self._land, self._land_and_take_back))(id)
        if chance.random() < 0.3:
            self._call("POST", "/api/interrupt", {"session_id": id})
            self._call("POST", f"/api/session/resume?session_id={id}")
        if chance.random() < 0.5:
            self._call("POST", "/api/chat", {"session_id": id, "message": "line"})  # it dies of it
        if not name and chance.random() < 0.15:
            self._left_alone.append(id)
            return self._delete_evicted(at_most=MOST_ALONE)
        also = {"cleanup": True, "force": True, "branch": True} if name else {}
        end = {"summary": False, **also}
        self._call("POST", f"/api/session/end?session_id={id}", end)
        self._call("DELETE", f"/api/session?session_id={id}")

    def _take_back(self, id):
        """Undo what the agent wrote."""
        turn = self._call("GET", f"/api/state?session_id={id}")["messages"][-1]["turn_id"]
        self._as_shown("undo", id, turn_id=turn)

    def _land(self, id):
        self._as_shown("commit", id)
        return self._as_shown("merge", id)

    def _land_and_take_back(self, id):
        merged = self._land(id)
        self._as_shown("undo", id, undo_id=merged["undo_id"])

    def _as_shown(self, what, id, **more):
        """Look at what would be done, and do it."""
        body = {"session_id": id, **more}
        shown = self._call("POST", f"/api/{what}", {**body, "dry_run": True})
        return self._call("POST", f"/api/{what}", {**body, "tree": shown["tree"]})

    def _delete_evicted(self, at_most):
        """Delete those that were left alone, once they were ended for it, until few are left."""
        while len(self._left_alone) > at_most:
            id = self._left_alone.pop(0)
            wait_for(partial(self._has_ended, id))
            self._call("DELETE", f"/api/session?session_id={id}")

    def _has_ended(self, id):
        return "ended_at" in self._call("GET", f"/api/state?session_id={id}")["session"]

    def _call(self, method, path, body=None, wanted=200):
        status, answer = self._server.call(method, path, body)
        expect(status == wanted, f"{method} {path}: {answer}")
        return answer

    def _counted(self):
        worker = Path("/proc") / str(self._server.worker)
        own = (worker / "smaps_rollup").read_text().splitlines()
        # Of those that serve requests one more may be made at any time, and they are bounded.
        names = [it.read_text().strip() for it in (worker / "task").glob("*/comm")]
        expect(REQUEST in names, f"no thread is known for serving requests: {names}")
        memory = sum(int(line.split()[1]) for line in own if line.startswith("Private_"))
        return {
            "memory": memory / 1000,
            "descriptors": len([*(worker / "fd").iterdir()]),
            "threads": len(names) - names.count(REQUEST),
            "processes": len((worker / "task" / worker.name / "children").read_text().split()),
            "files": sum(len(files) for _, _, files in os.walk(self._server.state)),
        }
