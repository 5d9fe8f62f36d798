"""What a program says of itself when it is started for a moment: its version, and whether in ACP.

The second takes seconds, so a definite answer is remembered, by program and version, in
``acp.json`` of Janus' own folder. Without that file it is asked again.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from janus.agents.acp.handshake import INITIALIZE
from janus.agents.acp.jsonrpc import message_reader
from janus.agents.acp.messages import parsed
from janus.agents.failures import last_words
from janus.agents.process.process import AgentProcess
from janus.agents.spec import AgentSpec
from janus.config import state_folder
from janus.errors import AgentFailed
from janus.storage.json_file import replace_json

T = TypeVar("T")
#: Seconds a program may take to say its version (node alone may need two of CPU), and to greet
#: in ACP where it can do otherwise (0.4 to 4.3 s are usual).
VERSION, GREETING = 10.0, 6.0
#: Seconds until it is known how a program has ended that says nothing more.
_END = 1.0
#: How many lines of greetings and notices may come before the answer.
_LINES = 100


class Probes:
    """The programs that are asked something now; ``_lock`` guards them.

    ``stop`` ends them, from any thread: who waits for their answers gets none.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[AgentProcess] = set()
        self._stopped = False

    def stop(self) -> None:
        """End those that run, and start no more."""
        with self._lock:
            self._stopped = True
            running = [*self._running]
        for process in running:
            process.stop(grace=0.2)

    @contextlib.contextmanager
    def run(self, argv: list[str], env: Mapping[str, str]) -> Iterator[AgentProcess]:
        """A program that runs, for as long as the block. Raises AgentFailed."""
        process = AgentProcess(argv, Path("/"), env, name="probe")
        with self._lock:
            if self._stopped:
                raise AgentFailed("Janus is shutting down.")
            self._running.add(process)
        try:
            process.start()
            yield process
        finally:
            process.stop(grace=1)
            with self._lock:
                self._running.discard(process)


class Probe:
    """Asks one program.

    All its methods raise TimeoutError where it is too slow to answer, which says within how long,
    and AgentFailed where it ends without an answer, which says how.
    """

    def __init__(
        self,
        program: str,
        spec: AgentSpec,
        env: Mapping[str, str],
        by: Probes,
        patience: float = 1.0,
    ) -> None:
        """*patience* is how many times the usual the program may take to answer."""
        self._program = program
        self._spec = spec
        self._env = env
        self._by = by
        self._patience = patience

    def version(self) -> str | None:
        """What it says to ``--version``; None if that is not what this agent says."""
        if self._spec.version is None:
            return self._greeted_version()
        pattern = re.compile(self._spec.version)

        def read(line: bytes) -> str | None:
            text = line.decode("utf-8", "replace").strip()
            return text if pattern.fullmatch(text) else None

        return self._answer(["--version"], b"", VERSION, read)

    def speaks_acp(self, version: str) -> bool:
        """Whether it greets in ACP; asked only of those that can do otherwise."""
        if self._spec.acp is None or not self._spec.prints:
            return self._spec.acp is not None
        memory = state_folder(self._env) / "acp.json"
        match _remembered(memory).get(self._program):
            case {"version": asked, "acp": bool(answer)} if asked == version:
                return answer
        try:
            greeting = self._greeting(GREETING)
        except AgentFailed as ended:
            if ended.details.get("exit_code") is None:  # somebody ended it
                raise
            greeting = None
        answer = _is_welcome(greeting)
        with contextlib.suppress(OSError):  # then it is asked again
            memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            news = {self._program: {"version": version, "acp": answer}}
            replace_json(memory, {**_remembered(memory), **news})
        return answer

    def _greeted_version(self) -> str | None:
        """The version it greets with, which may be empty."""
        greeting = self._greeting(VERSION)
        match greeting:
            case None:
                return None
            case {"result": {"agentInfo": {"version": str(version)}}}:
                return version
            case {"error": {"message": str(words)}}:
                raise AgentFailed(f"{Path(self._program).name} greets with an error: {words}")
        return ""

    def _greeting(self, timeout: float) -> dict[str, Any] | None:
        """Its answer to ``initialize``; None if it says something else, and no more."""
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        reader = message_reader()

        def read(line: bytes) -> dict[str, Any] | None:
            found = [one for one in reader.feed(line) if isinstance(one, dict)]
            return next((one for one in found if one.get("id") in (1, "1")), None)

        sent = json.dumps(hello).encode() + b"\n"
        return self._answer([*(self._spec.acp or ())], sent, timeout, read)

    def _answer(
        self, args: list[str], sent: bytes, timeout: float, read: Callable[[bytes], T | None]
    ) -> T | None:
        """What *read* makes of the first line that it can; None if it ends well without one."""
        timeout *= self._patience
        with self._by.run([self._program, *args], self._env) as process:
            if sent:
                with contextlib.suppress(AgentFailed):  # it has ended: perhaps with a word
                    process.send(sent)
            else:
                process.close_stdin()
            noise: list[str] = []
            try:
                for line in process.lines(total=timeout):
                    if (answer := read(line)) is not None:
                        return answer
                    noise.append(line.decode("utf-8", "replace"))
                    if len(noise) == _LINES:
                        return None  # it says anything
                if not process.wait(_END) and process.exit is None:
                    raise TimeoutError
            except TimeoutError:
                raise TimeoutError(f"within {timeout:g} seconds") from None
            end = process.exit
            if end is None or (end.code == 0 and not process.stopped):
                return None
            output = "\n".join([*noise, process.tail()])
            words = last_words(output)
            said = f", last words: {words}" if words else ""
            what = " ".join([Path(self._program).name, *args])
            raise AgentFailed(f"{what} ended with {end}{said}", exit_code=end.code)


def _remembered(memory: Path) -> dict[str, Any]:
    try:
        return parsed(memory.read_bytes()) or {}
    except OSError:
        return {}


def _is_welcome(greeting: dict[str, Any] | None) -> bool:
    match greeting:
        case {"result": {"protocolVersion": 1}}:
            return True
    return False
