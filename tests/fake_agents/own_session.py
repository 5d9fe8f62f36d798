"""Has a child in a session of its own, out of the terminal's reach."""

import os
import signal

os.posix_spawn("/bin/sleep", ["sleep", "1000"], os.environ, setsid=True)
print("ready", flush=True)
signal.pause()
