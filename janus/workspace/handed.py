"""Files handed to an agent that takes no other way: ``<its folder>/.janus/attachments/<session>``.

They are copies that Janus has made, in folders in which nothing shows in ``git status``: each hides
itself, whatever the rules of the repository are. No link is followed on the way, and nothing is
overwritten.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path

from janus.errors import JanusError, StorageFailed
from janus.model import check_id
from janus.storage.folder import Folder
from janus.workspace.held import HeldWorkspace
from janus.workspace.published import NAME

log = logging.getLogger(__name__)

_FOLDER = "attachments"
_IGNORE = ".gitignore"
_UNFIT = re.compile(r"[^\w.()+-]+")


class HandedFiles:
    """Puts copies into the folders of sessions, and removes them."""

    def __init__(self, held: HeldWorkspace) -> None:
        self._held = held

    def put(self, folder: Path, session_id: str, id: str, name: str, content: bytes) -> str:
        """Where the file is now, from the session's *folder*; it may be there already.

        Raises StorageFailed.
        """
        name = f"{id[:8]}-{_UNFIT.sub('_', name)}"
        try:
            with self._attachments(folder, make=True) as top:
                top.create(_IGNORE, b"*\n")
                with top.folder(check_id(session_id), make=True) as own:
                    if not own.create(name, content) and own.read(name) != content:
                        raise StorageFailed(f"Something else is in the place of {name}.")
        except OSError as failure:
            raise StorageFailed(
                f"The attachment cannot be put into the agent's folder: {failure.strerror}."
            ) from failure
        return f"{NAME}/{_FOLDER}/{session_id}/{name}"

    def forget(self, session_id: str) -> bool:
        """Remove what a session was handed in the workspace itself; False if that cannot be now.

        What is in a worktree goes with that.
        """
        try:
            with self._attachments(self._held.path) as top:
                with top.folder(check_id(session_id)) as own:
                    for name in own.names():
                        own.remove(name)
                top.remove_folder(session_id)
        except FileNotFoundError:
            return True
        except (OSError, JanusError) as failure:
            log.warning("Attachments of session %s are still there: %s", session_id, failure)
            return False
        return True

    @contextlib.contextmanager
    def _attachments(self, folder: Path, *, make: bool = False) -> Iterator[Folder]:
        """The open folder, reached from the held workspace step by step."""
        try:
            steps = folder.relative_to(self._held.path).parts
        except ValueError:
            raise StorageFailed(f"The folder {folder} is not in the workspace.") from None
        with contextlib.ExitStack() as stack:
            here = stack.enter_context(self._held.open())
            for step in steps:
                here = stack.enter_context(here.folder(step))
            for step in (NAME, _FOLDER):
                here = stack.enter_context(here.folder(step, make=make))
            yield here
