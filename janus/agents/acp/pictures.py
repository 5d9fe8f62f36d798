"""The pictures in what an agent sends: told once each, whoever shows them how often."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from janus.model.events import Image

#: Bytes of a picture that is shown.
_LARGEST = 8 << 20
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def picture_of(block: Any, turn_id: str | None = None) -> Image | None:
    """The picture that a block of content is; None if it is none that can be shown.

    What it is tell its bytes, not what the agent says of them.
    """
    match block:
        case {"type": "image", "data": str(data)}:
            pass
        case {"type": "image", "source": {"data": str(data)}}:
            pass
        case {"type": "resource", "resource": {"blob": str(data)}}:
            pass
        case _:
            return None
    if len(data) > _LARGEST * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    kind = next((kind for mark, kind in _KINDS.items() if content.startswith(mark)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind:
        return None
    return Image(hashlib.sha256(content).hexdigest()[:32], kind, data, turn_id)
