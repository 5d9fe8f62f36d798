"""The other end of the demo agent, in the same process."""

import json
from queue import Queue

from janus.demo.server import Server


class Client:
    """Answers every question with *option*, or *form*; with None, nobody answers."""

    def __init__(self, workspace, forms=False):
        self.workspace = workspace
        self.option = "allow_once"
        self.form = None
        self.asked, self.updates, self.answers = [], [], Queue()
        self.server = Server(self._take)
        abilities = {"elicitation": {"form": {}}} if forms else {}
        self.hello = self.call("initialize", protocolVersion=1, clientCapabilities=abilities)

    def _take(self, line):
        message = json.loads(line)
        match message:
            case {"method": "session/update"}:
                self.updates.append(message["params"]["update"])
            case {"method": method, "id": id}:
                self.asked.append(message)
                if method == "elicitation/create" and self.form:
                    self.write({"id": id, "result": self.form})
                elif method == "session/request_permission" and self.option:
                    self.choose(id, self.option)
            case _:
                self.answers.put(message)

    def write(self, message):
        line = message if isinstance(message, str) else json.dumps({"jsonrpc": "2.0", **message})
        self.server.receive(line.encode("utf-8", "surrogatepass"))

    def choose(self, id, option):
        outcome = {"outcome": "selected", "optionId": option}
        self.write({"id": id, "result": {"outcome": outcome}})

    def answer(self):
        return self.answers.get(timeout=60)

    def call(self, method, **params):
        self.write({"id": method, "method": method, "params": params})
        return self.answer()["result"]

    def open(self, method="session/new", **params):
        return self.call(method, cwd=str(self.workspace), mcpServers=[], **params)

    def prompt(self, session, text):
        self.updates.clear()
        blocks = [{"type": "text", "text": text}]
        params = {"sessionId": session, "prompt": blocks}
        self.write({"id": text, "method": "session/prompt", "params": params})

    def cancel(self, session):
        self.write({"method": "session/cancel", "params": {"sessionId": session}})

    def ask(self, session, text):
        self.prompt(session, text)
        assert self.answer() == {
            "jsonrpc": "2.0",
            "id": text,
            "result": {"stopReason": "end_turn"},
        }
        return self.heard("agent_message_chunk")

    def heard(self, kind):
        said = (one for one in self.updates if one["sessionUpdate"] == kind)
        return "".join(one["content"]["text"] for one in said)

    def calls(self):
        return [one for one in self.updates if one["sessionUpdate"].startswith("tool_call")]
