"""What one machine asks another to do with its sessions: the manager's own calls, by their names.

    cmd.TO.FROM.do.say  {"session_id", "arguments", "device", "deadline"}
    reply.FROM.TO.…     {"seq"} of the log it led to, {"value"}, or {"error"}

The server lets nobody send as somebody else. What the sender may do is looked at here once more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from msgspec import Struct
from nats.aio.msg import Msg

from janus.conversation.shown import State
from janus.errors import Forbidden, InvalidRequest, JanusError, MachineAway, RateLimited
from janus.fleet.client import Client
from janus.fleet.failures import Absent, FleetFailure
from janus.fleet.here import Managers
from janus.fleet.membership import Scope
from janus.fleet.subjects import HEADER
from janus.fleet.views import Views, view_name
from janus.logs import about, device_id
from janus.model import Answered, Ended, ReadOut, SessionInfo, is_id

log = logging.getLogger(__name__)

#: What changes something, and what comes back; those that lead to a state come back as its number.
DO: dict[str, type] = {
    "say": State, "note": State, "interrupt": State, "answer": State, "withdraw": State,
    "send_queue": State, "choose": State, "schedule": State, "unschedule": State,
    "create": SessionInfo, "carry_on": SessionInfo, "touch": SessionInfo, "resume": SessionInfo,
    "rename": SessionInfo, "end": Ended, "call": Answered, "put": int,
}  # fmt: skip
#: What changes nothing.
READ: dict[str, type] = {
    "get": SessionInfo, "knows": bool, "read_out": ReadOut, "look": Answered, "rest": str,
}  # fmt: skip
#: What ``Views`` does.
_OF_VIEWS = ("look", "call", "rest", "put")
#: Seconds for what all machines are asked; for what answers at once; for what looks into files; and
#: for what starts or ends an agent, or has git do something.
AT_ONCE, SOON, LOOKING, LATER = 1.0, 5.0, 20.0, 75.0
_DEADLINES = {"knows": AT_ONCE, "look": LOOKING, "rest": LOOKING, "put": LOOKING}
_DEADLINES |= dict.fromkeys(("create", "carry_on", "resume", "end", "call"), LATER)
#: What is written down on neither side: it tells nothing, or is the rest of what was.
_QUIET = ("knows", "rest")
#: Commands that run at a time, those that are quick and those that are not, and that may wait.
_THREADS, _WAITING = 4, 64


class _Command(Struct, frozen=True):
    session_id: str
    arguments: dict[str, Any] = {}
    project_id: str | None = None
    device: str = ""
    deadline: float = SOON


class _Done(Struct, frozen=True, omit_defaults=True):
    """How it went."""

    seq: int = 0
    value: msgspec.Raw = msgspec.Raw(b"null")
    error: dict[str, Any] | None = None


class Commands:
    """Sends commands to other machines, and does what they send, on a few threads of its own."""

    def __init__(
        self,
        client: Client,
        managers: Managers,
        scope_of: Callable[[str], Scope | None],
        views: Views | None = None,
    ) -> None:
        """*scope_of* tells what a machine may have this one do; None for one it does not know."""
        self.client, self._managers, self._scope_of = client, managers, scope_of
        self._views = views
        self._pool = ThreadPoolExecutor(_THREADS, "fleet-command")
        self._slow = ThreadPoolExecutor(_THREADS, "fleet-slow")
        self._waiting = 0
        client.on(f"cmd.{client.machine}.>", self._take)

    def stop(self) -> None:
        """Return when nothing runs any more. May be called twice."""
        for pool in (self._pool, self._slow):
            pool.shutdown(cancel_futures=True)

    def send(
        self,
        machine: str,
        verb: str,
        session_id: str,
        project_id: str | None = None,
        **arguments: object,
    ) -> Any:
        """Have it done on *machine*: its number in the session's log, or the value that came of it.

        Raises MachineAway, and what the manager there raised.
        """
        kind, table = ("read", READ) if verb in READ else ("do", DO)
        deadline = _DEADLINES.get(verb, SOON)
        device = device_id.get()
        command = _Command(session_id, arguments, project_id, device, deadline)
        _audit("asks machine %s to", machine, verb, command)
        try:
            answer = self.client.ask(
                machine,
                f"cmd.{machine}.{self.client.machine}.{kind}.{verb}",
                msgspec.json.encode(command),
                deadline,
            )
            done = msgspec.json.decode(answer, type=_Done)
            if done.error is not None:
                raise JanusError.from_json(done.error)
            if table[verb] is State:
                return done.seq
            return msgspec.json.decode(done.value, type=table[verb])
        except Absent as asleep:
            raise MachineAway("The machine of this session sleeps, or has no network.") from asleep
        except FleetFailure as why:
            raise MachineAway(f"The machine of this session cannot be reached now: {why}") from why
        except (msgspec.MsgspecError, KeyError, TypeError) as odd:
            raise MachineAway(
                "The machine of this session gave an answer of another kind."
            ) from odd

    def _take(self, message: Msg) -> None:
        """Hand a command over to a thread; what is none of ours is not answered."""
        parts = message.subject.split(".")
        if len(parts) != 5 or HEADER not in (message.headers or {}):
            return
        _, _, sender, kind, verb = parts
        if not message.reply.startswith(f"reply.{sender}.{self.client.machine}."):
            return
        came = time.monotonic()

        def run() -> None:
            self._waiting -= 1
            done = self._done(sender, kind, verb, message.data, came)
            if done is not None:
                self.client.tell(message.reply, msgspec.json.encode(done))

        if self._waiting >= _WAITING:
            busy = RateLimited("This machine has too much to do.", retry_after=5)
            self.client.tell(message.reply, msgspec.json.encode(_Done(error=busy.to_json())))
            return
        self._waiting += 1
        is_slow = _DEADLINES.get(verb, SOON) > SOON
        (self._slow if is_slow else self._pool).submit(_survive, run)

    def _done(self, sender: str, kind: str, verb: str, data: bytes, came: float) -> _Done | None:
        """Do it; None where nobody waits for that any more."""
        try:
            command = msgspec.json.decode(data, type=_Command)
            if time.monotonic() - came > command.deadline:
                return None
            self._check(sender, kind, verb)
            _audit("of machine %s asks to", sender, verb, command)
            device_id.set(f"{sender}/{command.device}")
            value = self._do(verb, command)
        except JanusError as error:
            return _Done(error=error.to_json())
        except (msgspec.MsgspecError, TypeError) as odd:
            log.info("A command of machine %s was not understood: %s", sender, odd)
            return _Done(error=InvalidRequest("This command is not understood here.").to_json())
        except Exception:  # whoever asked shall not wait for nothing
            log.exception("A command of machine %s failed", sender)
            return _Done(
                error=JanusError("Janus made a mistake there. Its log says more.").to_json()
            )
        if isinstance(value, State):
            return _Done(seq=value.seq)
        return _Done(value=msgspec.Raw(msgspec.json.encode(value)))

    def _do(self, verb: str, command: _Command) -> Any:
        id, given = command.session_id, command.arguments
        if verb in _OF_VIEWS:  # those of the machine itself are of no session
            if self._views is None or not (is_id(id) or id == ""):
                raise InvalidRequest("session_id is no id.")
            return getattr(self._views, verb)(id, **given)
        if not is_id(id):
            raise InvalidRequest("session_id is no id.")
        manager = self._managers(id, command.project_id)
        if verb == "create":
            return manager.create(session_id=id, **given)
        return getattr(manager, verb)(id, **given)

    def _check(self, sender: str, kind: str, verb: str) -> None:
        """Raises Forbidden, InvalidRequest."""
        scope = self._scope_of(sender)
        allowed = {"read": ("read", "full"), "do": ("full",)}
        if scope not in allowed.get(kind, ()):
            log.warning(
                "Machine %s may not %s here", sender, verb, extra={"event": "fleet_refused"}
            )
            raise Forbidden("That machine may not do this here. See: janus fleet status")
        if verb not in (READ if kind == "read" else DO):
            raise InvalidRequest(f"This Janus does not know how to {verb[:40]}. Update it.")


def _audit(how: str, machine: str, verb: str, command: _Command) -> None:
    """A line on either side; never what was said. What takes several commands is one."""
    if verb in _QUIET or command.arguments.get("offset"):
        return
    view = command.arguments.get("view")
    what = f"{verb} {view_name(view)}" if isinstance(view, str) else verb
    extra = about(command.session_id, "fleet_command")
    log.info(
        f"Device %s {how} %s session %s", command.device or "-", machine, what,
        command.session_id or "-", extra=extra,
    )  # fmt: skip


def _survive(run: Callable[[], None]) -> None:
    try:
        run()
    except FleetFailure as why:
        log.info("Nobody could be told how a command went: %s", why)
    except Exception:
        log.exception("A command of another machine failed")
