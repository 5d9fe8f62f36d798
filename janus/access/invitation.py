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
        "url": pairing_link(endpoint.phone_url, code),
        "qr": drawn(pairing_link(endpoint.phone_url, code)),
        "expires_at": timestamp(code.expires_at),
        "setup_url": endpoint.setup_url,
        "words": authority.words() if authority else None,
        "fingerprint": authority.fingerprint if authority else None,
        "unreachable": endpoint.unreachable,
        "name_url": pairing_link(endpoint.name_url, code) if endpoint.name_url else None,
    }


def pairing_link(url: str, code: Code, *, at_once: bool = False) -> str:
    """Return a link to the page at *url* that brings the code along.

    With *at_once* the page pairs without a tap; it is a page that asks for it, by POST. The code is
    in the fragment, which browsers never send over the network: what only fetches the link does not
    use it up.
    """
    return f"{url}/#p={code.text}{'&now' if at_once else ''}"


def drawn(url: str) -> list[str]:
    """Return a QR code of *url* as rows of squares, `1` for a dark one, without a border."""
    return ["".join(map(str, row)) for row in segno.make(url, error="m", micro=False).matrix]


def invitation(details: Mapping[str, Any]) -> str:
    """Return what ``invite`` gives as lines for a terminal: a QR code, and the code to type."""
    picture = io.StringIO()
    segno.make(details["url"], error="l", micro=False).terminal(picture, border=2, compact=True)
    address = details["url"].partition("#")[0]
    lines = [
        picture.getvalue(),
        f"  Pair a device: scan this, or open {address} and type  {details['code']}",
        "  The code is valid for one device and five minutes. For another, run: janus pair",
    ]
    if details["name_url"]:
        name = details["name_url"].partition("#")[0]
        lines += [
            f"  Where the network knows it, {name} is better for an icon on the phone:",
            "  it stays the same when the address of this computer changes.",
        ]
    if details["unreachable"]:
        lines += [
            "",
            f"  Phones cannot reach this Janus: {details['unreachable']}",
            f"  A browser on this computer can, or one with a tunnel to it, at {address}",
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
