"""The log: lines for a person, or one JSON object a line. Never what was said, nor a secret."""

from __future__ import annotations

import json
import logging
from typing import Any

from janus.config import Settings
from janus.events import timestamp

_TEXT = "%(asctime)s %(levelname)-7s %(message)s"


class JsonFormatter(logging.Formatter):
    """``{"at", "level", "logger", "message", "error"?}``"""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": timestamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def log_config(settings: Settings) -> dict[str, Any]:
    """For ``logging.config.dictConfig``, ours and gunicorn's lines alike, to stderr."""
    form = {"()": JsonFormatter} if settings.log_format == "json" else {"format": _TEXT}
    level = settings.log_level.upper()
    # What gunicorn says when all is well concerns nobody who does not debug it.
    gunicorn = {"level": level if level == "DEBUG" else "WARNING", "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": form},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "janus": {"level": level},
            "gunicorn.error": {**gunicorn, "handlers": []},
            "gunicorn.access": {"level": "WARNING", "handlers": []},
        },
    }
