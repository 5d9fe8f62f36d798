"""Leaves with 3, while a grandchild that ignores SIGTERM goes on talking in its place."""

import os
import signal

print("ready", flush=True)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    os._exit(3)
if os.fork():
    os._exit(0)
os.execlp("yes", "yes", "not the agent")
