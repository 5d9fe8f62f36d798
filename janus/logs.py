"""The log: lines for a person, or one JSON object a line. Never what was said, nor a secret.

    {"at", "level", "logger", "message", …FIELDS that the line has…, "error"?}

Whoever logs something about a session, an event in its life or a turn says so in ``extra``; the
request is known by itself.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import Any

from janus.clock import timestamp
from janus.config import Settings

#: What a line may carry beside its message. ``event`` is a word of: created, restored, renamed,
#: spawned, turn_started, turn_finished, turn_failed, crashed, evicted, suspended, ended,
#: state_rebuilt, storage_failed.
FIELDS = ("event", "request_id", "session_id", "turn_id", "pid")
#: The request that this thread serves.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_TEXT = "%(asctime)s %(levelname)-7s %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        given = {name: getattr(record, name, None) for name in FIELDS}
        entry = {
            "at": timestamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in given.items() if value is not None},
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class RequestFilter(logging.Filter):
    """Tells every line the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


def log_config(settings: Settings) -> dict[str, Any]:
    """For ``logging.config.dictConfig``, ours and gunicorn's lines alike, to stderr."""
    form = {"()": JsonFormatter} if settings.log_format == "json" else {"format": _TEXT}
    level = settings.log_level.upper()
    stderr = {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["request"]}
    # What gunicorn says when all is well concerns nobody who does not debug it.
    gunicorn = {"level": level if level == "DEBUG" else "WARNING", "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": RequestFilter}},
        "formatters": {"lines": form},
        "handlers": {"stderr": stderr},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "janus": {"level": level},
            "gunicorn.error": {**gunicorn, "handlers": []},
            "gunicorn.access": {"level": "WARNING", "handlers": []},
        },
    }


def about(session_id: str, event: str | None = None, turn_id: str | None = None) -> dict[str, Any]:
    """``extra`` for a line of the log about a session; see ``logs.FIELDS``."""
    return {"session_id": session_id, "event": event, "turn_id": turn_id}
