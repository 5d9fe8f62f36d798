"""Puts a child in front, as shells do, and tells what Ctrl-C did to it."""

import os
import signal

signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.posix_spawn("/bin/sleep", ["sleep", "1000"], os.environ, setpgroup=0)
os.tcsetpgrp(2, child)
print("ready", flush=True)
_, status = os.wait()
if os.WTERMSIG(status) == signal.SIGINT:
    print("the one in front was interrupted", flush=True)
signal.pause()
