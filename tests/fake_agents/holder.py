"""Leaves with 3, while a grandchild that ignores SIGTERM holds its stdout and its terminal."""

import os
import signal

print("ready", flush=True)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    os._exit(3)
if os.fork():
    os._exit(0)
os.execlp("sleep", "sleep", "1000")
