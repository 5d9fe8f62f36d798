"""The command line of cursor-agent's print mode.

cursor-agent -p --output-format stream-json --stream-partial-output --trust
             [--resume=ID] [-- PROMPT]
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

log = logging.getLogger(__name__)

PARTIAL, TRUST = "--stream-partial-output", "--trust"
#: The kernel takes 128 KiB an argument. Longer prompts go to stdin, which most builds read.
_LONGEST_ARGUMENT = 120_000
_UNKNOWN_OPTION = re.compile(r"unknown option '(--[a-z-]+)'")
_CONFIG_RACE = "cli-config.json.tmp"


def fits(prompt: str) -> bool:
    """Whether a prompt can be an argument."""
    return len(prompt.encode()) <= _LONGEST_ARGUMENT


class Command:
    """How the program is called, with the options that this build knows."""

    def __init__(self, program: Sequence[str]) -> None:
        self._program = program
        self._options = [PARTIAL, TRUST]

    @property
    def is_partial(self) -> bool:
        """Whether the answer comes in deltas."""
        return PARTIAL in self._options

    def argv(self, conversation: str | None, prompt: str) -> list[str]:
        """The arguments for one turn; the *conversation* is part of its option, and never one."""
        argv = [*self._program, "-p", "--output-format", "stream-json", *self._options]
        if conversation:
            argv.append(f"--resume={conversation}")
        if fits(prompt):
            argv += ["--", prompt]  # without "--" a prompt that begins with a dash is an option
        return argv

    def adapt(self, complaint: str) -> bool:
        """Whether another try may go better than the one that ended with this *complaint*."""
        unknown = _UNKNOWN_OPTION.search(complaint)
        if unknown and unknown[1] in self._options:
            log.info("%s does not know %s; leaving it out", self._program[0], unknown[1])
            self._options.remove(unknown[1])
            return True
        return _CONFIG_RACE in complaint  # builds before 2026.07 race for it when two start at once
