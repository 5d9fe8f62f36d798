"""One connection to a doorway: how it is dialled, missed and dropped, and what its errors mean."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable

from nats.aio.client import Client as Connection
from nats.errors import Error, NoRespondersError
from nats.js.errors import APIError, NoStreamResponseError

from janus.fleet.failures import Absent, FleetFailure, NotReachable, Refused
from janus.fleet.keys import shown

#: Seconds to connect to one address.
CONNECTING = 5.0
#: Seconds between two signs of life, and how many may be missing: a frozen link is known after 10.
_PING, _MISSING = 5, 2
#: Seconds between two looks whether the connection is there.
_LOOK = 0.05
#: It warns of each connection that ends, which is how TLS ends here.
logging.getLogger("asyncio").addFilter(lambda it: "returning true from eof" not in str(it.msg))


async def dial(
    connection: Connection,
    urls: tuple[str, ...],
    machine: str,
    key: tuple[str, str],
    tls: ssl.SSLContext | None,
    failed: Callable[[Exception], Awaitable[None]],
) -> None:
    """Connect to one of the *urls*; the *key* is a file's text, and where answers may come."""
    secret, inbox = key
    await connection.connect(
        [*urls],
        name=f"janus {machine}",
        **shown(secret),  # type: ignore[arg-type]
        tls=tls,
        inbox_prefix=inbox.encode(),
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        connect_timeout=2,
        ping_interval=_PING,
        max_outstanding_pings=_MISSING,
        error_cb=failed,
    )


async def lost(connection: Connection, useless: Callable[[], bool]) -> None:
    """Return once the connection is of no use any more."""
    now = asyncio.get_running_loop().time
    heard = now()
    while connection.is_connected and not useless():
        await asyncio.sleep(_LOOK)
        if now() - heard > _PING:
            try:
                await connection.rtt(_PING)
            except Error:
                return
            heard = now()


async def drop(connection: Connection) -> None:
    """Close it, politely or not: a dead link would keep it for minutes."""
    with contextlib.suppress(Exception, asyncio.CancelledError):
        async with asyncio.timeout(1):
            await connection.close()
    transport = connection._transport
    writer = getattr(transport, "_io_writer", None)
    if writer is not None:
        writer.transport.abort()


def failure(why: Exception) -> FleetFailure:
    """What an error of the engine means to who called."""
    match why:
        case NoRespondersError() | NoStreamResponseError():
            return Absent("Nobody is there to take it.")
        case APIError(code=404):
            return Absent(f"The doorway does not have it: {why.description}.", why.err_code or 0)
        case APIError():
            return Refused(f"The doorway refused it: {why.description}.", why.err_code or 0)
        case TimeoutError():
            return NotReachable("The doorway did not answer in time.")
    return NotReachable("The connection to the doorway was lost.")


def sentence(why: Exception) -> tuple[str, bool]:
    """What to tell of a failed attempt, and whether it makes sense to try again soon."""
    text = str(why) or type(why).__name__
    if "authorization violation" in text.lower():
        return (
            "The doorway does not accept this machine's key: it was revoked, or never known.",
            True,
        )
    if isinstance(why, ssl.SSLCertVerificationError):
        if why.verify_code in (9, 10):  # not yet valid, expired
            return "The doorway's certificate is not valid today: the clocks differ.", False
        return (
            f"The doorway's certificate is not the one this machine knows: {why.verify_message}.",
            False,
        )
    return f"The doorway cannot be reached: {text}.", False
