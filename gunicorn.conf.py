"""Makes ``gunicorn wsgi:app`` the same server as ``janus serve``."""

from janus.server.gunicorn_app import options, settings_or_exit

globals().update(options(settings_or_exit()))
