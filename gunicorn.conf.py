"""Makes ``gunicorn wsgi:app`` the same server as ``janus serve``."""

from janus.server import options, settings_or_exit

globals().update(options(settings_or_exit()))
