"""The files of a session: found by a few letters, and read."""
