"""Kills a real Janus again and again while phones talk to it, and looks for what was lost.

    clients ──create, talk, rename, end──> server <──SIGKILL── soak ──> is all of it still there?

``python tests/soak.py 500`` runs until something is lost, which is kept for looking at, or to the
end, and then prints a table. What a client was told (2xx) must be true after every restart, once;
what it was not told may have happened or not, but never half. Then a server that nobody kills lives
through twice as many sessions, and by how much more it has of everything after them is printed.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from soaking.checks import Checks
from soaking.client import Client
from soaking.gate import PATIENCE, Gate
from soaking.life import Life
from soaking.promises import Lost
from soaking.server import Server

CLIENTS = 4
#: What is killed: the whole group most often, the master alone, the worker alone. Now and then the
#: server is only asked to end: then requests meet it while it does.
VICTIMS = ["all"] * 4 + ["master", "worker", "worker", "asked"]
#: Longest time from one kill to the next.
LONGEST = 0.8


class Soak:
    """The server, its clients, and what they were promised."""

    def __init__(self, folder, seed, tell=print):
        self.seed = seed
        self.server = Server(folder)
        self.gate = Gate()
        self.failed = threading.Event()
        self.counts = Counter()
        self.restarts = []
        self._chance = random.Random(seed)
        self._clients = [Client(self, number) for number in range(CLIENTS)]
        self._checks = Checks(self.server, self._clients, self._chance)
        self._tell = tell

    def run(self, kills):
        """Kill so often. Raises Lost."""
        try:
            self._start(None)
            for client in self._clients:
                client.start()
            while self.counts["kills"] < kills:
                self.gate.set(True)
                self.failed.wait(self._chance.random() * LONGEST)
                self._kill(self._chance.choice(VICTIMS))
                self._check()
                if self.counts["kills"] % 50 == 0:
                    self._tell(f"{self.counts['kills']} kills …")
            self._check(whole=True)
        finally:
            self._stop()

    def table(self):
        """What there was, in figures."""
        known = [known for client in self._clients for known in client.known.values()]
        messages = sum(accepted for one in known for accepted in one.said.values())
        rows = {
            "kills": self.counts["kills"],
            **{f"  of {kind}": self.counts[kind] for kind in ("all", "master", "worker")},
            "  asked to end": self.counts["asked"],
            "  while it started": self.counts["at start"],
            "restarts": len(self.restarts),
            "sessions": sum(one.created for one in known),
            "ended": self.counts["ends"],
            "messages acknowledged": messages,
            "broken connections": self.counts["broken connections"],
            "told to wait": self.counts["told to wait"],
            "lost": 0,  # or it had ended there: see ``Lost``
            "double": 0,
            "survivors": 0,
            "median restart (s)": round(statistics.median(self.restarts), 2),
            "longest restart (s)": round(max(self.restarts), 2),
        }
        return "\n".join(f"{name:24}{value:>8}" for name, value in rows.items())

    def _kill(self, victim):
        before, worker = self.server.run, self.server.worker
        if not self.server.kill(victim):
            return
        self.counts["kills"] += 1
        self.counts[victim] += 1
        self.gate.set(False)
        if victim == "worker":
            began = time.monotonic()
            self.server.wait_until_it_serves(before)
            self.restarts.append(time.monotonic() - began)
        else:
            self._start(before)
        self._checks.survivors({worker, None})

    def _start(self, before):
        """Start it, now and then with a kill while it starts."""
        while before and self._chance.random() < 0.15:
            self.server.spawn()
            threading.Event().wait(self._chance.random() * 0.8)
            self.server.kill("all")
            self.counts["kills"] += 1
            self.counts["at start"] += 1
            before = self.server.run or before
        began = time.monotonic()
        self.server.spawn()
        self.server.wait_until_it_serves(before)
        self.restarts.append(time.monotonic() - began)

    def _stop(self):
        self.gate.finish()
        if self.server.process and self.server.process.poll() is None:
            self.server.process.terminate()
            try:
                self.server.process.wait(2 * PATIENCE)
            except subprocess.TimeoutExpired:
                self.server.kill("all")
        for client in self._clients:
            if client.ident:
                client.join()
        self.server.log.close()

    def _check(self, whole=False):
        self.gate.set(False)
        self.gate.wait_until_empty()
        for client in self._clients:
            if client.failure:
                raise Lost(f"{client.name}: {client.failure}") from client.failure
        self._checks.all(whole)


def live(folder, sessions, seed):
    """The life of a server that nobody kills."""
    server = Server(folder, SESSION_TIMEOUT="10s", CLEANUP_INTERVAL="1s")
    life = Life(server, seed)
    try:
        server.spawn()
        server.wait_until_it_serves(None)
        life.run(sessions)
    finally:
        server.process.terminate()
        server.process.wait()
        server.log.close()
    return life


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "kills", nargs="?", type=int, default=int(os.environ.get("JANUS_KILLS", 500))
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="janus-soak-"))
    print(f"{options.kills} kills, seed {options.seed}, in {folder}", flush=True)
    soak = Soak(folder, options.seed, lambda text: print(text, flush=True))
    try:
        soak.run(options.kills)
    except BaseException as failure:
        print(f"\nAfter {soak.counts['kills']} kills: {failure}\nIt is all kept in {folder}")
        raise
    print(soak.table())
    (folder / "life").mkdir()
    life = live(folder / "life", 2 * options.kills, options.seed)
    print(f"\nIn a life of {2 * options.kills} sessions:\n{life.table()}")
    if life.grown:
        raise Lost(f"left over, and kept in {folder}: {', '.join(sorted(life.grown))}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
