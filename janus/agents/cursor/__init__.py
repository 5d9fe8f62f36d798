"""cursor-agent: its print mode, its configuration, and its own extensions of the protocol."""
