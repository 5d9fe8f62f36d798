"""Has a child that ignores SIGTERM and never stops having children, each instead of the last."""

import os
import signal

if os.fork() == 0:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    last = 0
    while True:
        child = os.fork()
        if child == 0:
            signal.pause()
        if last:
            os.kill(last, signal.SIGKILL)
            os.waitpid(last, 0)
        last = child
signal.pause()
