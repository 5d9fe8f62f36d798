"""What must be true when a server was killed and the next one serves."""

import contextlib
import json
from collections import Counter
from pathlib import Path

from conftest import git, processes_of, wait_for

from soaking.promises import expect

SAID = "user_message"


class Checks:
    """Looks at a server that answers nobody else, and remembers what it has seen already."""

    def __init__(self, server, clients, chance):
        self.server = server
        self._clients = clients
        self._chance = chance
        self._checked = {}
        self._branches = set()

    def survivors(self, dead):
        ours = {self.server.process.pid, self.server.worker}
        left = set(processes_of(self.server.home)) - ours
        # Nobody speaks to an agent now; git may be asked something by what is being answered.
        left = {pid for pid in left if not below(pid, self.server.worker)}
        expect(not left & dead, f"the worker {dead} still lives")
        expect(not left, f"survived its server: {[(pid, cmdline(pid)) for pid in left]}")

    def all(self, whole=False):
        """Everything there is; all of it again where *whole*, or else what has changed."""
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
        self._check_files(listed)
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
            log = self.server.kept / f"logs/{one.id}.jsonl"
            size = log.stat().st_size if log.exists() else 0
            if not whole and self._checked.get(one.id) == (size, str(one.said)):
                continue
            if one.ended or not one.created:
                lines = [line["event"] for line in events(log)]
                said = [event["content"] for event in lines if event["type"] == SAID]
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
        for log in (self.server.kept / "logs").glob("*.jsonl"):
            size = log.stat().st_size
            if not whole and self._checked.get(log) == size:
                continue
            numbers = [event["seq"] for event in events(log)]
            expect(numbers == [*range(1, len(numbers) + 1)], f"{log} has gaps: {numbers}")
            self._checked[log] = size

    def _check_files(self, listed):
        file = self.server.kept / "sessions.json"
        if listed:  # saved a moment after they were made: the first kill may come before
            wait_for(file.exists)
            saved = json.loads(file.read_bytes())
            expect(saved["version"] == "1.0", f"sessions.json is {saved}")
        strange = [*self.server.kept.glob("**/*.corrupt*")]
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
