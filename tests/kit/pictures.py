"""Pictures as phones make them, with what they should not tell."""

import io

from PIL import Image

PLACE, COMMENT = b"MyHouse", b"a comment nobody should read"


def photo(width=60, height=40, kind="JPEG", *, turned=False, **more):
    """A photo with its place, a comment, and perhaps on its side: red above, blue below."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (0, height // 2, width, height))
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    if turned:
        exif[0x0112] = 6  # to be turned by a quarter
    into = io.BytesIO()
    image.save(into, kind, exif=exif, **({"comment": COMMENT} if kind == "JPEG" else {}), **more)
    return into.getvalue() + b"<script>a stowaway</script>"


def opened(content):
    return Image.open(io.BytesIO(content))
