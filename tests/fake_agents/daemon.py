"""Starts a daemon by the book: forked twice, in a session of its own."""

import os
import signal

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execlp("sleep", "sleep", "1000")
    os._exit(0)
os.wait()
print("ready", flush=True)
signal.pause()
