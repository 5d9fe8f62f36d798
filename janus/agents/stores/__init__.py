"""The conversations that agents keep themselves: read as they are, and never written."""
