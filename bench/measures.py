"""The measurements: each function measures Janus and its baseline by turns, in one run."""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

from bench.history import ended, search, starting
from bench.rig import CHATTER, QUICK, Rig, events
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

#: Deltas of the answer for measuring speed, and of that for measuring memory.
FAST, LARGE = 30_000, 100_000
#: Half-sent requests, and as many silent connections.
ATTACKERS = 900
#: Files of the repository for measuring worktrees.
FILES = 50_000
#: Words whose way to the client is timed.
WORDS = 300
#: Times that something is asked, and seconds that heartbeats are counted.
ROUNDS, SECONDS = 9, 1.0
#: Requests whose CPU time is measured.
HEALTH, REQUESTS = "/api/health", 1000
#: In memory if possible: for so many files a disk takes anything from 10 to 30 s.
MEMORY = Path("/dev/shm")


def ask_of_a_thinking_agent():
    direct, janus = _asks(CHATTER, "think 0.3", ROUNDS)
    figure = f"{janus / direct:.3f} of direct (+{_ms(janus - direct)})"
    yield "ask, an agent that takes 0.3 s", figure, "≤ 1.03 of direct", janus <= 1.03 * direct


def ask_of_a_quick_agent():
    direct, janus = _asks(QUICK, "hello", 3 * ROUNDS)
    more = janus - direct
    yield "ask, an agent that takes 2 ms", f"+{_ms(more)}", "≤ +6 ms", more <= 0.006


def _asks(agent, prompt, rounds):
    """Return the median seconds of asking the agent directly, and of asking Janus."""
    direct, janus = [], []
    with Rig(agent) as rig:
        session = rig.start()
        for number in range(rounds + 1):
            started = time.monotonic()
            with rig.direct(prompt) as process:
                next(line for line in process.stdout if b'"type":"result"' in line)
                direct.append(time.monotonic() - started)
            started = time.monotonic()
            rig.post(f"/api/ask?session_id={session}", question=prompt)
            janus.append(time.monotonic() - started)
            if number == 0:  # the first round has cold caches
                direct.clear(), janus.clear()
    return statistics.median(direct), statistics.median(janus)


def first_word():
    took = []
    with Rig() as rig:
        session = rig.start()
        stream = events(rig.listen(session))
        next(stream)
        for _ in range(3):
            rig.post("/api/chat", session_id=session, message=f"times {WORDS} 0.01")
            for kind, data in stream:
                if kind == "assistant_delta":
                    now = time.monotonic_ns()
                    took += [(now - int(moment)) / 1e9 for moment in data["text"].split()]
                if kind == "assistant_message":
                    break
        stream.close()
    *_, p99 = statistics.quantiles(took, n=100)
    p50 = statistics.median(took)
    yield "a word, from the agent's write to the client: p50", _ms(p50), "≤ 3 ms", p50 <= 0.003
    yield "the same: p99", _ms(p99), "≤ 15 ms", p99 <= 0.015


def deltas_per_second():
    bare, janus, beside, cpu = [], [], [], []
    with Rig() as rig:
        rig.start()  # after which the worker runs
        for _ in range(3):
            started = time.monotonic()
            with rig.direct(f"deltas {FAST} 10") as process:
                for _ in process.stdout:
                    continue
            bare.append(time.monotonic() - started)
            used = rig.cpu()
            janus.append(_deltas(rig, FAST, stalled=0))
            cpu.append((rig.cpu() - used) / FAST * 1e6)
            beside.append(_deltas(rig, FAST, stalled=1))
    bare, janus, beside = map(statistics.median, (bare, janus, beside))
    yield (
        "deltas from the agent to the client",
        f"{FAST / janus:,.0f} a second ({bare / janus:.3f} of the bare pipe)",
        "",
        True,
    )
    yield (
        "the same, beside a reader that does not read",
        f"{janus / beside:.2f} of that",
        "≥ 0.9",
        janus / beside >= 0.9,
    )
    least = min(cpu)
    yield "what Janus needs for each, its turn included", f"{least:.1f} µs", "≤ 16 µs", least <= 16


def _deltas(rig, count, stalled):
    """Return the seconds until a reader has the whole answer."""
    session = rig.start()
    idle = [rig.listen(session, buffer=4096) for _ in range(stalled)]
    for connection in idle:
        connection.recv(1)  # it is connected; it never reads more
    stream = events(rig.listen(session))
    next(stream)
    started = time.monotonic()
    rig.post("/api/chat", session_id=session, message=f"deltas {count} 10")
    size = 0
    for kind, data in stream:
        if kind == "assistant_delta":
            size += len(data["text"])
        if kind == "assistant_message":
            break
    took = time.monotonic() - started
    assert size == 10 * count
    for connection in idle:
        connection.close()
    stream.close()
    rig.post(f"/api/session/end?session_id={session}", summary=False)
    return took


def heartbeats():
    ratios, rates = [], []
    with Rig() as janus, Rig(program="bench.bare") as bare:
        path = f"/api/heartbeat?session_id={janus.start()}"
        for _ in range(5):
            rates.append(_rate(janus, path))
            ratios.append(rates[-1] / _rate(bare, path))
        costs = [
            (_cost(bare, "POST", path), _cost(janus, "POST", path), _cost(janus, "GET", HEALTH))
            for _ in range(3)
        ]
    plain, beat, health = map(min, zip(*costs, strict=True))
    cost, well = plain / max(beat, 1e-9), plain / max(health, 1e-9)
    ratio = statistics.median(ratios)
    yield (
        "heartbeats, 4 clients",
        f"{statistics.median(rates):,.0f} a second, {ratio:.2f} of bare Flask",
        "≥ 0.6",
        ratio >= 0.6,
    )
    for what, of_bare in ("a heartbeat", cost), ("health", well):
        figure = f"{of_bare:.2f} of bare Flask"
        yield f"{what}, by CPU time", figure, "≥ 0.85", of_bare >= 0.85


def _cost(rig, method, path):
    """Return the seconds of CPU time that a request takes the worker."""
    message, before = rig.request(method, path, {} if method == "POST" else None), rig.cpu()
    with rig.connect() as connection, connection.makefile("rb") as answer:
        for _ in range(REQUESTS):
            connection.sendall(message)
            head = [*iter(answer.readline, b"\r\n")]
            length = next(it for it in head if it.startswith(b"Content-Length:"))
            answer.read(int(length.split()[1]))
    return (rig.cpu() - before) / REQUESTS


def _rate(rig, path):
    """Return requests per second of four clients that keep their connections."""
    message = rig.request("POST", path, {})
    until = time.monotonic() + SECONDS

    def beat(_):
        count = 0
        with rig.connect() as connection, connection.makefile("rb") as answer:
            while not count or time.monotonic() < until:
                connection.sendall(message)
                head = {line.partition(b":")[0]: line for line in iter(answer.readline, b"\r\n")}
                assert b"HTTP/1.1 200 OK\r\n" in head
                answer.read(int(head[b"Content-Length"].split()[1]))
                count += 1
        return count

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(beat, range(4))) / SECONDS


def health_under_attack():
    calm, attacked = [], []
    with Rig() as idle, Rig() as rig, ExitStack() as stack:
        for _ in range(ATTACKERS):
            with suppress(ConnectionError):  # it may have been closed
                stack.enter_context(rig.connect()).sendall(b"GET / HTTP/1.1\r\nHo")
            stack.enter_context(rig.connect())
        for _ in range(500):
            calm.append(_health(idle))
            attacked.append(_health(rig))
    (*_, calm99), (*_, attacked99) = (statistics.quantiles(x, n=100) for x in (calm, attacked))
    yield (
        f"health beside {ATTACKERS} half-sent requests and as many silent connections",
        f"{statistics.median(attacked) / statistics.median(calm):.2f} of without them",
        "≤ 3",
        statistics.median(attacked) <= 3 * statistics.median(calm),
    )
    more = attacked99 - calm99
    yield "the same: its p99", f"{more * 1000:+.1f} ms", "≤ +50 ms", more <= 0.05


def _health(rig):
    started = time.monotonic()
    with rig.connect() as connection, connection.makefile("rb") as answer:
        connection.sendall(rig.request("GET", "/api/health", None, "HTTP/1.0"))
        assert b" 200 " in answer.read()
    return time.monotonic() - started


def memory():
    grown = [_growth(stalled) for stalled in (0, 1)]
    yield (
        f"memory, {LARGE:,} deltas with a reader that does not read",
        f"+{grown[1] / 1e6:.0f} MB, {grown[1] / grown[0]:.2f} of without it",
        "≤ 1.5",
        grown[1] <= 1.5 * grown[0],
    )


def _growth(stalled):
    with Rig() as rig:
        rig.start()  # after which the worker runs
        before = rig.peak()
        _deltas(rig, LARGE, stalled)
        return rig.peak() - before


def worktrees():
    git, janus = [], []
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder, state = Path(name) / "work", Path(name) / "state"
        folder.mkdir(), state.mkdir()
        _fill(folder)
        workspace = Workspace(folder, os.environ, Store(state))
        path = folder / ".worktrees" / "git"
        for number in range(3):
            started = time.monotonic()
            _git(folder, "worktree", "add", "-q", "-b", f"b{number}", str(path))
            git.append(time.monotonic() - started)
            shutil.rmtree(path)
            _git(folder, "worktree", "prune")
            started = time.monotonic()
            workspace.add_worktree("janus", name="x")
            janus.append(time.monotonic() - started)
            workspace.remove_worktree("janus", force=True)
        workspace.close()
    git, janus = map(statistics.median, (git, janus))
    yield (
        f"a worktree of {FILES:,} files",
        f"{janus:.2f} s, {janus / git:.2f} of git alone",
        "≤ 1.2",
        janus <= 1.2 * git,
    )


def _fill(folder):
    """Create a repository with one commit of many small files, none of them checked out."""
    head = "commit HEAD\ncommitter b <b@example.com> 0 +0000\ndata 0\n"
    files = (
        f"M 644 inline {n % 500}/{n}.py\ndata {len(text)}\n{text}\n"
        for n in range(FILES)
        for text in [f"print({n})\n" * 20]
    )
    _git(folder, "init", "-q")
    _git(folder, "fast-import", "--quiet", input=(head + "".join(files)).encode())


def _git(folder, *args, input=None):
    subprocess.run(["git", *args], cwd=folder, input=input, check=True)


def _ms(seconds):
    return f"{seconds * 1000:.1f} ms"


ALL = [
    ask_of_a_thinking_agent,
    ask_of_a_quick_agent,
    first_word,
    deltas_per_second,
    heartbeats,
    health_under_attack,
    memory,
    worktrees,
    starting,
    ended,
    search,
]
