"""What the owner writes for new sessions: ``.janus/*.md`` in the workspace.

They are read as text and no further than they are told; nothing that is a link, no plain file, or
another user's is opened. ``write_templates`` begins them, and replaces nothing.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from janus.errors import JanusError
from janus.storage.folder import Folder, NotOurs
from janus.workspace.held import HeldWorkspace
from janus.workspace.published import NAME

log = logging.getLogger(__name__)

#: Bytes of each that are read: many times what a session is told.
_READ = 1 << 16
TEMPLATES = {
    "system-prompt.md": """\
# How I like to be answered

<!-- Janus tells every new session what stands here, outside of such comments. For example:
     Answer in German. Ask before you add a dependency. -->
""",
    "project-overview.md": """\
# What this project is

<!-- A few sentences that an agent would have to find out otherwise: what it is for, where the
     main parts are, how it is built and tested. -->
""",
    "active-context.md": """\
# What I work on

<!-- What is going on this week, and what is decided already. Keep it short: all three files and
     what earlier sessions left share 4 kB. -->
""",
}


def read_context_files(held: HeldWorkspace) -> list[tuple[str, str]]:
    """The names and texts of those that say something."""
    found = []
    try:
        with held.open() as workspace, workspace.folder(NAME) as folder:
            for name in TEMPLATES:
                if text := _text(folder, name):
                    found.append((name, text))
    except FileNotFoundError:
        pass
    except (OSError, JanusError) as failure:
        log.warning("The context files in %s are not read: %s", held.path / NAME, failure)
    return found


def write_templates(workspace: Path) -> list[str]:
    """Write those that are not there, and return their names. Raises OSError."""
    with Folder.open(workspace, follow=True) as top, top.folder(NAME, make=True) as folder:
        return [name for name, text in TEMPLATES.items() if folder.create(name, text.encode())]


def _text(folder: Folder, name: str) -> str:
    try:
        with folder.opened(name) as fd:
            if os.fstat(fd).st_nlink != 1:
                raise NotOurs(f"{folder.path / name} has another name elsewhere")
            data = os.read(fd, _READ)
    except FileNotFoundError:
        return ""
    except OSError as failure:
        log.warning("%s is not read: %s", folder.path / name, failure.strerror)
        return ""
    return _said(data.decode("utf-8-sig", "replace"))


def _said(text: str) -> str:
    """The text without comments; nothing if only headings are left."""
    first, *comments = text.split("<!--")
    said = "".join([first, *(comment.partition("-->")[2] for comment in comments)])
    lines = [line.strip() for line in said.splitlines()]
    return said.strip() if any(line and not line.startswith("#") for line in lines) else ""
