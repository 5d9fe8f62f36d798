"""The command line of Janus, a client of its HTTP API."""
