"""Bodies that stop, come in drops or are not wanted, and clients that come and go as they like."""

import json
import socket
import struct
import time
from contextlib import suppress

import doors
import pytest
from conftest import fake_path, wait_for
from doors import FOR_EVER, HEALTH, answer_of, everything, post

certificate, crowd, open_door, tls = doors.certificate, doors.crowd, doors.open_door, doors.tls


def test_a_body_that_stops_costs_a_thread_for_so_long(tls, open_door, crowd):
    door = open_door(threads=2, tls=tls, PIECE=0.5)

    with door.nothing_leaked():
        stalled = [crowd(door.connect()) for _ in range(4)]
        for connection in stalled:
            connection.sendall(door.owners(post("/api/session/start", 100)) + b"{")

        door.health()
        for connection in stalled:
            answer = everything(connection)
            assert b" 400 " in answer and b'"INVALID_REQUEST"' in answer
            connection.close()


@pytest.mark.parametrize("more", ["", "Expect: 100-continue\r\n"])
def test_half_sent_short_bodies_cost_no_thread_not_even_a_strangers(more, tls, open_door, crowd):
    door = open_door(threads=2, tls=tls, PIECE=FOR_EVER, BODY=FOR_EVER)

    for path in ("/api/pair", "/api/session/start"):
        for connection in [crowd(door.connect()) for _ in range(5)]:
            connection.sendall(post(path, 100, more=more) + b"{")
    door.health()

    with door.connect() as connection:
        body = b'{"code": "wrong"}'
        connection.sendall(post("/api/pair", len(body), more=more + "Connection: close\r\n"))
        if more:
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body[:5])
        connection.sendall(body[5:])
        assert everything(connection).count(b"HTTP/1.1 403") == 1


@pytest.mark.parametrize("length", ["Content-Length: 20000", "Transfer-Encoding: chunked"])
def test_a_stranger_sends_no_long_body(length, open_door):
    door = open_door(threads=1, PIECE=FOR_EVER, BODY=FOR_EVER, LINGER=FOR_EVER)
    head = post("/api/pair", 1).replace(b"Content-Length: 1", length.encode())

    with door.connect() as connection:
        connection.sendall(head + b"9\r\n{")
        answer = everything(connection)
        assert b" 413 " in answer and b"PAYLOAD_TOO_LARGE" in answer
    door.health()


def test_a_body_in_drops_costs_a_thread_for_so_long(tls, open_door):
    door = open_door(threads=1, tls=tls, BODY=1.0)

    with door.nothing_leaked(), door.connect() as connection:
        connection.sendall(door.owners(post("/api/session/start", 1 << 20)))
        connection.settimeout(0.05)
        answer = b""
        while b"}" not in answer:
            with suppress(TimeoutError):
                connection.sendall(b" ")
                answer += connection.recv(1 << 16)
    assert b" 400 " in answer


@pytest.mark.quick
def test_who_is_refused_need_not_send_the_body_and_nobody_waits_for_it(tls, open_door, crowd):
    door = open_door(threads=1, tls=tls, PIECE=FOR_EVER, BODY=FOR_EVER, LINGER=FOR_EVER)

    for _ in range(3):
        connection = crowd(door.connect())
        connection.sendall(post("/api/session/start", 1 << 20, host="evil.example") + b"{")
        answer = everything(connection)  # to its end, though this side stays open
        assert b" 403 " in answer and b'"FORBIDDEN"' in answer
    door.health()


def test_what_is_sent_after_the_answer_does_not_cut_it_off(tls, open_door):
    door = open_door(tls=tls)

    with door.nothing_leaked():
        body = b" " * (3 << 20)
        answer = door.say(post("/api/session/start", len(body), host="evil.example"), body)

    assert b" 403 " in answer and answer.endswith(b"}\n")


def test_coming_and_going_leaves_nothing(tls, open_door):
    door = open_door(tls=tls)
    rudely = struct.pack("ii", 1, 0)  # with a reset

    with door.nothing_leaked():
        for number in range(300):
            with door.knock() as connection:
                if number % 3 == 1:
                    connection.sendall(HEALTH)
                if number % 2:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, rudely)
        door.health()


def test_a_long_answer_has_all_its_time(tls, open_door, tmp_path):
    path = fake_path(tmp_path, "agent")
    door = open_door(tls=tls, path=path, HEAD=0.3, PIECE=0.2, BODY=0.2, LINGER=0.2)
    start = post("/api/session/start", 2, more="Connection: close\r\n")
    started = door.say(door.owners(start) + b"{}")
    id = json.loads(started.partition(b"\r\n\r\n")[2])["session_id"]
    question = json.dumps({"question": f"until {tmp_path}/go"}).encode()

    with door.connect() as connection:
        ask = post(f"/api/ask?session_id={id}", len(question))
        connection.sendall(door.owners(ask) + question)
        until = time.monotonic() + 1
        wait_for(lambda: time.monotonic() > until)
        (tmp_path / "go").touch()
        assert answer_of(connection) == (200, True)


@pytest.mark.slow
def test_stopping_does_not_wait_for_who_says_nothing(tls, open_door, crowd):
    door = open_door(tls=tls, HEAD=FOR_EVER, LINGER=FOR_EVER)
    for _ in range(20):
        crowd(door.knock()).sendall(b"\x16" if tls else b"G")
    door.health()

    assert door.server.stop() == 0
    assert "Traceback" not in door.server.log
