import random
import socket

import pytest

from janus.network.addresses import (
    host_matches,
    is_loopback,
    is_private,
    lan_address,
    local_name,
    own_names,
)


def wide(text):
    """The same in characters of another width, which some programs read all the same."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


NAMES = own_names(["127.0.0.1", "192.168.1.20", "fd00::2"], 8443, hostname="Ada-Laptop")


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.20", "100.64.0.1",
        "100.127.255.255", "fd00::2", "fc00::1", "FD00::2",
    ],
)  # fmt: skip
def test_networks_of_ones_own_are_private(text):
    assert is_private(text)
    assert not is_loopback(text)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1"])
def test_loopback_is_loopback_and_not_private(text):
    assert is_loopback(text)
    assert not is_private(text)


@pytest.mark.parametrize(
    "text",
    [
        # Public, and the ones next to the private ranges.
        "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "100.63.255.255", "100.128.0.0", "2001:db8::1", "2a00::1", "fe00::1",
        # What ipaddress calls private and no phone reaches.
        "0.0.0.0", "::", "169.254.1.1", "fe80::1", "224.0.0.1", "ff02::1", "192.0.2.2",
        "255.255.255.255", "fec0::1", "::ffff:192.168.1.20", "64:ff9b::c0a8:114",
    ],
)  # fmt: skip
def test_other_networks_are_neither(text):
    assert not is_private(text)
    assert not is_loopback(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "127.1", "10.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
        "010.0.0.1", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\n", "127.0.0.1\0", "127.0.0.1.",
        "127.0.0.1/8", "127.0.0.1:80", "127.0.0.256", "[::1]", "::1%lo", "::1%", "fd00::2%eth0",
        "::1/128", wide("127") + ".0.0.1", wide("10") + ".0.0.1", "fd00::" + wide("2"),
        "127。0。0。1", "localhost",
        "\u0661\u0660.0.0.1", "10.0.0.-1", "+10.0.0.1", "1e1.0.0.1", "1_0.0.0.1",
    ],
)  # fmt: skip
def test_unusual_spellings_are_not_addresses(text):
    assert not is_private(text)
    assert not is_loopback(text)


def routes(ipv4=None, ipv6=None, ula=None):
    """A computer that would send from these addresses."""

    def source(family, destination):
        if family == socket.AF_INET:
            return ipv4
        return ula if destination.startswith("fd") else ipv6

    return source


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        (routes("192.168.1.20", "fd00::2", "fd00::2"), "192.168.1.20"),
        (routes("100.101.1.2"), "100.101.1.2"),
        (routes("8.8.8.8", "fd00::2"), "fd00::2"),
        (routes(None, "2a00::1", "fd00::2"), "fd00::2"),
        (routes(None, "2a00::1", "2a00::1"), None),
        (routes("8.8.8.8"), None),
        (routes("169.254.7.7", "fe80::1%eth0", "fe80::1%eth0"), None),
        (routes("0.0.0.0", "::", "::"), None),
        (routes("127.0.0.1", "::1", "::1"), None),
        (routes("224.0.0.1", "ff02::1"), None),
        (routes(), None),
    ],
)
def test_the_address_of_the_lan_is_the_private_one_of_the_way_out(routes, found):
    assert lan_address(routes) == found


def test_the_address_of_this_computer_is_private_if_it_has_one():
    found = lan_address()

    assert found is None or is_private(found)


def test_a_computer_without_a_network_has_no_address(monkeypatch):
    def unreachable(*_):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", unreachable)

    assert lan_address() is None


@pytest.mark.parametrize(
    ("hostname", "name"),
    [
        ("laptop", "laptop.local"),
        ("Ada-Laptop", "ada-laptop.local"),
        ("adas-mac.local", "adas-mac.local"),
        ("build7.lan.example.com", "build7.local"),
        ("localhost", None),
        ("localhost.localdomain", None),
        ("", None),
        (".local", None),
        ("my_pc", None),
        ("-pc", None),
        ("pc-", None),
        ("a" * 64, None),
        ("küche", None),
        ("evil\r\nX-Header", None),
        ("pc\n", None),
        ("\udce4pc", None),
        ("\u212aing", None),
    ],
)
def test_a_computer_has_one_name_in_its_network(hostname, name):
    assert local_name(hostname) == name


def test_names_have_the_port():
    assert set(NAMES) == {
        "127.0.0.1:8443", "192.168.1.20:8443", "[fd00::2]:8443", "localhost:8443",
        "ada-laptop.local:8443",
    }  # fmt: skip


@pytest.mark.parametrize("port", [80, 443])
def test_a_port_that_browsers_leave_out_may_be_left_out(port):
    names = own_names(["127.0.0.1"], port, hostname="")

    assert names == {f"127.0.0.1:{port}", f"localhost:{port}", "127.0.0.1", "localhost"}


def test_an_address_is_named_as_browsers_write_it():
    names = own_names(["FD00:0:0:0:0:0:0:2"], 8443, hostname="")

    assert names == {"[fd00::2]:8443", "localhost:8443"}


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "example.com", "", "fe80::1%eth0", "127.1"]
)
def test_only_addresses_of_a_single_computer_have_names(text):
    with pytest.raises(ValueError, match="not the address of a computer"):
        own_names(["127.0.0.1", text], 8443, hostname="laptop")


@pytest.mark.parametrize(
    "header",
    [
        "127.0.0.1:8443", "192.168.1.20:8443", "[fd00::2]:8443", "[FD00::2]:8443",
        "localhost:8443", "LOCALHOST:8443", "ada-laptop.local:8443", "Ada-Laptop.Local:8443",
    ],
)  # fmt: skip
def test_our_names_are_ours(header):
    assert host_matches(header, NAMES)


BAD = [
    None,
    "",
    " ",
    ":8443",
    "evil.example:8443",
    # Ours at the front, at the end, in the middle.
    "localhost.evil.example:8443",
    "evil-localhost:8443",
    "evil.localhost:8443",
    "192.168.1.20.nip.io:8443",
    "192-168-1-20.nip.io:8443",
    "127.0.0.1.evil.example:8443",
    "x.ada-laptop.local:8443",
    "ada-laptop:8443",
    "local:8443",
    # Other ways to write an address.
    "2130706433:8443",
    "0x7f000001:8443",
    "0x7f.0.0.1:8443",
    "0177.0.0.1:8443",
    "127.1:8443",
    "127.0.0.01:8443",
    "127.0.0.2:8443",
    "0.0.0.0:8443",
    "[::]:8443",
    "0:8443",
    "[::ffff:127.0.0.1]:8443",
    "[fd00::2%25eth0]:8443",
    "[fd00::2%eth0]:8443",
    "fd00::2:8443",
    "[fd00::2",
    "[fd00::2:8443",
    "fd00::2]:8443",
    "[[fd00::2]]:8443",
    "[127.0.0.1]:8443",
    "[localhost]:8443",
    # Other ports.
    "localhost",
    "localhost:",
    "localhost:80",
    "localhost:08443",
    "localhost:+8443",
    "localhost:8443:8443",
    "localhost:8443:80",
    "localhost:80:8443",
    "localhost:84430",
    "localhost:844",
    "localhost:73979",
    "localhost:0x20fb",
    # What else may stand in front of a host, or behind it.
    "user@localhost:8443",
    "localhost:8443@evil.example",
    "evil.example@localhost:8443",
    "http://localhost:8443",
    "//localhost:8443",
    "localhost:8443/",
    "localhost:8443?",
    "localhost:8443#",
    "localhost:8443, evil.example",
    "localhost:8443,localhost:8443",
    "localhost.:8443",
    "ada-laptop.local.:8443",
    ".localhost:8443",
    " localhost:8443",
    "localhost:8443 ",
    "localhost :8443",
    "localhost: 8443",
    "local host:8443",
    "localhost:8443\t",
    "localhost:8443\r\n",
    "localhost:8443\n",
    "localhost:8443\0",
    "localhost\0:8443",
    "localhost\0.evil.example:8443",
    "localhost%00:8443",
    "%6cocalhost:8443",
    "localhost\\:8443",
    "*:8443",
    "null",
    # Letters that only look like ours.
    "localhost:" + wide("8443"),
    "localhost:\u0668\u0664\u0664\u0663",
    wide("127") + ".0.0.1:8443",
    "127。0。0。1:8443",
    wide("l") + "ocalhost:8443",
    "l\u043ecalhost:8443",
    "localho\u017ft:8443",
    "localhost\u200b:8443",
    "\ufefflocalhost:8443",
    "localhost:8443" * 10_000,
]


@pytest.mark.parametrize("header", BAD, ids=lambda header: repr(header)[:40])
def test_other_hosts_are_not_ours(header):
    assert not host_matches(header, NAMES)


def test_the_sign_for_kelvin_is_no_k():
    names = own_names([], 8443, hostname="kitchen")

    assert host_matches("KITCHEN.local:8443", names)
    assert not host_matches("\u212aitchen.local:8443", names)


def test_the_smallest_change_makes_a_name_foreign():
    """Any one character more, less or other, unless it only changes the case."""
    chance = random.Random(7)
    strange = [chr(code) for code in range(256)] + [
        "\u212a",
        "\u017f",
        "\u0130",
        wide("8"),
        "\udc00",
    ]
    for name in NAMES:
        for at in range(len(name) + 1):
            changed = {name[:at] + name[at + 1 :]}
            for character in chance.sample(strange, 40):
                changed |= {
                    name[:at] + character + name[at:],
                    name[:at] + character + name[at + 1 :],
                }
            for header in changed - {name}:
                ours = header.isascii() and header.lower() in NAMES
                assert host_matches(header, NAMES) == ours
                assert not ours or len(header) == len(name)
