"""Starts something with nohup, to outlive its terminal."""

import os
import signal

os.posix_spawn("/usr/bin/nohup", ["nohup", "sleep", "1000"], os.environ, setpgroup=0)
print("ready", flush=True)
signal.pause()
