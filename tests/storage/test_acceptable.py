"""A picture is made acceptable before anybody sees it, whatever it is and says of itself."""

import base64
import io
import os
import struct
import zlib

import pytest
from kit.pictures import COMMENT, PLACE, opened, photo
from PIL import Image

from janus.errors import JanusError, PayloadTooLarge, UnsupportedMediaType
from janus.storage.attachments.acceptable import ENCODED, LONG_EDGE, SMALL, acceptable
from janus.storage.attachments.kinds import clean_name, kind_of, named_for


def header_of(width, height):
    """A PNG that announces much and has next to nothing."""
    told = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", told), (b"IDAT", zlib.compress(b"\0"))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_a_photo_but_what_is_seen(kind):
    before = photo(kind=kind)
    assert PLACE in before

    after = acceptable(before)

    for told in (PLACE, COMMENT, b"Exif", b"stowaway"):
        assert told not in after.content + after.small
    shown = opened(after.content)
    assert (shown.size, dict(shown.getexif())) == ((60, 40), {})
    red, _, blue = shown.convert("RGB").getpixel((30, 5))
    assert red > 240 and blue < 15


def test_a_photo_of_40_megapixels_is_turned_and_made_smaller():
    before = photo(8000, 5000, turned=True)
    assert opened(before).getexif().get_ifd(0x8825)

    after = acceptable(before)

    assert (after.width, after.height) == (1250, LONG_EDGE)
    shown = opened(after.content)
    assert shown.size == (1250, LONG_EDGE) and not shown.getexif()
    assert shown.getpixel((1200, 100))[0] > 240 and shown.getpixel((50, 100))[2] > 240
    assert max(opened(after.small).size) == SMALL


@pytest.mark.slow
def test_the_limit_counts_a_picture_as_it_is_sent():
    noise = Image.frombytes("RGB", (1900, 1900), os.urandom(1900 * 1900 * 3))
    into = io.BytesIO()
    noise.save(into, "PNG")
    assert len(into.getvalue()) * 4 / 3 > ENCODED

    after = acceptable(into.getvalue())

    assert after.media_type == "image/jpeg"
    assert len(base64.b64encode(after.content)) <= ENCODED


def test_what_can_be_seen_through_stays_so():
    image = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    into = io.BytesIO()
    image.quantize().save(into, "PNG")

    after = acceptable(into.getvalue())

    assert after.media_type == "image/png"
    assert opened(after.content).convert("RGBA").getpixel((3, 3))[3] == 0


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("I;16", 0x8000, (127, 127, 127, 255)),
        ("CMYK", (0, 255, 255, 0), (254, 0, 0, 255)),
        ("LA", (90, 128), (90, 90, 90, 128)),
        ("1", 1, (255, 255, 255, 255)),
    ],
)
def test_colours_stay_what_they_were_however_they_were_written(mode, colour, expected):
    into = io.BytesIO()
    Image.new(mode, (20, 20), colour).save(into, "JPEG" if mode == "CMYK" else "PNG")

    after = opened(acceptable(into.getvalue()).content)

    assert after.convert("RGBA").getpixel((5, 5)) == expected


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(header_of(60000, 60000), PayloadTooLarge, id="a bomb"),
        pytest.param(header_of(9000, 9000), PayloadTooLarge, id="a large one"),
        pytest.param(header_of(90, 90), UnsupportedMediaType, id="nothing but a header"),
        pytest.param(photo()[:300], UnsupportedMediaType, id="cut off"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * 99, UnsupportedMediaType, id="no picture"),
        pytest.param(b"GIF89a", UnsupportedMediaType, id="a mark"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(content, error):
    with pytest.raises(error, match="picture"):
        acceptable(content)


def test_damaged_pictures_do_no_more_than_being_refused():
    whole = photo(kind="PNG")
    for place in range(8, len(whole), 7):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            acceptable(damaged)
        except JanusError as refused:
            assert "picture" in str(refused)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"<!doctype html><script>", "text/plain"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\0\0\0\x18ftypheicmif1", "image/heic"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("Grüße".encode(), "text/plain"),
        (b"a\0b", "application/octet-stream"),
        (b"\xfe\xff\0a", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_are(content, kind):
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\a b.jpg", "a b.jpg"),
        ("..", "file"),
        (".env", "env"),
        ("gpj\u202eexe.txt", "gpjexe.txt"),
        ("a\nb\0c.txt", "abc.txt"),
        ("Grüße.txt", "Grüße.txt"),
        ("x" * 300 + ".txt", "x" * 96 + ".txt"),
    ],
)
def test_a_name_is_one_that_can_be_shown(given, shown):
    assert clean_name(given) == shown


def test_a_picture_is_called_what_it_became():
    assert named_for("a.webp", "image/jpeg") == "a.jpg"
    assert named_for("a.JPEG", "image/jpeg") == "a.JPEG"
    assert named_for("photo", "image/png") == "photo.png"
