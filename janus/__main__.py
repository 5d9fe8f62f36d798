"""``python -m janus``."""

from janus.cli.commands import main

main()
