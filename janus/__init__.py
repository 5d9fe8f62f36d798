"""Janus: a doorway from your phone to the coding agent on your own computer."""

__version__ = "0.2.0"
