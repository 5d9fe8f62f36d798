"""What an ACP agent asks of its client: a question for the user, or answered at once.

session/request_permission, elicitation/create,
cursor/ask_question, cursor/create_plan              a question
cursor/update_todos, cursor/task, …                  acknowledged: the plan, what a step is about
anything else                                        there is no such method
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from janus.agents.acp.dialogue import Dialogue
from janus.agents.acp.jsonrpc import METHOD_NOT_FOUND, Json, Reply, failure, result
from janus.agents.acp.question_kinds import elicitation, permission, tool_questions
from janus.agents.acp.questions import Question, Questions
from janus.agents.cursor.questions import cursor_plan, cursor_question
from janus.model.events import Emit

#: Cursor sends these with an id although it wants no answer; without one it waits for ever.
_ACKNOWLEDGED = ("cursor/update_todos", "cursor/task", "cursor/generate_image")
#: What the agent gets for a question that cannot be shown.
_NOT_SHOWN: dict[str, Json] = {
    "elicitation/create": {"action": "decline"},
    "cursor/ask_question": {
        "outcome": {"outcome": "skipped", "reason": "The question cannot be shown."}
    },
}


class Requests:
    """The requests of one agent, handled on the reader thread."""

    def __init__(
        self, emit: Emit, dialogue: Dialogue, is_cancelling: Callable[[str | None], bool]
    ) -> None:
        """*is_cancelling* tells whether a turn is asked to end: then nobody answers."""
        self.questions = Questions(emit, self._decided)
        self._dialogue = dialogue
        self._is_cancelling = is_cancelling

    def handle(self, call: Any, method: str, params: Json, reply: Reply) -> None:
        """Answer the request *call*, or put it to the user."""
        turn_id = self._dialogue.speaking()
        question: Question | None
        match method:
            case "session/request_permission":
                tool, about = self._dialogue.asks_about(params)
                question = tool_questions(params, tool) or permission(params, tool, about)
                turn_id = tool.turn_id
            case "elicitation/create":
                question = elicitation(params)
            case "cursor/ask_question":
                question = cursor_question(params)
            case "cursor/create_plan":
                question = cursor_plan(params)
            case _ if method in _ACKNOWLEDGED:
                self.notice(method, params)
                return reply(result({}))
            case _:
                return reply(failure(METHOD_NOT_FOUND, "Method not found"))
        if question is None:
            return reply(result(_NOT_SHOWN[method]))
        foreign = self._dialogue.is_foreign(params.get("sessionId"))
        question = question.asked_in(turn_id, by_subagent=foreign)
        if self._dialogue.replay.is_open or self._is_cancelling(turn_id):
            return reply(result(question.answer(None, {})))  # nobody waits for this any more
        self.questions.ask(question, reply, call)
        if turn_id is not None and self._is_cancelling(turn_id):  # by now
            self.questions.cancel(turn_id)

    def notice(self, method: str, params: Json) -> None:
        """Take what the agent tells in a method of its own, and wants no answer to."""
        described, id = params.get("description"), params.get("toolCallId")
        if method == "cursor/update_todos":
            self._dialogue.plan(params)
        elif method in _ACKNOWLEDGED and isinstance(described, str) and isinstance(id, str):
            news = {"sessionUpdate": "tool_call_update", "toolCallId": id, "title": described}
            self._dialogue.receive(params.get("sessionId"), news)

    def _decided(self, question: Question, option_id: str) -> None:
        if call := question.asked.tool_call:
            self._dialogue.decided(call.id, refused=question.refuses(option_id))
