"""What the user attaches to a message: taken in pieces, made acceptable, kept."""
