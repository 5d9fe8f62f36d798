"""The WSGI application: ``gunicorn wsgi:app``, in the folder that holds ``gunicorn.conf.py``."""

from janus import create_app

app = create_app()
