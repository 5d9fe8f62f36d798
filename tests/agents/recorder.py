"""What tests of agents share: an emit that remembers, turns on threads, the fake ACP agent."""

import threading
from pathlib import Path
from threading import Event

from conftest import FAKE_AGENTS, wait_for

from janus.errors import AgentFailed
from janus.model.events import QuestionAsked, Text, ToolCall

PROGRAM = FAKE_AGENTS / "acp-agent"
DATA = Path(__file__).parents[1] / "data" / "acp"


class Recorder(list):
    """All events in their order; it may be called from any thread."""

    def __call__(self, event):
        self.append(event)

    @property
    def text(self):
        return "".join(event.text for event in self.all(Text))

    def text_of(self, turn_id):
        return "".join(event.text for event in self.all(Text) if event.turn_id == turn_id)

    def all(self, *kinds):
        return [event for event in list(self) if isinstance(event, kinds)]

    def statuses(self, call):
        """What a tool call has been, with its turn."""
        return [(one.status, one.turn_id) for one in self.all(ToolCall) if one.id == call]

    def question(self):
        """The one question, as soon as it is asked."""
        wait_for(lambda: self.all(QuestionAsked))
        [question] = self.all(QuestionAsked)
        return question

    def asked(self):
        """The id of the one question, as soon as it is asked."""
        return self.question().request_id


def ask(agent, prompt, turn_id="turn"):
    return agent.prompt(turn_id, prompt, 60, Event())


def ask_in_background(agent, prompt, turn_id="turn"):
    """Run a turn on a thread; returns what cancels it, the thread, and what came of the turn."""
    outcome, cancelled = [], Event()

    def run():
        try:
            outcome.append(agent.prompt(turn_id, prompt, 60, cancelled))
        except AgentFailed as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return cancelled, thread, outcome


def interrupt(agent, cancelled, thread):
    cancelled.set()
    agent.interrupt()
    thread.join(60)


def methods(received):
    """What the fake agent was asked."""
    return [message["method"] for message in received() if "method" in message]
