"""Has fifty children."""

import os
import signal

for _ in range(50):
    os.posix_spawn("/bin/sleep", ["sleep", "1000"], os.environ)
print("ready", flush=True)
signal.pause()
