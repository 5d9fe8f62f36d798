"""Janus as a service of its owner's login: described for systemd and launchd, and nothing more."""
