"""The ids that agents give to conversations, as far as Janus passes them on.

An id comes from an agent's output or from a file and goes to an agent's command line. One that
begins with a dash would be an option there.
"""

from __future__ import annotations

import re

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")


def is_well_formed(id: str) -> bool:
    """Whether a conversation of this id can be continued."""
    return _WELL_FORMED.fullmatch(id) is not None
