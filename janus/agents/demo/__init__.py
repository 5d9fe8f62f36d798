"""janus-demo-agent: answers questions about a workspace by searching and quoting it, offline.

answer.converse ──Step, Step, …──> print_mode, or acp ──> stdout
                <───── may I? ────                acp <── stdin
"""

VERSION = "demo-0.1.0"
