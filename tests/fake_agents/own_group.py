"""Has a child in a process group of its own, as shells do."""

import os
import signal

os.posix_spawn("/bin/sleep", ["sleep", "1000"], os.environ, setpgroup=0)
print("ready", flush=True)
signal.pause()
