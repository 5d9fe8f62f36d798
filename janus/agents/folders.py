"""Where Cursor keeps what it knows and Janus what it has made, and how a file there is written."""

from __future__ import annotations
