"""A tiny program that runs another one, and ends it with all it started when Janus is gone.

Forked in a session of its own, see ``forks.server``; the other end of its control socket is Janus.
Hooks of git run as long as they please: without this they would outlive a Janus that is killed. It
sends ``exited CODE``; or ``failed ERRNO`` where the program cannot start, ``nowhere ERRNO`` where
its folder cannot be entered. It stays until that is heard: so long nobody else has its pid.
"""

from __future__ import annotations

# See ``forks.server``.
import _signal as signal  # type: ignore[import-not-found]
import errno
import os
import select
import time

#: Seconds in which the command may end by itself: git that is ended in the moment in which it makes
#: a lock file leaves that behind.
LINGER = 0.3
#: Seconds it then gets to take its lock files away before it is killed.
GRACE = 1.0


def serve(control: int, argv: list[bytes], cwd: bytes, environ: dict[bytes, bytes]) -> None:
    """Exit when the command has, or with all it started once nobody holds the control any more."""
    exits, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # for the others of the group
    pid = _started(control, argv, cwd, environ)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(exits, select.POLLIN)
    while True:
        ready = dict(poll.poll())
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            _tell(control, f"exited {code if code >= 0 else 128 - code}")
        if control in ready:
            poll.unregister(control)
            poll.poll(LINGER * 1000)
            os.killpg(0, signal.SIGTERM)
            time.sleep(GRACE)
            os.killpg(0, signal.SIGKILL)
        if exits in ready:
            os.read(exits, 4096)


def _started(control: int, argv: list[bytes], cwd: bytes, environ: dict[bytes, bytes]) -> int:
    failed_r, failed_w = os.pipe()  # closed by a successful exec
    pid = os.fork()
    if pid == 0:
        word = "nowhere"
        try:
            for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            os.close(control)
            os.chdir(cwd)
            word = "failed"
            os.execvpe(argv[0], argv, environ)
        except (OSError, ValueError) as error:  # such as a NUL in an argument
            os.write(failed_w, f"{word} {getattr(error, 'errno', errno.EINVAL)}".encode())
        finally:
            os._exit(127)
    os.close(failed_w)
    if failure := os.read(failed_r, 64):
        _tell(control, failure.decode())
    os.close(failed_r)
    return pid


def _tell(control: int, words: str) -> None:
    """Say how it ended, wait until that is heard, and exit."""
    try:
        os.write(control, f"{words}\n".encode())
        os.read(control, 1)
    except OSError:
        pass  # Janus is gone
    finally:
        os._exit(0)
