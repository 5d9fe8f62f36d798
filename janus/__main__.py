"""``python -m janus``."""

from janus.cli import main

main()
