"""The Agent Client Protocol (version 1): one process for many turns, which asks its user."""
