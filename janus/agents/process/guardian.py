"""A tiny program between Janus and an agent, so that nothing the agent starts outlives it.

    Janus ──control socket──> guardian ──fork──> agent ──> whatever the agent starts

Forked in a session of its own, with the agent's pipes as descriptors 0 and 1 and its terminal as 2:
see ``forks.server``. It makes that the agent's controlling terminal, adopts every orphan among its
own descendants (a subreaper), and speaks lines over the control socket:

    receives   interrupt            SIGINT to the agent's process group
               end WAIT GRACE       SIGINT, after WAIT seconds SIGTERM, after GRACE more SIGKILL
               linger TIME GRACE    the same without SIGINT, TIME seconds from now
               signal NUMBER SINCE  a signal to all below the agent that began after SINCE (ticks)
               end of file          Janus is gone, for whatever reason: end everything at once
    sends      started PID, failed ERRNO, exited CODE, killed SIGNAL

When the agent is gone, the guardian ends whatever the agent left behind and exits. It has one
thread and imports next to nothing, so that its fork is safe and it needs little memory.
"""

from __future__ import annotations

# The public ctypes and signal wrap these in classes and enums, which costs memory.
import _ctypes
import _signal as signal  # type: ignore[import-not-found]
import errno
import fcntl
import os
import select
import termios
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
#: Signals from the terminal or its owner. They are meant for the agent.
IGNORED = [
    signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE,
    signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU,
]  # fmt: skip
GRACE = 5.0
GRACE_WITHOUT_JANUS = 2.0
TERMINAL = 2


def prctl(option: int, value: int) -> None:
    """Set a process option. Works on Linux only; elsewhere double-forked orphans can escape."""
    try:
        call = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
    except (AttributeError, OSError):
        return
    _ctypes.call_function(call, (option, value, 0, 0, 0))


def start(
    argv: list[bytes], cwd: bytes, environ: dict[bytes, bytes], control: int
) -> tuple[int, int]:
    """Start the agent as the foreground group of its terminal; return its pid, and errno or 0."""
    guardian = os.getpid()
    failed_r, failed_w = os.pipe()  # closed by a successful exec
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            os.tcsetpgrp(TERMINAL, os.getpgrp())
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guardian:
                os._exit(127)  # the guardian died before PDEATHSIG was set
            for number in {*IGNORED, signal.SIGXFSZ, signal.SIGCHLD}:
                signal.signal(number, signal.SIG_DFL)
            os.close(control)
            os.chdir(cwd)
            os.execvpe(argv[0], argv, environ)
        except (OSError, ValueError) as error:  # such as a NUL in an argument
            os.write(failed_w, str(getattr(error, "errno", errno.EINVAL)).encode())
        finally:
            os._exit(127)
    os.close(failed_w)
    failure = int(os.read(failed_r, 16) or b"0")
    os.close(failed_r)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):  # so that only the agent holds its ends of the pipes
        os.dup2(nothing, fd)
    os.close(nothing)
    return pid, failure


def processes() -> list[tuple[int, int, int]]:
    """Return the pid, the parent's pid and the start (in ticks, where known) of every process."""
    if not os.path.exists("/proc/self/stat"):
        with os.popen("ps -A -o pid=,ppid=") as listing:
            return [(int(pid), int(above), 0) for pid, above in map(str.split, listing)]
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                stat = file.read()
        except OSError:
            continue  # it has exited
        # The name, in parentheses, may contain anything, even a parenthesis.
        fields = stat.rpartition(b")")[2].split()
        # One that has exited and was not reaped is as if it had begun before all others.
        found.append((int(entry), int(fields[1]), 0 if fields[0] == b"Z" else int(fields[19])))
    return found


def descendants(root: int, since: int = 0) -> list[int]:
    """Return the pids of all descendants of a process that began *since*, nearest first."""
    children: dict[int, list[int]] = {}
    began: dict[int, int] = {}
    for pid, above, start in processes():
        children.setdefault(above, []).append(pid)
        began[pid] = start
    pids = children.get(root, [])
    for pid in pids:  # the list grows during the walk
        pids.extend(children.get(pid, []))
    return [pid for pid in pids if began[pid] >= since]


def send(number: int, pids: list[int]) -> None:
    """Send a signal to each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
            if number == signal.SIGTERM:
                os.kill(pid, signal.SIGCONT)  # a stopped process handles nothing else
        except OSError:
            pass  # it has exited


class Guardian:
    """Reports how the agent ended, and sends the signals that end it, each when it is due.

    ``steps`` are (when, signal), soonest first, by ``time.monotonic``.
    """

    def __init__(self, control: int, agent: int) -> None:
        self.control = control
        self.agent: int | None = agent
        self.steps: list[tuple[float, int]] = []
        self.received = b""
        self.grace = GRACE

    def report(self, word: str, number: int) -> None:
        """Send a line to Janus."""
        try:
            os.write(self.control, f"{word} {number}\n".encode())
        except OSError:
            pass  # Janus is gone; the end of file follows

    def schedule(self, *steps: tuple[float, int]) -> None:
        """Replace the steps by these (delay, signal), none of them later than before."""
        now = time.monotonic()
        before = {number: when for when, number in self.steps}
        sooner = [
            (min(now + delay, before.get(number, now + delay)), number) for delay, number in steps
        ]
        self.steps = sorted(sooner, key=lambda step: step[0])

    def receive(self) -> None:
        """Read what Janus sent, and execute each whole line of it."""
        try:
            data = os.read(self.control, 4096)
        except ConnectionError:
            data = b""
        if not data:
            self.control = -1
            self.schedule((0, signal.SIGTERM), (GRACE_WITHOUT_JANUS, signal.SIGKILL))
        *lines, self.received = (self.received + data).split(b"\n")
        for line in lines:
            self.execute(*line.decode().split())

    def execute(self, word: str, wait: str = "0", grace: str = "") -> None:
        """Execute one command; the times are in seconds."""
        if word == "signal":
            send(
                int(wait),
                [pid for pid in descendants(os.getpid(), int(grace)) if pid != self.agent],
            )
            return
        delay, self.grace = float(wait), float(grace or self.grace)
        if word in ("interrupt", "end"):
            self.interrupt()
        if word in ("linger", "end"):
            self.schedule((delay, signal.SIGTERM), (delay + self.grace, signal.SIGKILL))

    def interrupt(self) -> None:
        """Send SIGINT to the agent's process group."""
        if self.agent:
            try:
                os.killpg(self.agent, signal.SIGINT)
            except OSError:
                pass

    def reap(self) -> bool:
        """Reap children that have exited; False when none is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.agent:
                self.agent_exited(os.waitstatus_to_exitcode(status))

    def agent_exited(self, code: int) -> None:
        """Report it, and end whatever the agent left behind."""
        self.agent = None
        self.report(*(("exited", code) if code >= 0 else ("killed", -code)))
        if not self.steps or self.steps[0][1] != signal.SIGKILL:  # unless its end was under way
            self.schedule((0, signal.SIGTERM), (self.grace, signal.SIGKILL))

    def run_due_steps(self) -> None:
        """Send the signals whose time has come."""
        while self.steps and self.steps[0][0] <= time.monotonic():
            _, number = self.steps.pop(0)
            send(number, descendants(os.getpid()))
            if number == signal.SIGKILL:
                self.schedule((0.01, number))  # repeat until none is left: they may be forking
                return

    def run(self, child_exits: int) -> None:
        """Serve until no child is left; *child_exits* becomes readable when one has exited."""
        while self.reap():
            self.run_due_steps()
            poll = select.poll()
            poll.register(child_exits, select.POLLIN)
            if self.control >= 0:
                poll.register(self.control, select.POLLIN)
            wait = max(0.0, self.steps[0][0] - time.monotonic()) if self.steps else None
            ready = dict(poll.poll(None if wait is None else wait * 1000 + 1))
            if child_exits in ready:
                os.read(child_exits, 4096)
            if self.control in ready:
                self.receive()


def serve(control: int, argv: list[bytes], cwd: bytes, environ: dict[bytes, bytes]) -> None:
    """Start the agent, and stay until everything it started is gone."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    child_exits, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    fcntl.ioctl(TERMINAL, termios.TIOCSCTTY, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    pid, failure = start(argv, cwd, environ, control)
    guardian = Guardian(control, 0 if failure else pid)
    guardian.report(*(("failed", failure) if failure else ("started", pid)))
    guardian.run(child_exits)
