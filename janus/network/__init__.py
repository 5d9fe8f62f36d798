"""Where Janus listens, and the certificates with which it does."""
