"""Let the work in: commit, discard, merge, push, a pull request; each can be undone."""
