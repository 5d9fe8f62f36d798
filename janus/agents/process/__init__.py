"""One agent process on a pexpect pty, under a guardian. No other package knows pexpect."""
