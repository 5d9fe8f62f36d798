"""janus-demo-agent: answers questions about a workspace by searching and quoting it, offline.

    stdin  ──> server ── session/prompt ──> answer ──> finding, search ──> workspace
    stdout <── server <── session/update ── turn <────────┘

A program of its own: it imports nothing else of Janus, and little of the library, because it
starts with every session.
"""
