"""The Agent Client Protocol on stdin and stdout: sessions, and a thread for each prompt.

The thread that reads waits for nothing else, so that a prompt can be cancelled at any time.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import RLock, Thread
from typing import Any

from janus.demo.answer import converse
from janus.demo.session import Session
from janus.demo.turn import Cancelled, Json, Turn, message, new_id

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND = -32700, -32600, -32601
INVALID_PARAMS, INTERNAL_ERROR = -32602, -32603

_HELLO: Json = {
    "protocolVersion": 1,
    "agentCapabilities": {"loadSession": True, "sessionCapabilities": {"resume": {}}},
    "agentInfo": {"name": "janus-demo-agent", "title": "Janus demo agent", "version": "demo-0.2.0"},
    "authMethods": [],
}


def serve() -> None:
    """Answer every line of stdin until it ends."""
    server = Server(_write)
    for line in sys.stdin.buffer:
        server.receive(line)


def _write(line: str) -> None:
    try:
        # "replace": names of files need not be UTF-8, what is sent must.
        sys.stdout.buffer.write(f"{line}\n".encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except OSError:
        os._exit(1)  # nobody listens any more


class Refusal(Exception):
    """Why a request is answered with an error: its code, and words."""


class Server:
    """This end of the conversation; ``_lock`` guards what is written, and ``_turns``."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._sessions: dict[str, Session] = {}
        self._turns: dict[str, Turn] = {}  # what is being answered, by the id of the session
        self._forms = False
        self._lock = RLock()

    def receive(self, line: bytes) -> None:
        """Take a message of the client."""
        id = None
        try:
            match json.loads(line):
                case {"method": str(method), "id": id, **more}:
                    self._request(id, method, more.get("params"))
                case {"method": "session/cancel", "params": {"sessionId": str(name)}}:
                    if turn := self._turns.get(name):
                        turn.cancel()
                case {"method": _}:
                    pass  # a notification that means nothing here
                case {"id": asked, **more}:
                    for turn in list(self._turns.values()):
                        if asked and turn.asked == asked:  # else it comes too late
                            turn.receive(more.get("result"))
                case _:
                    raise Refusal(INVALID_REQUEST, "This is no message")
        except (ValueError, RecursionError):
            self._send(id=id, error={"code": PARSE_ERROR, "message": "This is no JSON"})
        except Refusal as refusal:
            self._send(id=id, error=dict(zip(("code", "message"), refusal.args, strict=True)))

    def _request(self, id: Any, method: str, params: Any) -> None:
        result: Json = {}
        match method, params:
            case "initialize", {"clientCapabilities": {"elicitation": {"form": {}}}}:
                self._forms = True
                result = _HELLO
            case "initialize", _:
                result = _HELLO
            case "session/new", {"cwd": str(cwd)}:
                result = {"sessionId": self._open(cwd, new_id()).id}
            case "session/load" | "session/resume", {"sessionId": str(name), "cwd": str(cwd)}:
                session = self._open(cwd, name, known=True)
                for past in session.past() if method == "session/load" else ():
                    again = Turn(session, self._send, forms=False)
                    again.update("user_message_chunk", **message(past.question, new_id()))
                    again.update("agent_message_chunk", **message(past.answer, new_id()))
            case "session/prompt", {"sessionId": str(name), "prompt": [*blocks]}:
                if name not in self._sessions:
                    raise Refusal(INVALID_PARAMS, "There is no such session")
                return self._begin(id, self._sessions[name], _asked("\n".join(map(_words, blocks))))
            case "session/new" | "session/load" | "session/resume" | "session/prompt", _:
                raise Refusal(INVALID_PARAMS, "A parameter is missing, or of another type")
            case _:
                raise Refusal(METHOD_NOT_FOUND, "This agent has no such method")
        self._send(id=id, result=result)

    def _open(self, cwd: str, id: str, known: bool = False) -> Session:
        root = Path(cwd)
        if "\0" in cwd or not (root.is_absolute() and root.is_dir()):
            raise Refusal(INVALID_PARAMS, "cwd must be the absolute path of a folder")
        session = self._sessions.get(id) or Session(root.resolve(), id)
        if known and not (id in self._sessions or session.past()):
            raise Refusal(INVALID_PARAMS, "There is no such session in this folder")
        return self._sessions.setdefault(id, session)

    def _begin(self, id: Any, session: Session, prompt: str) -> None:
        with self._lock:
            if session.id in self._turns:
                raise Refusal(INVALID_REQUEST, "It is answering already: wait, or cancel that")
            turn = self._turns[session.id] = Turn(session, self._send, forms=self._forms)
        Thread(target=self._answer, args=(id, turn, prompt), daemon=True).start()

    def _answer(self, id: Any, turn: Turn, prompt: str) -> None:
        body: Json = {"result": {"stopReason": "end_turn"}}
        try:
            converse(prompt, turn)
        except Cancelled:
            body = {"result": {"stopReason": "cancelled"}}
        except Exception as bug:
            body = {"error": {"code": INTERNAL_ERROR, "message": str(bug)}}
        turn.finish(ok=False)
        with self._lock:
            del self._turns[turn.session.id]
            self._send(id=id, **body)  # whoever has this may ask the next

    def _send(self, **fields: Any) -> None:
        line = json.dumps({"jsonrpc": "2.0", **fields}, ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            self._write(line)


def _asked(prompt: str) -> str:
    """What the user says in a prompt: the notes that may come ahead of it are for a real agent."""
    notes, end, words = prompt.partition("</session_context>")
    return words.lstrip() if end and notes.startswith("<session_context>") else prompt


def _words(block: Any) -> str:
    """A part of a prompt; a file that was attached counts as named."""
    match block:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "resource_link", "name": str(name)}:
            return f"`{name}`"
    return ""
