"""The server: gunicorn with our settings and our worker."""
