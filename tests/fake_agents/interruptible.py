"""Says so when it is interrupted, and goes on."""

import os
import signal

signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\n"))
print("ready", flush=True)
while True:
    signal.pause()
