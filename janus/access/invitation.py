"""What the terminal shows to let a phone in: an address to scan, and a code to type."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno

from janus.access.pairing import Code
from janus.clock import timestamp
from janus.network.endpoint import Endpoint


def invite(endpoint: Endpoint, code: Code) -> dict[str, Any]:
    """What whoever is to be let in with *code* has to know; see ``invitation``."""
    authority = endpoint.authority if endpoint.setup else None
    return {
        "code": code.shown,
        "url": f"{endpoint.reach}/#p={code.text}",
        "expires_at": timestamp(code.expires_at),
        "setup_url": endpoint.setup,
        "words": authority.words() if authority else None,
        "fingerprint": authority.fingerprint if authority else None,
    }


def invitation(invited: Mapping[str, Any]) -> str:
    """Lines for a terminal, of what ``invite`` gives: a QR code, and how else to get in.

    The code is in the fragment of the URL, which no browser sends to anybody.
    """
    drawn = io.StringIO()
    segno.make(invited["url"], error="l", micro=False).terminal(drawn, border=2, compact=True)
    address = invited["url"].partition("#")[0]
    lines = [
        drawn.getvalue(),
        f"  Pair a device: scan this, or open {address} and type  {invited['code']}",
        "  It is good for one device, for five minutes. Another one: janus pair",
    ]
    if invited["setup_url"]:
        lines += [
            "",
            f"  A phone that was never here begins at {invited['setup_url']}",
            f"  There it shows these words: {invited['words']}",
            "  and the certificate it gets has this SHA-256 fingerprint:",
            f"  {invited['fingerprint'][:47]}",
            f"  {invited['fingerprint'][48:]}",
        ]
    return "\n".join([*lines, ""])
