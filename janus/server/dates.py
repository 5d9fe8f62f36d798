"""Keep gunicorn answering while the computer's clock stands where no date can be written."""

from __future__ import annotations

import time

from gunicorn import util

from janus.clock import possible

_http_date = util.http_date


def tolerate_any_clock() -> None:
    """To be called in the worker, before it answers: each answer has a date."""

    def date(timestamp: float | None = None) -> str:
        return str(_http_date(possible(time.time() if timestamp is None else timestamp)))

    util.http_date = date
