"""The WSGI application: ``gunicorn wsgi:app``, in the folder that holds ``gunicorn.conf.py``."""

from janus.server.gunicorn_app import app_or_exit

app = app_or_exit()
