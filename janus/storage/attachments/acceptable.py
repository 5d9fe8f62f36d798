"""Make a picture acceptable: upright, small enough for every agent, nothing but pixels.

Where it was taken, its comments, and whatever else hides in the file go: it is drawn anew.
What its header announces is looked at before anything is decoded: a few bytes may claim to be a
picture of any size.
"""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from janus.errors import PayloadTooLarge, UnsupportedMediaType

#: Pixels of the longer edge, as agents take them many at a time, and of a small copy.
LONG_EDGE, SMALL = 2000, 320
#: Pixels that are decoded at most. A page sends what is larger in a smaller size.
PIXELS = 64_000_000
#: Characters of a picture as base64: what services count.
ENCODED = 5_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
#: So many pixels are 256 MB for a moment: one picture at a time.
_ONE = threading.Lock()
_BROKEN = "This picture is damaged, or of a kind that cannot be read. Send it as JPEG or PNG."


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that every agent and every browser takes."""

    content: bytes
    media_type: str
    width: int
    height: int
    #: A small copy of it, as JPEG.
    small: bytes


def acceptable(content: bytes) -> Picture:
    """The picture in a file. Raises UnsupportedMediaType, PayloadTooLarge."""
    with _ONE:
        try:
            return _drawn_anew(content)
        except (UnidentifiedImageError, SyntaxError, ValueError, OSError, EOFError) as broken:
            raise UnsupportedMediaType(_BROKEN) from broken
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as large:
            raise PayloadTooLarge(_too_many()) from large


def _too_many() -> str:
    return f"This picture has more than {PIXELS // 1_000_000} megapixels. Send a smaller one."


def _drawn_anew(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as found:
        if found.width * found.height > PIXELS:
            raise PayloadTooLarge(_too_many())
        found.draft("RGB", (LONG_EDGE, LONG_EDGE))  # a JPEG is decoded smaller at once
        has_alpha = "A" in found.getbands() or "transparency" in found.info
        if found.mode.startswith("I"):  # 16 bits of grey, of which Pillow would cut the upper half
            image, has_alpha = found.convert("I").point(lambda grey: grey * (1 / 257)), False
            image = image.convert("L").convert("RGB")
        else:
            image = found.convert("RGBA" if has_alpha else "RGB")
        profile = found.info.get("icc_profile") if found.mode in ("RGB", "RGBA") else None
        lossless = found.format in ("PNG", "GIF")
    image.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    image = _bare(_in_screen_colours(ImageOps.exif_transpose(image), profile))
    media_type, data = _encoded(image, lossless=lossless)
    small = _on_white(image)
    small.thumbnail((SMALL, SMALL))
    return Picture(data, media_type, image.width, image.height, _written(small, "JPEG", 75))


def _in_screen_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same picture in sRGB, which is what a picture without a profile is shown in."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"))
            return shown or image
    return image


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _encoded(image: Image.Image, *, lossless: bool) -> tuple[str, bytes]:
    """The smallest change that brings it below the limit."""
    if (lossless or image.mode == "RGBA") and _fits(data := _written(image, "PNG")):
        return "image/png", data
    flat = _on_white(image)
    for quality in (90, 75, 50):
        if _fits(data := _written(flat, "JPEG", quality)):
            break
    return "image/jpeg", data


def _fits(data: bytes) -> bool:
    return -(-len(data) // 3) * 4 <= ENCODED


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.copy()
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _written(image: Image.Image, kind: str, quality: int = 0) -> bytes:
    into = io.BytesIO()
    image.save(into, kind, **({"quality": quality} if quality else {}))
    return into.getvalue()
