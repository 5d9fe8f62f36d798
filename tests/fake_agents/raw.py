"""Puts its terminal in raw mode, where Ctrl-C is a character like any other."""

import os
import signal
import tty

tty.setraw(2)
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\n"))
print("ready", flush=True)
while True:
    signal.pause()
