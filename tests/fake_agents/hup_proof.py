"""Has a child that ignores SIGHUP and SIGTERM."""

import os
import signal

ours = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGTERM)}
if os.fork() == 0:
    os.execlp("sleep", "sleep", "1000")
for number, handler in ours.items():
    signal.signal(number, handler)
print("ready", flush=True)
signal.pause()
