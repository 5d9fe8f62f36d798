"""Kills three machines and their servers, and cuts what is between them, while phones talk to them.

    phones ──say, by any doorway──> machines ──SIGKILL, cut cables── trial ──> each once, all there?

``python tests/soak_fleet.py 1000`` runs until something is lost or doubled, or to the end, and
prints a table. A phone says each message until some doorway has accepted it, and may say it to
another one the next time. What was accepted is in its session's log once; what was not, at most
once.
"""

import argparse
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from conftest import wait_for
from soaking.gate import PATIENCE
from soaking.machines import Machines
from soaking.promises import Lost, expect
from soaking.server import LOST

PHONES = 3
#: A machine with its server, the server alone, the Janus of a doorway, a cable; and it for a while.
VICTIMS = ["machine", "server", "doorway", "link", "frozen link"]
#: Kills from one look at everything to the next; seconds between two messages of a phone.
LOOK, PAUSE = 10, 0.3


class Phone(threading.Thread):
    """Says things in all sessions, by all doorways."""

    def __init__(self, trial, seed):
        super().__init__(daemon=True)
        self._trial, self._chance = trial, random.Random(seed)
        self.accepted = []

    def run(self):
        while not self._trial.over.wait(self._chance.random() * PAUSE):
            self._say(self._chance.choice(self._trial.machines.all), str(uuid.uuid4()))

    def _say(self, machine, id):
        body = {"session_id": machine.session, "message": "Where is file7?", "message_id": id}
        self._trial.said.add(id)
        while not self._trial.over.is_set():
            doorway = self._chance.choice(self._trial.machines.all)
            try:
                status, answer = doorway.call("POST", "/api/chat", body)
            except LOST:
                status, answer = 0, None
            if status == 200:
                return self.accepted.append((machine.name, id))
            if status not in (0, 401, 429, 503):
                self._trial.wrong.append(f"{doorway.name} answered {status}: {answer}")
                return None
            self._trial.over.wait(0.2)
        return None


class Trial:
    """The machines, the phones, and what happens to them."""

    def __init__(self, folder, seed, tell=print):
        self.machines = Machines(folder, 100 + seed % 100)
        self.over = threading.Event()
        self.said, self.wrong = set(), []
        self.counts, self.true, self.usable = Counter(), [], []
        self._chance, self._tell = random.Random(seed), tell
        self.phones = [Phone(self, f"{seed} {number}") for number in range(PHONES)]

    def run(self, kills):
        """Kill so often. Raises Lost."""
        try:
            self.machines.start()
            for phone in self.phones:
                phone.start()
            while self.counts["kills"] < kills:
                self.over.wait(self._chance.random())
                self._lose(self._chance.choice(VICTIMS))
                if self.counts["kills"] % LOOK == 0:
                    self._look()
                if self.counts["kills"] % 50 == 0:
                    self._tell(f"{self.counts['kills']} kills …")
            self.over.set()
            for phone in self.phones:
                phone.join()
            self._look()
        finally:
            self.over.set()
            for phone in self.phones:
                if phone.ident:
                    phone.join()
            self.machines.stop()

    def table(self):
        """What there was, in figures."""
        rows = {
            "kills": self.counts["kills"],
            **{f"  of a {victim}": self.counts[victim] for victim in VICTIMS},
            "messages accepted": sum(len(phone.accepted) for phone in self.phones),
            "lost": 0,  # or it had ended there: see ``Lost``
            "doubled": 0,
            "rest usable, median (s)": round(statistics.median(self.usable), 2),
            "rest usable, longest (s)": round(max(self.usable), 2),
            "lists true, median (s)": round(statistics.median(self.true), 2),
            "lists true, longest (s)": round(max(self.true), 2),
        }
        return "\n".join(f"{name:28}{value:>8}" for name, value in rows.items())

    def _lose(self, victim):
        machine = self._chance.choice(self.machines.all)
        others = [it for it in self.machines.all if it is not machine]
        before, cable = machine.server.run, None
        self.counts["kills"] += 1
        self.counts[victim] += 1
        match victim:
            case "machine":
                machine.kill()
            case "server":
                machine.kill_engine()
            case "doorway":
                machine.server.kill("worker")
            case _:
                cable = self._chance.choice([*self.machines.cables.values()])
                cable.cut() if victim == "link" else cable.freeze()
        self._use(others)
        self.over.wait(self._chance.random() * 2)
        if victim == "machine":
            machine.start(before)
        elif victim == "doorway":
            machine.server.wait_until_it_serves(before)
        elif cable:
            cable.mend()

    def _use(self, others):
        """The rest is used at once: its lists, and a session that one of them has."""
        began = time.monotonic()
        for machine in others:
            expect(machine.lists() is not None, f"{machine.name} has no list")
            body = {"session_id": machine.session, "name": f"n{self.counts['kills']}"}
            path = f"/api/session/rename?session_id={machine.session}"
            status, answer = machine.call("POST", path, {"name": body["name"]})
            expect(status == 200, f"{machine.name} cannot rename its own: {answer}")
        self.usable.append((time.monotonic() - began) / len(others))

    def _look(self):
        """Once all is well again, lists are true, and what was accepted is there, once."""
        began = time.monotonic()
        wait_for(self.machines.whole, 4 * PATIENCE)
        self._tell_whole(time.monotonic() - began)
        for machine in self.machines.all:
            name = f"true {self.counts['kills']}"
            path = f"/api/session/rename?session_id={machine.session}"
            status, answer = machine.call("POST", path, {"name": name})
            expect(status == 200, f"{machine.name} cannot rename its own: {answer}")
            began = time.monotonic()

            def known(machine=machine, name=name):
                lists = [it.lists() or {} for it in self.machines.all]
                return all(it.get(machine.session) == name for it in lists)

            wait_for(known, 2 * PATIENCE)
            self.true.append(time.monotonic() - began)
        expect(not self.wrong, "; ".join(self.wrong))
        accepted = [it for phone in self.phones for it in [*phone.accepted]]
        for machine in self.machines.all:
            wanted = {id for name, id in accepted if name == machine.name}
            try:
                wait_for(lambda: wanted <= {*machine.said()}, 4 * PATIENCE)  # noqa: B023
            except AssertionError as late:
                left = wanted - {*machine.said()}
                raise Lost(f"lost in {machine.session}: {left}") from late
            for id, times in Counter(machine.said()).items():
                expect(times == 1, f"said {times} times in {machine.session}: {id}")
                expect(id in self.said, f"nobody said {id} in {machine.session}")

    def _tell_whole(self, seconds):
        self.counts["longest until whole"] = max(self.counts["longest until whole"], seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    kills = int(os.environ.get("JANUS_FLEET_LOSSES", 1000))
    parser.add_argument("kills", nargs="?", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="janus-fleet-"))
    print(f"{options.kills} kills, seed {options.seed}, in {folder}", flush=True)
    trial = Trial(folder, options.seed, lambda text: print(text, flush=True))
    try:
        trial.run(options.kills)
    except BaseException as failure:
        print(f"\nAfter {trial.counts['kills']} kills: {failure}\nIt is all kept in {folder}")
        raise
    print(trial.table())
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
