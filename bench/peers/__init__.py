"""Others that do what Janus does, measured beside it: one small file each."""
