"""Pairing codes: valid once, for five minutes, and useless to guess at."""

import re
from contextlib import suppress

import pytest

from janus.access.pairing import ALPHABET, LENGTH, Pairing
from janus.errors import Forbidden, RateLimited


@pytest.fixture
def pairing(clock):
    return Pairing(clock)


def wrong(pairing, times, address="10.0.0.9"):
    for _ in range(times):
        with pytest.raises(Forbidden):
            pairing.redeem("WRONG", address)


def test_a_code_is_valid_once(pairing):
    code = pairing.open("read")

    assert pairing.redeem(code.text, "10.0.0.2").scope == "read"
    with pytest.raises(Forbidden, match="janus pair"):
        pairing.redeem(code.text, "10.0.0.2")


@pytest.mark.parametrize("write", [str.lower, lambda c: f" {c[:5]} - {c[5:]} "])
def test_case_spaces_and_dashes_do_not_matter(write, pairing):
    assert pairing.redeem(write(pairing.open().text), "10.0.0.2")


def test_codes_are_long_and_all_different(pairing):
    codes = {pairing.open().text for _ in range(2000)}

    assert len(codes) == 2000 and len(ALPHABET) ** LENGTH == 2**50
    assert all(re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", code) for code in codes)
    assert {letter for code in codes for letter in code} == set(ALPHABET)


def test_a_code_is_valid_for_five_minutes(pairing, clock):
    code = pairing.open()
    clock.now += 299
    assert pairing.redeem(code.text, "10.0.0.2")

    code = pairing.open()
    clock.now += 301
    with pytest.raises(Forbidden):
        pairing.redeem(code.text, "10.0.0.2")


def test_five_wrong_attempts_cancel_all_open_codes(pairing):
    codes = [pairing.open() for _ in range(2)]

    for n in range(5):
        wrong(pairing, 1, f"10.0.0.{n}")

    for code in codes:
        with pytest.raises(Forbidden):
            pairing.redeem(code.text, "10.0.0.50")
    assert pairing.redeem(pairing.open().text, "10.0.0.50")


def test_wrong_attempts_from_the_network_lock_nobody_out_who_has_a_code_from_the_terminal(pairing):
    code, other = pairing.open(at_terminal=True), pairing.open()
    wrong(pairing, 4)
    with suppress(Forbidden, RateLimited):
        for n in range(200):
            pairing.redeem("WRONG", f"10.0.2.{n}")

    with pytest.raises((Forbidden, RateLimited)):
        pairing.redeem(other.text, "10.0.0.9")
    assert pairing.redeem(code.text, "10.0.0.9") == code
    with pytest.raises((Forbidden, RateLimited)):
        pairing.redeem(code.text, "10.0.0.9")


def test_on_this_computer_they_cancel_such_a_code_too(pairing):
    code = pairing.open(at_terminal=True)
    wrong(pairing, 5, "127.0.0.1")

    with pytest.raises(Forbidden):
        pairing.redeem(code.text, "10.0.0.9")


def test_one_address_has_five_wrong_attempts_a_minute(pairing, clock):
    wrong(pairing, 5)
    code = pairing.open()

    with pytest.raises(RateLimited) as refused:
        pairing.redeem(code.text, "10.0.0.9")
    assert 0 < refused.value.retry_after <= 60
    clock.now += 61
    assert pairing.redeem(code.text, "10.0.0.9")


def test_one_address_has_thirty_wrong_attempts_an_hour(pairing, clock):
    for _ in range(6):
        wrong(pairing, 5)
        clock.now += 61

    with pytest.raises(RateLimited) as refused:
        pairing.redeem("WRONG", "10.0.0.9")
    assert refused.value.retry_after > 60
    assert pairing.redeem(pairing.open().text, "10.0.0.10")


def test_all_addresses_have_a_hundred_wrong_attempts_an_hour(pairing):
    for n in range(100):
        wrong(pairing, 1, f"10.0.1.{n}")

    with pytest.raises(RateLimited):
        pairing.redeem(pairing.open().text, "10.0.0.10")


def test_without_a_code_nothing_can_be_guessed(pairing):
    wrong(pairing, 1)


def test_strange_input_is_a_wrong_code(pairing):
    pairing.open()
    for text in ("", "ü" * 10, "\0", "\ud83d", "A" * 200):
        with pytest.raises((Forbidden, RateLimited)):
            pairing.redeem(text, "10.0.0.9")
