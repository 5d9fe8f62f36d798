"""The log: lines for a person, or one JSON object per line; never a message's text or a secret.

    {"at", "level", "logger", "message", …FIELDS that the line has…, "error"?}

Lines about a session, an event in its life or a turn carry that in ``extra`` (see ``about``); the
request id is added to every line by itself.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import Any

from janus.clock import timestamp
from janus.config import Settings

#: What a line may carry besides its message. ``event`` is one of: created, restored, renamed,
#: deleted, spawned, turn_started, turn_finished, turn_failed, crashed, evicted, suspended, sent,
#: ended, worktree_made_anew, state_rebuilt, storage_failed, machine_joined, machine_left,
#: machine_revoked, fleet_command, fleet_refused, fleet_refilled.
FIELDS = ("event", "request_id", "session_id", "turn_id", "pid")
#: The id of the request that this thread serves.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
#: The id of the device that asked for it; of another machine's, ``MACHINE/DEVICE``.
device_id: ContextVar[str] = ContextVar("device_id", default="")
_TEXT = "%(asctime)s %(levelname)-7s %(message)s"


class JsonFormatter(logging.Formatter):
    """Formats each record as one JSON object."""

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
    """Adds the id of the current request to every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


def log_config(settings: Settings) -> dict[str, Any]:
    """Return the ``dictConfig`` that sends our lines and gunicorn's to stderr."""
    form = {"()": JsonFormatter} if settings.log_format == "json" else {"format": _TEXT}
    level = settings.log_level.upper()
    stderr = {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["request"]}
    # While all is well, gunicorn's lines are of use only for debugging it.
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
    """Return the ``extra`` of a log line about a session; see ``FIELDS``."""
    return {"session_id": session_id, "event": event, "turn_id": turn_id}
