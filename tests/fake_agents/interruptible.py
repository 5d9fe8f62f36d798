"""Says so when it is interrupted, and goes on."""

import os
import signal

# Not a handler and pause(): an interrupt between the two would be lost.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("ready", flush=True)
while True:
    signal.sigwait({signal.SIGINT})
    os.write(1, b"interrupted\n")
