"""The subjects of a fleet, and what a machine may publish and subscribe to: the server enforces it.

    ev.MACHINE.SESSION              its events, into the stream EV_MACHINE
    ev.MACHINE.branch.SESSION       what its branch has, into the stream BR_MACHINE
    cmd.TO.FROM.read|do.VERB        a command; read changes nothing
    reply.ASKER.FROM.TOKEN          its answer
    word.TO.FROM                    a message for a machine that may sleep, into the stream WORDS
    $KV.presence.MACHINE            that it is there

Who sends is a part of the subject, so nobody can send as somebody else. Three rules keep it so:

- Answers have subjects of their own. ``allow_responses`` would let a machine publish wherever a
  message that it gets asks for an answer: it could send one to itself, and answer as anybody.
- The server answers a request of JetStream wherever that asks, under any subject, also into a
  stream. So a message counts only with the header ``HEADER``, which such an answer never has; no
  stream may allow direct reads (``allow_direct``), which answer with a stored message, header and
  all; and no machine but the doorway creates consumers, which deliver anywhere.
- What a pull delivers keeps its subject, wherever it is delivered. So a message counts only where
  ``msg.subject`` is the one it should have, also one that was read from a stream.
"""

from __future__ import annotations

from janus.fleet.membership import Scope

WORDS = "WORDS"
PRESENCE = "presence"
#: A message without it is no command.
HEADER = "Janus"


def stream(machine: str) -> str:
    """The stream of a machine's events."""
    return f"EV_{machine}"


def branches(machine: str) -> str:
    """The stream of what a machine's branches have; it may remove what it put there."""
    return f"BR_{machine}"


def inbox(machine: str) -> str:
    """Where the server answers a machine: ``inbox_prefix`` of its connection."""
    return f"_INBOX_{machine}"


def publishes(machine: str, scope: Scope) -> list[str]:
    """What a machine may publish."""
    own = [
        f"ev.{machine}.>",
        f"reply.*.{machine}.*",
        f"$KV.{PRESENCE}.{machine}",
        "$JS.API.INFO",
        f"$JS.API.STREAM.INFO.{stream(machine)}",
        f"$JS.API.STREAM.MSG.GET.{stream(machine)}",
        f"$JS.API.STREAM.INFO.{branches(machine)}",
        f"$JS.API.STREAM.MSG.GET.{branches(machine)}",
        f"$JS.API.STREAM.PURGE.{branches(machine)}",
        f"$JS.API.CONSUMER.INFO.{WORDS}.{machine}",
        f"$JS.API.CONSUMER.MSG.NEXT.{WORDS}.{machine}",
        f"$JS.ACK.{WORDS}.{machine}.>",
    ]
    reading = ["$JS.API.STREAM.INFO.*", "$JS.API.STREAM.MSG.GET.*", f"cmd.*.{machine}.read.>"]
    doing = [f"cmd.*.{machine}.do.>", f"word.*.{machine}"]
    return own + reading * (scope != "relay") + doing * (scope == "full")


def subscribes(machine: str, scope: Scope) -> list[str]:
    """What a machine may subscribe to."""
    own = [f"cmd.{machine}.>", f"{inbox(machine)}.>"]
    others = [f"reply.{machine}.>", "ev.>", f"$KV.{PRESENCE}.>"]
    return own + others * (scope != "relay")
