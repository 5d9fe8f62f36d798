"""The workspace and its git: worktrees and branches for isolated sessions."""
