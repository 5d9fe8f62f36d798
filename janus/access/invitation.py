"""Invite a phone to pair: an address to scan, and a code to type."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno

from janus.access.pairing import Code
from janus.clock import timestamp
from janus.network.endpoint import Endpoint


def invite(endpoint: Endpoint, code: Code) -> dict[str, Any]:
    """Return what a device needs to pair with *code*, as JSON. See ``invitation``."""
    authority = endpoint.authority if endpoint.setup_url else None
    return {
        "code": code.shown,
        "url": f"{endpoint.phone_url}/#p={code.text}",
        "expires_at": timestamp(code.expires_at),
        "setup_url": endpoint.setup_url,
        "words": authority.words() if authority else None,
        "fingerprint": authority.fingerprint if authority else None,
    }


def invitation(details: Mapping[str, Any]) -> str:
    """Return what ``invite`` gives as lines for a terminal: a QR code, and the code to type.

    The code is in the fragment of the URL, which browsers never send over the network.
    """
    drawn = io.StringIO()
    segno.make(details["url"], error="l", micro=False).terminal(drawn, border=2, compact=True)
    address = details["url"].partition("#")[0]
    lines = [
        drawn.getvalue(),
        f"  Pair a device: scan this, or open {address} and type  {details['code']}",
        "  The code is valid for one device and five minutes. For another, run: janus pair",
    ]
    if details["setup_url"]:
        lines += [
            "",
            f"  On a phone that is new to Janus, open {details['setup_url']} first.",
            f"  It has to show these words: {details['words']}",
            "  and the SHA-256 fingerprint of the certificate has to be:",
            f"  {details['fingerprint'][:47]}",
            f"  {details['fingerprint'][48:]}",
        ]
    return "\n".join([*lines, ""])
