"""A prompt and what is attached to it, in the blocks that the agent says it takes."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from urllib.parse import quote

from janus.agents.acp.jsonrpc import Json
from janus.agents.attached import Attached, placed

#: The words of a prompt, and all of its blocks.
Prompt = tuple[str, list[Json]]
#: Bytes of a text that is put into the prompt itself.
_EMBEDDED = 100_000


def prompt_of(text: str, attached: Iterable[Attached], takes: Json) -> Prompt:
    """A prompt with what is *attached*; *takes* are the agent's ``promptCapabilities``.

    What it does not take as a block, it finds in a file.
    """
    blocks: list[Json] = []
    others = []
    for it in attached:
        if it.is_picture and takes.get("image") is True:
            data = base64.b64encode(it.read()).decode()
            blocks.append({"type": "image", "mimeType": it.media_type, "data": data})
        elif _is_short_text(it) and takes.get("embeddedContext") is True:
            said = it.read().decode("utf-8", "replace")
            uri = f"attachment:///{quote(it.name)}"
            resource = {"uri": uri, "mimeType": it.media_type, "text": said}
            blocks.append({"type": "resource", "resource": resource})
        else:
            others.append(it)
    text = placed(text, others)
    return text, [{"type": "text", "text": text}, *blocks]


def _is_short_text(it: Attached) -> bool:
    return it.media_type == "text/plain" and it.size <= _EMBEDDED
