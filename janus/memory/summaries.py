"""What Janus remembers of ended sessions: ``.janus/conversation-summaries/YYYY-MM-DD-HH-MM.md``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path

from janus.clock import possible
from janus.conversation.summary import Summary
from janus.logs import about
from janus.model import SessionInfo

log = logging.getLogger(__name__)

FOLDER = "conversation-summaries"
_MOST_FILES = 20
_PUNCTUATION = "()[]{}<>,;:'\"`*!?"


def save_summary(
    save_new: Callable[[str, str, str], str], workspace: Path, info: SessionInfo, summary: Summary
) -> str:
    """Write down what a session was about; the name of the file, "" if that was not possible.

    *save_new* is that of ``PublishedFolder``.
    """
    name = f"{datetime.fromtimestamp(possible(info.last_activity)):%Y-%m-%d-%H-%M}.md"
    told = about(info.session_id)
    try:
        name = save_new(FOLDER, name, _markdown(info, summary, workspace))
    except OSError as failure:
        log.error("Session %s: cannot save its summary: %s", info.session_id, failure, extra=told)
        return ""
    log.info("Session %s: summary saved as %s", info.session_id, name, extra=told)
    return name


def _markdown(info: SessionInfo, summary: Summary, workspace: Path) -> str:
    said = summary.conversation
    began = datetime.fromtimestamp(possible(info.created_at))
    minutes = round((info.last_activity - info.created_at) / 60)
    questions = [message.content for message in said if message.role == "user"]
    files = mentioned_files((message.content for message in said), workspace)
    return "\n".join(
        [
            f"# Conversation of {began:%Y-%m-%d %H:%M}",
            "",
            f"- Agent: {info.agent}",
            f"- Duration: {minutes} min",
            f"- Questions asked: {len(questions)}",
            f"- Session: {info.session_id}",
            "",
            "## Summary" if summary.by_agent else "## Summary (from the log, not by the agent)",
            "",
            summary.text,
            "",
            "## Questions",
            "",
            *(f"- {' '.join(question.split())[:200]}" for question in questions),
            "",
            "## Files mentioned",
            "",
            *(f"- {file}" for file in files or ["none"]),
            "",
        ]
    )


def mentioned_files(texts: Iterable[str], workspace: Path) -> list[str]:
    """The files of the workspace that *texts* name, in their order, 20 at most."""
    words = (word.strip(_PUNCTUATION) for text in texts for word in text.split())
    paths = dict.fromkeys(word.rstrip(".").partition(":")[0] for word in words)
    named = (path for path in paths if ("." in path or "/" in path) and _is_inside(path, workspace))
    return list(islice(named, _MOST_FILES))


def _is_inside(path: str, workspace: Path) -> bool:
    try:
        file = (workspace / path).resolve()
        return file.is_relative_to(workspace) and file.is_file()
    except (OSError, ValueError):
        return False  # too long for a name, or no name at all
