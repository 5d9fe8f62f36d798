"""janus-demo-agent: answers questions about a workspace by searching and quoting it, offline.

__main__ ──> answer.converse ──Step, Step, …──> print_mode ──> stdout
"""
