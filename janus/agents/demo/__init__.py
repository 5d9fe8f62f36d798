"""janus-demo-agent: answers questions about a workspace by searching and quoting it, offline."""
