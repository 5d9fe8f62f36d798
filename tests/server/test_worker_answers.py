"""What clients may rely on, and what is answered to those who say nonsense."""

import json

import doors
import pytest
from doors import FOR_EVER, HEALTH, LAST, answer_of, everything, post

certificate, crowd, open_door, tls = doors.certificate, doors.crowd, doors.open_door, doors.tls


REFUSED = [
    (b"canary\r\n\r\n", 400),
    (b"\x00\xff canary\r\n\r\n", 400),
    (b"\r\n\r\n", 400),
    (b"GET /canary HTTP/1.1\nHost: localhost\n\n", 400),
    (b"GET /canary HTTP/9.9\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\ncanary\r\n\r\n", 400),
    (post("/canary", "canary"), 400),
    (b"GET /" + b"canary" * 1400 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nCookie: " + b"canary" * 1400 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nCookie: " + b"canary" * 6000, 431),
    (b"GET / HTTP/1.1\r\nExpect: canary\r\n\r\n", 417),
    (post("/", 1, more="Transfer-Encoding: canary\r\n") + b"x", 501),
]


def test_what_is_no_request_is_refused_in_the_shape_of_the_api(tls, open_door):
    door = open_door(tls=tls, HEAD=FOR_EVER)

    with door.nothing_leaked():
        for request, status in REFUSED:
            head, _, body = door.say(request).partition(b"\r\n\r\n")

            answer = json.loads(body)
            assert head.startswith(b"HTTP/1.1 %d " % status), request[:60]
            assert answer["error"]["code"] == "INVALID_REQUEST" and answer["error"]["message"]
            assert b"Connection: close" in head and b"Content-Type: application/json" in head
            assert f"X-Request-ID: {answer['request_id']}".encode() in head
            assert b"canary" not in body and b"gunicorn" not in head + body
    assert "canary" not in door.server.log


def test_a_malformed_body_is_refused_in_the_shape_of_the_api(open_door):
    head = post("/api/session/start", 0).replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked"
    )

    answer = open_door().say(head + b"canary\r\n")

    assert b" 400 " in answer and b'"INVALID_REQUEST"' in answer and b"canary" not in answer


def test_what_is_no_tls_is_hung_up_on(certificate, open_door):
    door = open_door(threads=1, tls=certificate, HEAD=FOR_EVER)

    with door.nothing_leaked():
        for hello in (b"\x16\x03\x01\xff\xff" * 100, b"\x16" * 1000, b"\x16" + HEALTH):
            with door.knock() as connection:
                connection.sendall(hello)
                assert b"HTTP" not in everything(connection)


@pytest.mark.quick
def test_with_a_certificate_both_are_served_on_one_port(certificate, open_door):
    door = open_door(threads=1, tls=certificate)

    with door.nothing_leaked():
        for connect in (door.connect, door.knock, door.connect):
            with connect() as connection:
                connection.sendall(HEALTH)
                assert answer_of(connection) == (200, True)
                connection.sendall(LAST)  # the second request needs no other look
                assert b" 200 OK" in everything(connection)


def test_requests_may_come_together_and_in_pieces(tls, open_door, crowd):
    door = open_door(tls=tls, threads=1, HEAD=FOR_EVER)
    start = door.owners(post("/api/session/start", 2)) + b"{}"
    requests = HEALTH * 300 + start + HEALTH
    connection = crowd(door.connect())
    at = 0
    for size in [1, len(HEALTH) + 1, 12_000, 3, len(requests)]:
        connection.sendall(requests[at : at + size])
        at += size
        door.health()

    connection.sendall(LAST)
    assert everything(connection).count(b"HTTP/1.1 20") == 303


def test_a_connection_is_used_again(tls, open_door, crowd):
    door = open_door(tls=tls)
    connection = crowd(door.connect())

    for _ in range(20):
        connection.sendall(HEALTH)
        assert answer_of(connection) == (200, True)


def test_the_head_of_a_page_and_old_clients_are_answered(open_door):
    door = open_door()

    old = door.say(HEALTH.replace(b"HTTP/1.1", b"HTTP/1.0"))
    head = door.say(LAST.replace(b"GET", b"HEAD"))

    assert b"200 OK" in old and old.endswith(b"}\n")
    assert b"200 OK" in head and head.endswith(b"\r\n\r\n")


def test_who_asks_before_sending_a_body_is_told_to_go_on(open_door, crowd):
    door = open_door()
    connection = crowd(door.connect())

    start = post("/api/session/start", 2, more="Expect: 100-continue\r\n")
    connection.sendall(door.owners(start))
    assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert answer_of(connection) == (201, True)
