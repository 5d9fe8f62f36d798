"""Access: paired devices, pairing codes, and the policy of who may do what."""
