"""Ignores Ctrl-C."""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready", flush=True)
signal.pause()
