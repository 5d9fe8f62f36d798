"""What the agents of other machines ask, and the answers to it: decided on where the session is."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any

from janus.conversation.shown import State
from janus.fleet.commands import Commands
from janus.fleet.mirror import Mirror
from janus.model import ReadOut, SessionInfo


class RemoteAnswers:
    """See ``Answers`` in sessions for what each call does. All raise MachineAway."""

    _mirror: Mirror
    _commands: Commands

    def read_out(self, session_id: str, request_id: str) -> ReadOut:
        """With the name of the machine: who says yes knows where it is done."""
        info = self.get(session_id)
        found: ReadOut = self._commands.send(
            info.machine, "read_out", session_id, request_id=request_id
        )
        machines = self._mirror.machines()
        name = next((it.name for it in machines if it.machine_id == info.machine), info.machine)
        return replace(found, words=f"On {name}. {found.words}")

    def answer(
        self,
        session_id: str,
        request_id: str,
        option_id: str,
        answers: dict[str, Any] | None = None,
        **spoken: Any,
    ) -> State:
        """What was *spoken* goes along; a machine that knows nothing of that refuses it."""
        given = {"request_id": request_id, "option_id": option_id, "answers": answers, **spoken}
        return self._led(self.get(session_id), "answer", **given)

    @abstractmethod
    def get(self, session_id: str) -> SessionInfo: ...

    @abstractmethod
    def _led(self, info: SessionInfo, verb: str, **arguments: Any) -> State: ...
