"""One agent process on a pexpect pty under its guardian; the only package that knows pexpect."""
