"""Kills a real Janus again and again while phones talk to it, and looks for what was lost.

    clients ──create, talk, rename, end──> server <──SIGKILL── soak ──> is all of it still there?

``python tests/soak.py 500`` runs until something is lost, which is kept for looking at, or to the
end, and then prints a table. What a client was told (2xx) must be true after every restart, once;
what it was not told may have happened or not, but never half.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from conftest import QUICK, fake_path, git, processes_of, wait_for

from janus.access.folder import owner_token
from janus.config import state_folder
from janus.storage.project import project_folder

CLIENTS, EACH = 4, 2
#: What is killed: the whole group most often, the master alone, the worker alone. Now and then the
#: server is only asked to end: then requests meet it while it does.
VICTIMS = ["all"] * 4 + ["master", "worker", "worker", "asked"]
#: Longest time from one kill to the next, and the longest a client waits for anything.
LONGEST, PATIENCE = 0.8, 30.0
LOST = (OSError, HTTPException)


class Lost(AssertionError):
    """Something is not as it was promised."""


@dataclass
class Known:
    """A session as its client knows it; the ``maybe_`` things were asked and not answered."""

    id: str
    name: str | None = None
    branch: str | None = None
    worktree: str | None = None
    maybe_names: set = field(default_factory=set)
    said: dict = field(default_factory=dict)  # message -> whether it was acknowledged
    created: bool = False
    maybe_ended: bool = False
    maybe_cleaned: bool = False
    ended: bool = False

    @property
    def must_be_there(self):
        return self.created and not self.ended and not self.maybe_ended


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


class Server:
    """A Janus that is killed and started again, on the same port and workspace."""

    def __init__(self, folder):
        self.folder = folder
        self.home, self.workspace = folder / "home", folder / "shop"
        self.home.mkdir()
        self._make_workspace()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environ = {
            "HOME": str(self.home),
            "PATH": fake_path(folder, "agent", program=QUICK),
            "PORT": str(self.port),
            "MAX_SESSIONS": "50",
            "JANUS_AGENT": "cursor-agent",
        }
        self._state = project_folder(self.workspace.resolve(), state_folder(self._environ))
        self.log = (folder / "server.log").open("ab")
        self.process = None

    def _make_workspace(self):
        self.workspace.mkdir()
        for number in range(200):  # so that a checkout takes a moment
            file = self.workspace / f"src/{number % 10}/file{number}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"number = {number}\n" * 50)
        git(self.workspace, "init", "-q")
        git(self.workspace, "add", ".")
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        git(self.workspace, *who, "commit", "-qm", "A shop")

    def spawn(self):
        self.process = subprocess.Popen(
            (sys.executable, "-m", "janus", "serve"),
            cwd=self.workspace,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    @property
    def worker(self):
        """The pid of the worker; None if there is none now."""
        master = self.process.pid
        with contextlib.suppress(OSError):
            for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split():
                return int(pid)
        return None

    @property
    def run(self):
        """The mark of the server that last wrote itself into the lock, once it listens."""
        with contextlib.suppress(OSError, ValueError):
            serving = json.loads((self._state / "lock").read_bytes())
            return serving["url"] and serving["run"]
        return None

    def kill(self, victim):
        """SIGKILL; whether the victim was there. What is killed whole is gone at the return."""
        if victim == "worker":
            worker = self.worker
            if worker:
                os.kill(worker, signal.SIGKILL)
            return bool(worker)
        if victim == "asked":
            self.process.terminate()
        elif victim == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        return True

    def wait_until_it_serves(self, before):
        """Until one answers that is not the one marked *before*."""

        def serves():
            if self.process.poll() is not None:
                raise Lost(f"the server ended by itself, with {self.process.returncode}")
            run = self.run
            with contextlib.suppress(*LOST):
                return run and run != before and self.call("GET", "/api/health")[0] == 200
            return False

        wait_for(serves, 2 * PATIENCE)

    def call(self, method, path, body=None):
        """The status and the JSON of a request."""
        token = owner_token(self._state)
        status, answer = self._call(method, path, body, token)
        if status == 401 and owner_token(self._state) != token:  # another server began meanwhile
            return self.call(method, path, body)
        return status, answer

    def _call(self, method, path, body, token):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"}
        if data:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


def free_port():
    """One that no connection of ours gets by chance: then it would be connected to itself."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


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


class Over(Exception):
    """The soak has come to its end."""


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
        self._checked = {}
        self._branches = set()
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
        self._check_survivors({worker, None})

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

    # What must be true when a server was killed and the next one serves.

    def _check_survivors(self, dead):
        ours = {self.server.process.pid, self.server.worker}
        left = set(processes_of(self.server.home)) - ours
        # Nobody speaks to an agent now; git may be asked something by what is being answered.
        left = {pid for pid in left if not below(pid, self.server.worker)}
        expect(not left & dead, f"the worker {dead} still lives")
        expect(not left, f"survived its server: {[(pid, cmdline(pid)) for pid in left]}")

    def _check(self, whole=False):
        self.gate.set(False)
        self.gate.wait_until_empty()
        for client in self._clients:
            if client.failure:
                raise Lost(f"{client.name}: {client.failure}") from client.failure
        status, answer = self.server.call("GET", "/api/sessions")
        expect(status == 200, f"no list of sessions: {answer}")
        listed = {session["session_id"]: session for session in answer["sessions"]}
        known = {id: one for client in self._clients for id, one in client.known.items()}
        for one in known.values():
            self._check_known(one, listed.get(one.id))
        for id in listed.keys() - known.keys():
            self._check_found(listed[id])
            self._chance.choice(self._clients).adopt(listed[id])
        self._check_messages(known.values(), whole)
        self._check_logs(whole)
        self._check_files()
        self._check_git(listed, known)

    def _check_known(self, one, session):
        if one.ended:
            expect(session is None, f"ended, and there again: {one}")
        elif session is None:
            expect(not one.must_be_there, f"a session is lost: {one}")
            one.ended = one.created
        else:
            expect(session["name"] in {one.name, *one.maybe_names}, f"{session} is not {one}")
            if one.created:
                told = (session["branch"], session["worktree_path"])
                expect(told == (one.branch, one.worktree), f"{session} is not {one}")
            if one.worktree:
                expect(Path(one.worktree).is_dir(), f"the worktree is lost: {one}")

    def _check_found(self, session):
        """A session that nobody was told of is there as a whole, or not at all."""
        expect(session["message_count"] == 0, f"nobody made {session}")
        if session["worktree_path"]:
            self._check_whole(Path(session["worktree_path"]), session)

    def _check_whole(self, path, whose):
        status = git(path, "status", "--porcelain")
        expect(status == "", f"half a worktree at {path} ({whose}): {status[:300]}")

    def _check_messages(self, known, whole):
        """From the server while the session is there, from its log when it has ended."""
        for one in known:
            log = self.server._state / f"logs/{one.id}.jsonl"
            size = log.stat().st_size if log.exists() else 0
            if not whole and self._checked.get(one.id) == (size, str(one.said)):
                continue
            if one.ended or not one.created:
                said = [event["data"]["content"] for event in events(log) if event["kind"] == SAID]
            else:
                status, answer = self.server.call("GET", f"/api/session?session_id={one.id}")
                expect(status == 200, f"not to be had: {one}: {answer}")
                said = [m["content"] for m in answer["conversation"] if m["role"] == "user"]
            counts = Counter(said)
            for text, acknowledged in one.said.items():
                expect(counts[text] <= 1, f"said {counts[text]} times: {text!r} in {one}")
                expect(counts[text] or not acknowledged, f"lost: {text!r} in {one}")
            expect(counts.keys() <= one.said.keys(), f"nobody said {counts} in {one}")
            self._checked[one.id] = (size, str(one.said))

    def _check_logs(self, whole):
        for log in (self.server._state / "logs").glob("*.jsonl"):
            size = log.stat().st_size
            if not whole and self._checked.get(log) == size:
                continue
            numbers = [event["seq"] for event in events(log)]
            expect(numbers == [*range(1, len(numbers) + 1)], f"{log} has gaps: {numbers}")
            self._checked[log] = size

    def _check_files(self):
        saved = json.loads((self.server._state / "sessions.json").read_bytes())
        expect(saved["version"] == "1.0", f"sessions.json is {saved}")
        strange = [*self.server._state.glob("*.corrupt*")]
        expect(not strange, f"Janus did not understand its own file: {strange}")

    def _check_git(self, listed, known):
        """Every worktree and every branch belongs to a session that is or was; each is whole."""
        workspace = self.server.workspace
        entries = git(workspace, "worktree", "list", "--porcelain").split("\n\n")
        trees = {Path(entry.split("\n")[0].removeprefix("worktree ")) for entry in entries if entry}
        trees.discard(workspace)
        for path in trees:
            expect(path.is_dir(), f"git lists {path}, which is not there")
        folders = {*(workspace / ".worktrees").glob("*")}
        expect(folders == trees, f"git lists {trees}, there are {folders}")
        owned = {one.worktree for one in known.values() if one.worktree}
        owned |= {session["worktree_path"] for session in listed.values()}
        for path in trees:
            expect(str(path) in owned, f"{path} belongs to nobody")
            if path not in self._checked:
                self._check_whole(path, "new")
                self._checked[path] = True
        for one in known.values():
            if one.maybe_cleaned and one.worktree and Path(one.worktree) in trees:
                self._check_whole(Path(one.worktree), one)
        names = git(workspace, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/feature")
        self._branches |= {session["branch"] for session in listed.values()}
        self._branches |= {one.branch for one in known.values()}
        expect({*names.split()} <= self._branches, f"nobody's branches: {names.split()}")
        locks = [*(workspace / ".git").glob("**/*.lock")]
        expect(not locks, f"left locked: {locks}")


SAID = "user_message"


def expect(condition, why):
    if not condition:
        raise Lost(why)


def events(log):
    """What a log holds; only its last line may be torn."""
    if not log.exists():
        return []
    lines = log.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def below(pid, ancestor):
    """Whether one process descends from the other."""
    while pid > 1 and pid != ancestor:
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return True  # gone meanwhile, so it is no survivor
        pid = int(stat.rpartition(b")")[2].split()[1])
    return pid == ancestor


def cmdline(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return "(gone)"


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
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
