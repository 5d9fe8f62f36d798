"""What a browser gives as its push service is a stranger's address."""

import ipaddress
import socket

import pytest

from janus.push import delivery
from janus.push.delivery import post

NOW = 1_800_000_000.0


def test_a_post_arrives_with_its_body_and_headers(service):
    reply = post(f"{service.url}/a?b=c", b"body", {"TTL": "60"}, NOW, ["localhost"])

    assert (reply.status, reply.wait) == (201, None)
    [(path, headers, body)] = service.got
    assert (path, headers["TTL"], body) == ("/a?b=c", "60", b"body")


def test_no_private_network_is_reached(service):
    for host in ("localhost", "127.0.0.1"):
        reply = post(service.url.replace("localhost", host), b"", {}, NOW)
        assert (reply.status, reply.words) == (0, f"{host} is in a private network")
    assert service.got == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
     "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[2002:7f00:1::]",
     "[64:ff9b::10.0.0.1]", "[fec0::1]", "[ff02::1]", "224.0.0.1", "0x7f.1", "2130706433"],
)  # fmt: skip
def test_addresses_of_private_networks_are_known(address):
    reply = post(f"https://{address}/", b"", {}, NOW)

    assert reply.status == 0 and "private network" in reply.words


@pytest.mark.parametrize("address", ["2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_addresses_of_the_world_are_known(address):
    assert delivery._is_public(ipaddress.ip_address(address))


def test_a_name_with_one_private_address_is_refused(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)

    assert "private network" in post("https://push.example.org/", b"", {}, NOW).words


def test_what_was_looked_up_is_what_is_connected_to(service, monkeypatch):
    looked_up = []
    real = socket.getaddrinfo

    def once(host, *args, **more):
        looked_up.append(host)
        return real(host, *args, **more)

    monkeypatch.setattr(delivery.socket, "getaddrinfo", once)

    assert post(service.url, b"", {}, NOW, ["localhost"]).status == 201
    assert [host for host in looked_up if host == "localhost"] == ["localhost"]


def test_a_redirect_is_not_followed(service):
    service.answers = [(302, {"Location": f"{service.url}/elsewhere"})]

    assert post(service.url, b"", {}, NOW, ["localhost"]).status == 302
    assert len(service.got) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(service, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    delivery._tls.cache_clear()

    reply = post(service.url, b"", {}, NOW, ["localhost"])

    assert reply.status == 0 and "certificate" in reply.words.lower() and service.got == []


def test_what_does_not_answer_is_told():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    reply = post(f"https://localhost:{port}/", b"", {}, NOW, ["localhost"])

    assert reply.status == 0 and reply.words


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7.0), ("999999", 3600.0), ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0), ("soon", None),
     ("-5", None)],
)  # fmt: skip
def test_patience_that_a_service_asks_for_is_understood(service, told, seconds):
    service.answers = [(429, {"Retry-After": told})]

    reply = post(service.url, b"", {}, NOW, ["localhost"])

    assert (reply.status, reply.wait) == (429, seconds)
