"""What happened in a session, and what it amounts to."""
