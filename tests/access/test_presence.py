"""A page is in front while it says so, or has a stream."""

from janus.access.presence import Presence


def test_a_page_is_in_front_for_a_while_after_it_says_so(clock):
    presence = Presence(clock)
    assert not presence.in_front()

    presence.looked()
    clock.now += 29
    assert presence.in_front()
    clock.now += 2
    assert not presence.in_front()


def test_a_page_is_in_front_as_long_as_any_has_a_stream(clock):
    presence = Presence(clock)
    first, second = presence.watch(), presence.watch()
    clock.now += 3600

    first()
    assert presence.in_front()
    second()
    assert not presence.in_front()
