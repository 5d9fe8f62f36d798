"""Has a child in a session of its own that never stops writing on the terminal."""

import os
import signal

if os.fork() == 0:
    os.setsid()
    os.dup2(2, 1)
    os.execlp("yes", "yes")
print("ready", flush=True)
signal.pause()
