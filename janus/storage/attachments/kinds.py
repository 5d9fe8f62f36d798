"""What a file is, by its bytes: neither its name nor what its sender says of it is believed."""

from __future__ import annotations

import re
import unicodedata

#: Pictures that a browser may show in the page: nothing in them can run.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_MARKS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_LONGEST = 100
#: What deceives a reader of a name, or is no name at all.
_STRANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def kind_of(content: bytes) -> str:
    """The media type; ``text/plain`` for whatever is text, be it a page or a drawing."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        if content[8:12] in _HEIC:
            return "image/heic"
        if content[8:12] in (b"avif", b"avis"):
            return "image/avif"
    for mark, kind in _MARKS.items():
        if content.startswith(mark):
            return kind
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if "\0" in text else "text/plain"


def clean_name(name: str) -> str:
    """The last part of a file's name, fit to be shown."""
    name = name.encode("utf-8", "replace").decode().replace("\\", "/").rpartition("/")[2]
    name = " ".join(_STRANGE.sub("", unicodedata.normalize("NFC", name)).split()).lstrip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"
    return name[:_LONGEST] or "file"


def named_for(name: str, kind: str) -> str:
    """*name* with the ending of *kind*, which its bytes were turned into."""
    ending = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}.get(kind)
    stem, dot, had = name.rpartition(".")
    same = had.lower() in (ending, "jpeg" if ending == "jpg" else ending)
    return name if ending is None or (dot and same) else f"{stem or name}.{ending}"
