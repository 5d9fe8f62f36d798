"""Goes by a name that looks like the end of its line in /proc, and so does its detached child."""

import os
import signal
from pathlib import Path

Path("/proc/self/comm").write_text(") S 1 1 (")
if os.fork() == 0:
    os.setsid()
    signal.pause()
print("ready", flush=True)
signal.pause()
