"""A machine of a fleet without agents: its logs, its list, and what it sends."""

from janus.conversation.event_log import EventLog
from janus.fleet.feed import Feed
from janus.fleet.listing import Listing, MachineList
from janus.fleet.presence import Beacon, Entry
from janus.model import SessionInfo
from janus.storage.store import Store


class Machine:
    """*id*, at a doorway; what it does begins with ``start``."""

    def __init__(self, folder, id, name="laptop"):
        self.store, self.id, self.name = Store(folder), id, name
        self.store.prepare()
        self.logs, self.infos, self.ended = {}, [], []
        self.parts, self.client = [], None

    def dial(self, doorway):
        made = self.parts

        def prepare(client):
            self.feed = Feed(client, lambda: [self.store])
            self.listing = Listing(client, self.list)
            made.extend([self.feed, self.listing, Beacon(client, lambda: Entry(self.name, "1.0"))])

        self.client = doorway.client(self.id, prepare)
        self.store.written = lambda id, size: self.feed.grew(self.store, id, size)
        for part in made:
            part.start()
        doorway.running.append(self)
        return self

    def list(self):
        return MachineList(
            Entry(self.name, "1.0"), tuple(self.infos), tuple(self.ended), {"p": "P"}
        )

    def begin(self, id, title="Fix it"):
        """A session of this id appears in the list, with a log."""
        self.logs[id] = EventLog(self.store.open_log(id))
        self.infos.append(
            SessionInfo(id, None, "waiting", "demo", 1.0, 2.0, 3, title=title, project_id="p")
        )
        if self.client:
            self.listing.changed()
        return self.logs[id]

    def sleep(self):
        """As if somebody closed the lid."""
        self.client.stop()
        for part in self.parts:
            part.stop()
        self.parts.clear()
        self.client = None

    def stop(self):
        if self.client:
            self.sleep()
        for log in self.logs.values():
            log.close()
