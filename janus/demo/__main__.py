"""The program: ``janus-demo-agent acp``, which Janus runs as ``python -m janus.demo acp``."""

import os
import signal
import sys

from janus.demo.server import serve


def main() -> None:
    """Speak ACP until stdin ends, then leave at once."""
    if sys.argv[1:] not in ([], ["acp"]) or sys.stdin.isatty():
        sys.exit("This program speaks the Agent Client Protocol on its stdin: janus-demo-agent acp")
    # Python's own handler would have to wait for the thread that reads.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    serve()
    os._exit(0)  # sys.exit would flush, and wait for a client that has stalled


if __name__ == "__main__":
    main()
