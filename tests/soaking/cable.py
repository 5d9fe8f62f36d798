"""A cable between a machine and a doorway, which can be cut, or carry nothing without being cut."""

import asyncio
import contextlib
import threading

from kit.ports import free_port


class Cable:
    """Passes on what comes to ``port``, from a thread of its own until ``stop``."""

    def __init__(self, host, port):
        self.port, self._to = free_port(), (host, port)
        self._loop = asyncio.new_event_loop()
        self._cut, self._flows = False, asyncio.Event()
        self._flows.set()
        self._ends = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._thread.start()
        self._ready.wait()

    def cut(self):
        """Nobody gets through, and who was is thrown out."""
        self._loop.call_soon_threadsafe(self._set, True)

    def freeze(self):
        """Nothing gets through, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def mend(self):
        self._loop.call_soon_threadsafe(self._set, False)
        self._loop.call_soon_threadsafe(self._flows.set)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _set(self, cut):
        self._cut = cut
        for end in [*self._ends] if cut else ():
            end.transport.abort()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, "127.0.0.1", self.port)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._set(True)
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _accept(self, reader, writer):
        self._ends.add(writer)
        other = None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if not self._cut:
                there, other = await asyncio.open_connection(*self._to)
                self._ends.add(other)
                await asyncio.gather(self._pass(reader, other), self._pass(there, writer))
        for end in filter(None, (writer, other)):
            self._ends.discard(end)
            end.transport.abort()

    async def _pass(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
