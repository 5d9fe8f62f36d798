"""The connection to a doorway: the engine's asyncio loop on one thread, behind blocking calls.

The engine's own reconnecting is off: it sends later what nobody waits for any more, and that is how
events are lost. Here a connection that is lost is thrown away, with all that waited for it, and
another one is made.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, TypeVar

from nats.aio.client import Client as Connection
from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError
from nats.js.client import JetStreamContext

from janus.fleet.connection import CONNECTING, dial, drop, failure, lost, sentence
from janus.fleet.failures import FleetFailure, NotReachable, Refused
from janus.fleet.handing import Handed
from janus.fleet.subjects import HEADER, inbox

log = logging.getLogger(__name__)
_Result = TypeVar("_Result")
_OURS = {HEADER: "1"}
_LOST = "The connection to the doorway was lost."

#: Seconds for a call.
DEADLINE = 2.0
#: Seconds until the next attempt, the first and the longest; and once the key was refused.
_SOON, _LATE, _REFUSED = 0.1, 2.0, 30.0
#: Calls without an answer after which the connection is given up: a full disk makes it mute.
_MUTE = 3


@dataclass(eq=False, slots=True)
class _Call:
    """One that runs on the loop, what it publishes to, and why it was broken off."""

    task: asyncio.Task[Any] | None
    subject: str
    why: FleetFailure | None = None

    def end(self, why: FleetFailure) -> None:
        self.why = why
        if self.task:
            self.task.cancel()


class Client:
    """What can be asked of a doorway, from any thread; all raise NotReachable, Refused, Absent.

    All fields but ``_connection`` and ``problem`` belong to the loop once it runs. ``_putting``
    guards ``_stopped``: what is put on the loop is there before the order to stop, which ends it.
    Handlers run one after the other on a thread of their own, and may call.
    """

    def __init__(
        self, urls: tuple[str, ...], machine: str, seed: str, tls: ssl.SSLContext | None = None
    ) -> None:
        """Nothing is dialled before ``start``; the *seed* is that of this *machine*'s nkey."""
        self.machine = machine
        self._urls, self._seed, self._tls = urls, seed, tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)
        self._handed = Handed("fleet-handler")
        self._subscriptions: list[tuple[str, Callable[[Msg], object]]] = []
        self._greetings: list[Callable[[], object]] = []
        self._calls: set[_Call] = set()
        self._asked: dict[str, asyncio.Future[Msg]] = {}
        self._connection: Connection | None = None
        self._last: Exception | None = None
        self._mute = 0
        self._putting, self._stopped = threading.Lock(), False
        self.asks = True  # who never does need not be allowed to hear answers
        #: Why the doorway cannot be used now, or None.
        self.problem: str | None = "The doorway was not dialled yet."

    def on(self, subject: str, handle: Callable[[Msg], object]) -> None:
        """Hand over what comes under *subject*, on every connection. Only before ``start``."""
        self._subscriptions.append((subject, handle))

    def greet(self, do: Callable[[], object]) -> None:
        """Do this after each connecting. Only before ``start``."""
        self._greetings.append(do)

    def start(self) -> None:
        """Connect, for as long as it takes, and stay so."""
        self._thread.start()
        self._handed.start()

    def stop(self) -> None:
        """Nobody is answered any more. May be called twice."""
        with self._putting:
            if not self._stopped and self._thread.is_alive():
                self._loop.call_soon_threadsafe(self._loop.stop)
            elif not self._stopped:  # it was never started
                self._loop.close()
            self._stopped = True
        if self._thread.is_alive():
            self._thread.join()
        self._handed.stop()

    @property
    def connected(self) -> bool:
        """Whether the doorway answered lately."""
        return self._connection is not None

    def call(
        self,
        do: Callable[[JetStreamContext], Awaitable[_Result]],
        deadline: float = DEADLINE,
        subject: str = "",
    ) -> _Result:
        """What *do* gives; the server's reason comes at once if it refuses *subject*."""
        running = self._bounded(lambda it: do(it.jetstream(timeout=deadline)), deadline, subject)
        return self._wait(running, deadline)

    def publish(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> int:
        """Put a message into the stream that takes *subject*; its number there."""
        ours = {**_OURS, **(headers or {})}
        return self.call(lambda it: it.publish(subject, data, headers=ours), subject=subject).seq

    def tell(self, subject: str, data: bytes) -> None:
        """Send a message, whoever hears it."""
        sent = self._bounded(lambda it: it.publish(subject, data, headers=_OURS), DEADLINE, subject)
        self._wait(sent, DEADLINE)

    def ask(self, to: str, subject: str, data: bytes, deadline: float) -> bytes:
        """The answer of machine *to*. Raises NotReachable at once where nobody listens there."""
        asked = self._bounded(lambda it: self._ask(it, to, subject, data), deadline, subject)
        return self._wait(asked, deadline)

    def _wait(self, running: Coroutine[Any, Any, _Result], deadline: float) -> _Result:
        with self._putting:
            if self._stopped:
                running.close()
                raise NotReachable("Janus is shutting down.")
            future = asyncio.run_coroutine_threadsafe(running, self._loop)
        try:
            return future.result(deadline + 1)
        except (TimeoutError, CancelledError):
            if not self._stopped:  # else the loop is closed, or does it
                future.cancel()
            raise NotReachable("The doorway did not answer in time.") from None

    # On the loop.

    async def _bounded(
        self, do: Callable[[Connection], Awaitable[_Result]], deadline: float, subject: str
    ) -> _Result:
        connection = self._connection
        if connection is None:
            raise NotReachable(self.problem or "The doorway cannot be reached.")
        self._calls.add(call := _Call(asyncio.current_task(), subject.lower()))
        try:
            async with asyncio.timeout(deadline):
                result = await do(connection)
        except asyncio.CancelledError:
            raise call.why or NotReachable("Janus is shutting down.") from None
        except (Error, OSError) as why:
            self._mute += isinstance(why, TimeoutError)
            raise failure(why) from why
        finally:
            self._calls.discard(call)
        self._mute = 0
        return result

    async def _ask(self, connection: Connection, to: str, subject: str, data: bytes) -> bytes:
        reply = f"reply.{self.machine}.{to}.{secrets.token_hex(8)}"
        answer = self._asked[reply] = asyncio.get_running_loop().create_future()
        try:
            await connection.publish(subject, data, reply=reply, headers=_OURS)
            message = await answer
        finally:
            del self._asked[reply]
        if HEADER not in (message.headers or {}):  # the server's: nobody is there
            raise NoRespondersError
        return bytes(message.data)

    async def _answered(self, message: Msg) -> None:
        answer = self._asked.get(message.subject)
        if answer and not answer.done():
            answer.set_result(message)

    async def _failed(self, why: Exception) -> None:
        """The engine's errors: what the server does not permit is told to the call that did it."""
        self._last, text = why, str(why).lower()
        if "permissions violation" in text:
            log.warning("The doorway refused: %s", text, extra={"event": "fleet_refused"})
            for call in [it for it in self._calls if f'"{it.subject}"' in text]:
                call.end(Refused(f"The doorway does not permit it: {text}."))

    async def _keep(self) -> None:
        """Connect, until the end."""
        wait = _SOON
        while True:
            connection, self._last = Connection(), None
            try:
                async with asyncio.timeout(CONNECTING * len(self._urls)):
                    await self._open(connection)
                wait, self._mute, self.problem = _SOON, 0, None
                self._connection = connection
                for greeting in self._greetings:
                    self._handed.put(greeting)
                await lost(connection, lambda: self._mute >= _MUTE)
                self.problem = _LOST
            except Exception as why:  # whatever the engine raises, it goes on
                self.problem, refused = sentence(self._last or why)
                wait = _REFUSED if refused else min(2 * wait, _LATE)
            finally:
                self._connection = None
                for call in self._calls:
                    call.end(NotReachable(_LOST))
                await drop(connection)
            await asyncio.sleep(wait * random.uniform(0.5, 1))

    async def _open(self, connection: Connection) -> None:
        key = self._seed, inbox(self.machine)
        await dial(connection, self._urls, self.machine, key, self._tls, self._failed)
        if self.asks:
            await connection.subscribe(f"reply.{self.machine}.>", cb=self._answered)
        for subject, handle in self._subscriptions:
            await connection.subscribe(subject, cb=self._hand(handle))
        await connection.flush(2)

    def _hand(self, handle: Callable[[Msg], object]) -> Callable[[Msg], Awaitable[None]]:
        async def hand(message: Msg) -> None:
            self._handed.put(lambda: handle(message))

        return hand

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        keeping = self._loop.create_task(self._keep())
        self._loop.run_forever()
        while left := asyncio.all_tasks(self._loop):
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(left, timeout=1))
        del keeping
        self._loop.close()
