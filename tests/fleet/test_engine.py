"""The server of a doorway: started, watched, told of members, ended; and whom it lets in."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import nats.errors
import pytest
from dialling import BOX, HOME, LAPTOP, PATH, SERVER, Place, run
from kit.leaks import processes_of
from kit.waiting import wait_for
from nats.js.api import StreamConfig
from nats.js.errors import ServiceUnavailableError

from janus.errors import FleetFailed
from janus.fleet.engine import Engine
from janus.fleet.keys import new_seed

STRANGERS = {"without a key": {"nkeys_seed_str": None}, "with a foreign one": {}}


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.engine.stop()


def ports_of(pid):
    """Every TCP and UDP port at which a process listens."""
    opened = {str(it.readlink()) for it in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for kind, listening in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening and f"socket:[{fields[9]}]" in opened:
                found.add(int(fields[1].rpartition(":")[2], 16))
    return found


@pytest.mark.others_slow
@pytest.mark.parametrize("how", STRANGERS)
def test_threat_36_no_port_lets_anybody_in_without_a_members_key(place, how):
    place.engine.apply(place.config(laptop="full"))

    async def knock():
        with pytest.raises(nats.errors.Error, match=r"[Aa]uthorization"):
            async with place.dial(LAPTOP, new_seed(), **STRANGERS[how]):
                pass

    assert ports_of(place.engine.pid) == {place.port}
    run(knock())
    with socket.create_connection(("127.0.0.1", place.port)) as plain:
        plain.settimeout(20)
        assert b'"tls_required":true' in plain.recv(4096)
        plain.sendall(b"CONNECT {}\r\nSUB > 1\r\nPING\r\n")
        answered = b"".join(iter(lambda: received(plain), b""))
        assert b"PONG" not in answered and b"MSG" not in answered


def received(connection):
    try:
        return connection.recv(4096)
    except ConnectionError:
        return b""


def test_threat_36_a_revoked_machine_is_out_at_once_and_stays_out(place):
    place.engine.apply(place.config(laptop="full", box="full"))
    before = place.engine.pid

    async def revoke():
        async with place.dial(LAPTOP) as laptop, place.dial(BOX) as box:
            place.engine.apply(place.config(box="full"))
            await box.flush()
            assert box.is_connected and not laptop.is_connected
            with pytest.raises(nats.errors.Error, match=r"[Aa]uthorization"):
                async with place.dial(LAPTOP):
                    pass

    run(revoke())
    assert place.engine.pid == before


def test_threat_36_a_server_that_does_not_take_a_new_list_is_started_anew(place, monkeypatch):
    monkeypatch.setattr("janus.fleet.engine._RELOAD", 0.1)
    monkeypatch.setattr("janus.fleet.engine._END", 0.1)
    place.engine.apply(place.config(laptop="full"))
    frozen = place.engine.pid
    os.kill(frozen, signal.SIGSTOP)

    place.engine.apply(place.config())

    assert place.engine.pid != frozen and not Path(f"/proc/{frozen}").exists()


def test_it_is_started_and_stopped_twice(place):
    for _ in range(2):
        place.engine.apply(place.config())
        pid = place.engine.pid
        place.engine.apply(place.config())
        assert place.engine.pid == pid and place.engine.problem is None
        place.engine.stop()
        place.engine.stop()
        assert place.engine.pid is None and place.engine.problem is None
        assert not Path(f"/proc/{pid}").exists()


def test_a_server_that_was_killed_comes_back_with_what_it_had(place):
    place.engine.apply(place.config(laptop="full"))

    async def keep():
        async with place.dial(HOME) as home:
            await home.jetstream().add_stream(StreamConfig(name="EV", subjects=["ev.>"]))
            await home.jetstream().publish("ev.a", b"kept")

    async def kept():
        async with place.dial(HOME) as home:
            return (await home.jetstream().get_last_msg("EV", "ev.a")).data

    run(keep())
    killed = place.engine.pid
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: place.engine.pid not in (None, killed), 30)
    assert run(kept()) == b"kept"


def test_what_is_in_its_way_is_said(place):
    with socket.create_server(("127.0.0.1", place.port)):
        with pytest.raises(FleetFailed, match="address already in use"):
            place.engine.apply(place.config())
        assert "address already in use" in place.engine.problem
    wait_for(lambda: place.engine.pid, 30)  # it goes on trying


def test_who_waits_for_it_gives_up_when_it_is_stopped(place, monkeypatch):
    never = threading.Event()
    monkeypatch.setattr("janus.fleet.engine._READY", 600.0)
    monkeypatch.setattr("janus.fleet.engine.start", lambda *_: never.set() or _silent())
    failures = []

    def apply():
        try:
            place.engine.apply(place.config())
        except FleetFailed as why:
            failures.append(why)

    thread = threading.Thread(target=apply)
    thread.start()
    wait_for(never.is_set)
    place.engine.stop()
    thread.join()
    assert len(failures) == 1


def _silent():
    """A server that never says that it is ready."""
    return subprocess.Popen(["sleep", "600"], stderr=subprocess.PIPE, text=True)


def test_a_configuration_that_the_server_refuses_changes_nothing(place):
    place.engine.apply(place.config(laptop="full"))
    pid = place.engine.pid
    place.seeds[BOX] = place.seeds[LAPTOP]

    with pytest.raises(FleetFailed, match="refuses its configuration"):
        place.engine.apply(place.config(laptop="full", box="full"))
    assert place.engine.pid == pid


def test_two_servers_on_one_store_are_refused(place, monkeypatch):
    monkeypatch.setattr("janus.fleet.server_process._LEAVING", 0.2)
    monkeypatch.setattr("janus.fleet.server_process._end_left_behind", lambda *_: None)
    place.engine.apply(place.config())
    second = Engine(place.folder / "fleet", {"PATH": PATH})
    try:
        with pytest.raises(FleetFailed, match=f"uses .*fleet: process {place.engine.pid}"):
            second.apply(place.config())
    finally:
        second.stop()


ALONE = """
import sys, pathlib
from dialling import Place
place = Place(pathlib.Path(sys.argv[1]))
place.engine.apply(place.config())
print(place.engine.pid, flush=True)
input()
"""


def test_no_server_outlives_a_janus_that_was_killed(tmp_path):
    path = os.pathsep.join(it for it in sys.path if it)
    command = [sys.executable, "-c", ALONE, str(tmp_path)]
    environ = {"PYTHONPATH": path, "PATH": PATH}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True) as janus:
        assert int(janus.stdout.readline()) in processes_of(tmp_path)
        janus.kill()
    wait_for(lambda: not processes_of(tmp_path))


def test_a_server_that_was_left_all_the_same_is_ended_by_the_next(place):
    """Where there is no signal for it (not Linux), the lock says who it is."""
    place.engine.apply(place.config())
    config, lock = place.folder / "fleet" / "server.conf", place.folder / "fleet" / "lock"
    place.engine.stop()
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        command = [SERVER, "-c", config]
        left = subprocess.Popen(command, pass_fds=[held.fileno()], stderr=subprocess.DEVNULL)
        held.write(f"{left.pid}\n")
    try:
        place.engine.apply(place.config())
        assert place.engine.pid not in (None, left.pid)
    finally:
        left.kill()
        left.wait()


def test_it_keeps_no_more_than_the_disk_has_room_for(place, monkeypatch):
    monkeypatch.setattr("janus.fleet.engine.room", lambda _: 1 << 16)
    place.engine.apply(place.config())

    async def fill():
        async with place.dial(HOME) as home:
            jetstream = home.jetstream()
            await jetstream.add_stream(StreamConfig(name="EV", subjects=["ev.>"]))
            with pytest.raises(ServiceUnavailableError, match=r"resource limits|insufficient"):
                for _ in range(4):
                    await jetstream.publish("ev.a", bytes(1 << 15))
            await home.flush()  # all else goes on

    run(fill())
    monkeypatch.setattr("janus.fleet.engine._SPARE", 1 << 60)
    assert "MB left" in place.engine.problem


def test_without_the_server_a_sentence_says_what_to_install(place, monkeypatch):
    monkeypatch.setattr("janus.fleet.server_process.sys.executable", "/nowhere/python")
    engine = Engine(place.folder / "fleet", {"PATH": "/nowhere"})
    with pytest.raises(FleetFailed, match=r"janus\[fleet\]"):
        engine.apply(place.config())


@pytest.mark.slow
def test_a_single_janus_imports_none_of_it():
    program = "import sys, janus.app; print(*{'nats', 'nkeys', 'nacl'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.stdout.strip(), done.stderr) == ("", "")
