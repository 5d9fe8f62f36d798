"""What changed between two trees: which files, how much, and line by line."""
