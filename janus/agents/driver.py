"""What the drivers of all protocols share: the conversation, and what is told of it."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from msgspec.structs import replace

from janus.agents.agent import Recap
from janus.agents.attached import Attached
from janus.agents.cleaning import CleanEmit
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed
from janus.model import Conversation
from janus.model.events import AgentNotice, ConversationOpened, Emit, Remark

log = logging.getLogger(__name__)

#: An id comes from an agent's output or from a file and goes to an agent's command line. One that
#: begins with a dash would be an option there.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_FORGOTTEN = "The agent does not remember this conversation. It begins a new one"


def deaf(label: str, what: str) -> Remark:
    """What is told of an agent that Janus ended because it did *what*."""
    return Remark(
        str(uuid.uuid4()),
        f"{label} {what}, so Janus ended it, with all it ran. Your next message starts it again, "
        "and the conversation goes on.",
    )


class Driver(ABC):
    """A conversation with an agent; ``_lock`` guards ``_stopped`` and what subclasses say."""

    def __init__(
        self,
        agent: InstalledAgent,
        cwd: Path,
        name: str,
        emit: Emit,
        conversation: Conversation | None = None,
        *,
        recap: Recap = lambda: "",
    ) -> None:
        self.conversation = conversation.id if conversation else None
        self._agent = agent
        self._cwd = cwd
        self._name = name
        self._emit = CleanEmit(emit)
        self._recap = recap
        self._preface = ""  # what precedes prompts, until one of them has been answered
        self._lock = threading.Lock()
        self._stopped = False

    def prompt(
        self,
        turn_id: str,
        text: str,
        limit: float,
        cancelled: Event,
        attached: Sequence[Attached] = (),
    ) -> str:
        """Run one turn; see ``Agent.prompt``."""
        try:
            return self._turn(turn_id, text, limit, cancelled, attached)
        except AgentFailed:
            if cancelled.is_set():
                return "cancelled"
            raise
        finally:
            self._emit.flush()

    @abstractmethod
    def _turn(
        self,
        turn_id: str,
        text: str,
        limit: float,
        cancelled: Event,
        attached: Sequence[Attached],
    ) -> str:
        """The same, but what fails after it was cancelled has just failed."""

    def _with_recap(self, text: str) -> str:
        return f"{self._preface}\n\n{text}" if self._preface else text

    def _is_malformed(self) -> bool:
        """Whether the id of the conversation may be anything: it is not continued."""
        if self.conversation is None or _WELL_FORMED.fullmatch(self.conversation):
            return False
        if self.conversation:  # one without an id was held on another machine
            log.warning(
                "Agent %s: its conversation has a malformed id, a new one begins", self._name
            )
        return True

    def _has_forgotten(self, turn_id: str | None) -> None:
        """A new conversation begins although there was one: the user is told so."""
        self._preface = self._recap()
        given = ", and Janus gave it what was said so far" if self._preface else ""
        self._emit(AgentNotice(f"{_FORGOTTEN}{given}.", turn_id))

    def _opened(self, opened: ConversationOpened) -> None:
        shown = opened.id if _WELL_FORMED.fullmatch(opened.id) else ""
        self._emit(replace(opened, agent=self._agent.spec.name, id=shown))
