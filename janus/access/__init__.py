"""Who may use Janus: devices, pairing codes, and what each may do."""
