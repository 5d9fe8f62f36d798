"""The ways to a phone: Web Push, encrypted; and ntfy, which is told that there is something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from janus.clock import Clock
from janus.push.delivery import Reply, post
from janus.push.encryption import encrypt
from janus.push.keys import PushKey, decode
from janus.push.subscription import Subscription

#: Seconds for which a push service keeps what a phone that is off cannot be given yet.
ASKED, TOLD = 900, 4 * 3600

Post = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class WebPush:
    """Sends to what browsers subscribed to. The hosts in *private* may be in a private network."""

    key: PushKey
    clock: Clock
    private: tuple[str, ...] = ()
    post: Post = post

    def send(
        self, phone: Subscription, contact: str, body: bytes, topic: str, *, urgent: bool
    ) -> Reply:
        """Send *body*, which replaces what waits for the phone under the same *topic*.

        Raises CannotCertify where there is no key.
        """
        headers = {
            "Authorization": self.key.authorization(phone.endpoint, contact),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ASKED if urgent else TOLD),
            "Urgency": "high" if urgent else "normal",
            "Topic": topic,
        }
        sealed = encrypt(body, decode(phone.p256dh), decode(phone.auth))
        return self.post(phone.endpoint, sealed, headers, self.clock.time(), self.private)


@dataclass(frozen=True, slots=True)
class Ntfy:
    """Publishes to a topic of an ntfy server, whose address is as secret as a password."""

    url: str
    clock: Clock
    private: tuple[str, ...] = ()
    post: Post = post

    def send(self, words: str, link: str, *, urgent: bool) -> Reply:
        """Say *words*, in which nothing of any content is; a tap opens *link*."""
        headers = {
            "Title": "Janus",
            "Click": link,
            "Priority": "high" if urgent else "default",
            "Content-Type": "text/plain; charset=utf-8",
        }
        return self.post(self.url, words.encode(), headers, self.clock.time(), self.private)
