"""The network: addresses, the endpoint Janus listens on, and its certificates."""
