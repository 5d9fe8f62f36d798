"""The guardian: a tiny program between Janus and an agent; nothing the agent starts outlives it.

    Janus ──control socket──> guardian ──fork──> agent ──> whatever the agent starts

Run with the arguments ``CONTROL -- AGENT…`` in a session of its own, with the agent's pipes as
descriptors 0 and 1 and its terminal as 2. It gives the agent that terminal, adopts every orphan
among its descendants (a subreaper), and listens:

    it hears   interrupt            SIGINT to the agent's process group
               end WAIT GRACE       SIGINT, after WAIT seconds SIGTERM, after GRACE more SIGKILL
               linger TIME GRACE    the same without SIGINT, TIME seconds from now
               end of file          Janus is gone, however it went: end at once
    it says    started PID, failed ERRNO, exited CODE, killed SIGNAL

When the agent is gone what it left behind is ended, and then the guardian exits. It has one thread
and imports next to nothing, so that its fork is safe and its start costs milliseconds.
"""

from __future__ import annotations

# The public ctypes and signal make classes and enums of these, in 7 ms at every start of an agent.
import _ctypes
import _signal as signal  # type: ignore[import-not-found]
import fcntl
import os
import select
import sys
import termios
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
#: Signals that the terminal or its owner sends: they are meant for the agent.
IGNORED = [
    signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE,
    signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU,
]  # fmt: skip
GRACE = 5.0
GRACE_WITHOUT_JANUS = 2.0
TERMINAL = 2


def prctl(option: int, value: int) -> None:
    """Linux only; elsewhere double-forked orphans can get away."""
    try:
        call = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
    except (AttributeError, OSError):
        return
    _ctypes.call_function(call, (option, value, 0, 0, 0))


def start(argv: list[str], control: int) -> tuple[int, int]:
    """Start the agent as the foreground group of its terminal: its pid, and an errno or 0."""
    guardian = os.getpid()
    failed_r, failed_w = os.pipe()  # closed by a successful exec
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            os.tcsetpgrp(TERMINAL, os.getpgrp())
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guardian:
                os._exit(127)  # it died before it could be asked for
            for number in {*IGNORED, signal.SIGXFSZ, signal.SIGCHLD}:
                signal.signal(number, signal.SIG_DFL)
            os.close(control)
            os.execvp(argv[0], argv)
        except OSError as error:
            os.write(failed_w, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(failed_w)
    failure = int(os.read(failed_r, 16) or b"0")
    os.close(failed_r)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):  # so that the ends of the agent's pipes are the agent's alone
        os.dup2(nothing, fd)
    os.close(nothing)
    return pid, failure


def parents() -> list[tuple[int, int]]:
    """(pid, parent's pid) of every process."""
    if not os.path.exists("/proc/self/stat"):
        with os.popen("ps -A -o pid=,ppid=") as listing:
            return [(int(pid), int(above)) for pid, above in map(str.split, listing)]
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                stat = file.read()
        except OSError:
            continue  # gone meanwhile
        # The name, in parentheses, may hold anything, also a parenthesis.
        found.append((int(entry), int(stat.rpartition(b")")[2].split()[1])))
    return found


def descendants() -> list[int]:
    """Everything below this process, nearest first."""
    children: dict[int, list[int]] = {}
    for pid, above in parents():
        children.setdefault(above, []).append(pid)
    found = children.get(os.getpid(), [])
    for pid in found:  # grows while it is walked
        found.extend(children.get(pid, []))
    return found


def send(number: int, pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
            if number == signal.SIGTERM:
                os.kill(pid, signal.SIGCONT)  # a stopped process hears nothing else
        except OSError:
            pass  # gone meanwhile


class Guardian:
    """Carries out the steps that end an agent, each at its time.

    ``steps`` are (when, signal), soonest first; the clock is ``time.monotonic``.
    """

    def __init__(self, control: int, agent: int) -> None:
        self.control = control
        self.agent: int | None = agent
        self.steps: list[tuple[float, int]] = []
        self.heard = b""
        self.grace = GRACE

    def say(self, word: str, number: int) -> None:
        try:
            os.write(self.control, f"{word} {number}\n".encode())
        except OSError:
            pass  # Janus is gone; the end of file follows

    def plan(self, *steps: tuple[float, int]) -> None:
        """Take these steps, none of them later than it was planned before."""
        now = time.monotonic()
        before = {number: when for when, number in self.steps}
        sooner = [
            (min(now + delay, before.get(number, now + delay)), number) for delay, number in steps
        ]
        self.steps = sorted(sooner, key=lambda step: step[0])

    def listen(self) -> None:
        try:
            data = os.read(self.control, 4096)
        except ConnectionError:
            data = b""
        if not data:
            self.control = -1
            self.plan((0, signal.SIGTERM), (GRACE_WITHOUT_JANUS, signal.SIGKILL))
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            self.obey(*line.decode().split())

    def obey(self, word: str, wait: str = "0", grace: str = "") -> None:
        delay, self.grace = float(wait), float(grace or self.grace)
        if word == "interrupt":
            self.interrupt()
        elif word == "linger":
            self.plan((delay, signal.SIGTERM), (delay + self.grace, signal.SIGKILL))
        elif word == "end":
            self.interrupt()
            self.plan((delay, signal.SIGTERM), (delay + self.grace, signal.SIGKILL))

    def interrupt(self) -> None:
        if self.agent:
            try:
                os.killpg(self.agent, signal.SIGINT)
            except OSError:
                pass

    def reap(self) -> bool:
        """Collect the dead; False when nobody is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.agent:
                self.agent_left(os.waitstatus_to_exitcode(status))

    def agent_left(self, code: int) -> None:
        self.agent = None
        self.say(*(("exited", code) if code >= 0 else ("killed", -code)))
        if not self.steps or self.steps[0][1] != signal.SIGKILL:  # not asked to leave before
            self.plan((0, signal.SIGTERM), (self.grace, signal.SIGKILL))

    def step(self) -> None:
        while self.steps and self.steps[0][0] <= time.monotonic():
            _, number = self.steps.pop(0)
            send(number, descendants())
            if number == signal.SIGKILL:
                self.plan((0.01, number))  # again, until none is left: they may be forking
                return

    def watch(self, deaths: int) -> None:
        while self.reap():
            self.step()
            poll = select.poll()
            poll.register(deaths, select.POLLIN)
            if self.control >= 0:
                poll.register(self.control, select.POLLIN)
            wait = max(0.0, self.steps[0][0] - time.monotonic()) if self.steps else None
            ready = dict(poll.poll(None if wait is None else wait * 1000 + 1))
            if deaths in ready:
                os.read(deaths, 4096)
            if self.control in ready:
                self.listen()


def main() -> None:
    control, argv = int(sys.argv[1]), sys.argv[3:]
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    deaths, dying = os.pipe()
    os.set_blocking(dying, False)
    signal.set_wakeup_fd(dying, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    fcntl.ioctl(TERMINAL, termios.TIOCSCTTY, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    pid, failure = start(argv, control)
    guardian = Guardian(control, 0 if failure else pid)
    guardian.say(*(("failed", failure) if failure else ("started", pid)))
    guardian.watch(deaths)
