"""A bundle at a real doorway: the newest that is whole counts, whatever else lies there."""

import hashlib
import os

import pytest
from doorways import HOME, LAPTOP, doorways

from janus.fleet.branches import PART, bundle_of
from janus.model import Bundle

assert doorways
SESSION, COMMIT = "one", "c0" * 20


@pytest.mark.slow
def test_threat_45_pieces_that_do_not_make_a_whole_are_no_bundle(doorways):
    doorway = doorways()
    doorway.shapes()
    laptop, home = doorway.client(LAPTOP), doorway.reader()
    whole = os.urandom(700_000)
    digest = hashlib.sha256(whole).hexdigest()

    def put(at, data, size=700_000, digest=digest, commit=COMMIT):
        part = {PART: f"{commit} {at} {size} {digest}"}
        laptop.publish(f"ev.{LAPTOP}.branch.{SESSION}", data, part)

    def found():
        return bundle_of(home, LAPTOP, SESSION)

    assert found() is None
    put(500_000, whole[500_000:])  # its beginning is not there any more
    put(0, whole[:500_000])
    put(0, whole[:400_000])  # begun again, and with a gap
    put(500_000, whole[500_000:])
    put(0, whole[:500_000])
    put(500_000, whole[500_000:], commit="d1" * 20)
    put(0, whole[:500_000])
    put(500_000, whole[500_000:] + b"more")
    put(0, whole, digest="0" * 64)
    put(0, whole, commit="no commit")
    laptop.publish(f"ev.{LAPTOP}.branch.{SESSION}", whole)
    assert found() is None
    for _ in range(2):  # once more, in a machine that was killed before it knew
        put(0, whole[:500_000])
        put(500_000, whole[500_000:])
    put(0, whole[:500_000])  # a newer one is on its way
    assert found() == Bundle(COMMIT, whole, len(whole))
    large = Bundle.LARGEST + 1
    put(0, b"", size=large, commit="d1" * 20)
    assert found() == Bundle("d1" * 20, b"", large)
    empty = hashlib.sha256(b"").hexdigest()
    put(0, b"", size=0, digest=empty)
    assert found() == Bundle(COMMIT)

    async def tricked(jetstream):  # the server's own answer, under that subject
        subject = f"ev.{LAPTOP}.branch.{SESSION}"
        await jetstream._nc.publish("$JS.API.INFO", b"", reply=subject)
        await jetstream._nc.flush()

    laptop.call(tricked)
    assert found() == Bundle(COMMIT)
    assert bundle_of(home, HOME, SESSION) is None


def test_pieces_beyond_what_a_bundle_may_have_are_not_kept(doorways):
    doorway = doorways()
    doorway.shapes()
    laptop, home = doorway.client(LAPTOP), doorway.reader()
    piece = os.urandom(900_000)
    size = 10 * len(piece)
    digest = hashlib.sha256(piece * 10).hexdigest()

    for number in range(10):
        part = f"{COMMIT} {number * len(piece)} {size} {digest}"
        laptop.publish(f"ev.{LAPTOP}.branch.{SESSION}", piece, {PART: part})

    assert bundle_of(home, LAPTOP, SESSION) is None
