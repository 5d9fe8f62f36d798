"""The Agent Client Protocol on stdin and stdout: many prompts, and a question before it writes.

    a line ──> hear ──session/prompt──> a thread ──Step, Step, …──> session/update
                 └──an answer──────────> the thread that asked

The thread that reads waits for nothing else, so that a prompt can be cancelled at any time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import uuid
from pathlib import Path
from queue import SimpleQueue
from threading import RLock, Thread
from typing import Any

from janus.agents.demo.acp_shapes import HELLO, OPTIONS, Json, block, outcome, shown, words
from janus.agents.demo.answer import converse
from janus.agents.demo.chats import Chats
from janus.agents.demo.print_mode import WORDS, dump, write
from janus.agents.demo.steps import Ask, Finished, Say, Started, Step, Think
from janus.agents.demo.workspace import Workspace

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND = -32700, -32600, -32601
INVALID_PARAMS, INTERNAL_ERROR = -32602, -32603


def serve() -> None:
    """Answer every line of stdin until it ends."""
    # A handler in Python would have to wait for the thread that reads, should it miss the signal.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    front = Front()
    for line in sys.stdin.buffer:
        front.hear(line)


class Refusal(Exception):
    """Why a request is answered with an error: its code, and words."""


class Session:
    """A conversation, and the one prompt of it that is being answered."""

    def __init__(self, id: str, root: Path) -> None:
        self.id = id
        self.root = root
        self.chat = Chats(root).open(id)
        self.trusts = False  # that whatever is asked is allowed
        self.busy = self.cancelled = False
        self.answers: SimpleQueue[str] = SimpleQueue()

    def cancel(self) -> None:
        """The prompt ends after its present step; its question, if it asks one, is answered."""
        self.cancelled = True
        self.answers.put("")

    def answered(self, result: Any) -> None:
        """The user has decided; whatever is not understood allows nothing."""
        match result:
            case {"outcome": {"outcome": "cancelled"}}:
                self.cancel()
            case {"outcome": {"optionId": str(option)}}:
                self.answers.put(option)
            case _:
                self.answers.put("")


class Front:
    """Both ends of the conversation; ``_lock`` guards stdout, and ``busy`` of every session."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._asked: dict[str, Session] = {}  # by the id of a question that has no answer yet
        self._lock = RLock()

    def hear(self, line: bytes) -> None:
        """Take a message of the client."""
        id = None
        try:
            match json.loads(line):
                case {"method": str(method), "id": id, **more}:
                    self._request(id, method, more.get("params"))
                case {"method": "session/cancel", "params": {"sessionId": str(name)}}:
                    if (session := self._sessions.get(name)) and session.busy:
                        session.cancel()
                case {"id": str(asked), **more} if asked in self._asked:
                    self._asked.pop(asked).answered(more.get("result"))
                case {"method": _} | {"id": _}:
                    pass  # a notification without a meaning here, an answer that comes too late
                case _:
                    raise Refusal(INVALID_REQUEST, "This is no message")
        except (ValueError, RecursionError):
            self._send(id=id, error={"code": PARSE_ERROR, "message": "This is no JSON"})
        except Refusal as refusal:
            self._send(id=id, error=dict(zip(("code", "message"), refusal.args, strict=True)))

    def _request(self, id: Any, method: str, params: Any) -> None:
        result: Json = {}
        match method, params:
            case "initialize", _:
                result = HELLO
            case "session/new", {"cwd": str(cwd)}:
                result = {"sessionId": self._open(cwd).id}
            case "session/load" | "session/resume", {"sessionId": str(name), "cwd": str(cwd)}:
                session = self._open(cwd, name)
                for turn in session.chat.turns() if method == "session/load" else ():
                    self._say(session, "user_message_chunk", turn.question)
                    self._say(session, "agent_message_chunk", turn.answer)
            case "session/prompt", {"sessionId": str(name), "prompt": [*blocks]}:
                if name not in self._sessions:
                    raise Refusal(INVALID_PARAMS, "There is no such session")
                return self._begin(id, self._sessions[name], "\n".join(map(words, blocks)))
            case "session/new" | "session/load" | "session/resume" | "session/prompt", _:
                raise Refusal(INVALID_PARAMS, "A parameter is missing, or of another type")
            case _:
                raise Refusal(METHOD_NOT_FOUND, "This agent has no such method")
        self._send(id=id, result=result)

    def _open(self, cwd: str, id: str = "") -> Session:
        """A new session, or the one called *id*."""
        root = Path(cwd)
        if not (root.is_absolute() and root.is_dir()):
            raise Refusal(INVALID_PARAMS, "cwd must be the absolute path of a folder")
        if id and id not in self._sessions and not Chats(root).knows(id):
            raise Refusal(INVALID_PARAMS, "There is no such session in this folder")
        id = id or str(uuid.uuid4())
        return self._sessions.setdefault(id, Session(id, root.resolve()))

    def _begin(self, id: Any, session: Session, prompt: str) -> None:
        with self._lock:
            if session.busy:
                raise Refusal(INVALID_REQUEST, "It is answering already: wait, or cancel that")
            session.busy, session.cancelled, session.answers = True, False, SimpleQueue()
        Thread(target=self._answer, args=(id, session, prompt), daemon=True).start()

    # The thread of a prompt.

    def _answer(self, id: Any, session: Session, prompt: str) -> None:
        try:
            body: Json = {"result": {"stopReason": self._converse(session, prompt)}}
        except BrokenPipeError:
            os._exit(1)  # nobody hears us any more
        except Exception as bug:
            body = {"error": {"code": INTERNAL_ERROR, "message": str(bug)}}
        with self._lock:
            session.busy = False  # whoever has heard the answer may ask the next
            self._send(id=id, **body)

    def _converse(self, session: Session, prompt: str) -> str:
        steps = converse(prompt, Workspace(session.root), session.chat)
        allowed = None
        while not session.cancelled:
            try:
                step = steps.send(allowed)
            except StopIteration:
                return "end_turn"
            allowed = self._take(session, step)
        steps.close()
        return "cancelled"

    def _take(self, session: Session, step: Step) -> bool | None:
        match step:
            case Think(text):
                self._say(session, "agent_thought_chunk", text)
            case Say(text):
                for word in WORDS.findall(text):
                    self._say(session, "agent_message_chunk", word)
            case Started(call):
                self._update(session, "tool_call", shown(call, session.root, "in_progress"))
            case Finished(call, result):
                self._update(session, "tool_call_update", outcome(call, result))
            case Ask(call):
                proposal = shown(call, session.root, "pending")
                self._update(session, "tool_call", proposal)
                return session.trusts or self._may(session, proposal)
        return None

    def _may(self, session: Session, call: Json) -> bool:
        """Ask the user. If the prompt is cancelled instead, nothing is allowed."""
        id = call["toolCallId"]
        self._asked[id] = session
        params = {"sessionId": session.id, "toolCall": call, "options": OPTIONS}
        self._send(id=id, method="session/request_permission", params=params)
        option = session.answers.get()
        self._asked.pop(id, None)
        if session.cancelled:
            self._update(session, "tool_call_update", {"toolCallId": id, "status": "failed"})
            return False
        session.trusts = option == "allow_always"
        return session.trusts or option == "allow_once"

    # Any thread.

    def _say(self, session: Session, kind: str, text: str) -> None:
        self._update(session, kind, {"content": block(text)})

    def _update(self, session: Session, kind: str, fields: Json) -> None:
        params = {"sessionId": session.id, "update": {"sessionUpdate": kind, **fields}}
        self._send(method="session/update", params=params)

    def _send(self, **message: Any) -> None:
        with self._lock:
            write(dump({"jsonrpc": "2.0", **message}))
