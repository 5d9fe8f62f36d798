"""A doorway opens, lets machines in by codes, and puts them out; without a network between."""

import contextlib
import logging
import re
import ssl
import stat
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from dialling import Place, run
from kit.clock import FakeClock

from janus.access.pairing import LIFE
from janus.errors import (
    FleetFailed,
    Forbidden,
    InvalidRequest,
    NotFound,
    RateLimited,
    StorageFailed,
)
from janus.fleet.fleet import Fleet
from janus.fleet.joining import Entered, JoinCode, call, fingerprint, leaving
from janus.fleet.keys import new_seed, public_key, sign, verify
from janus.fleet.membership import FleetFiles, name_of
from janus.network.authority import Authority
from janus.network.endpoint import Endpoint
from janus.storage.store import Store

LAPTOP, BOX = "a" * 16, "b" * 16


class Home:
    """A machine that others reach."""

    def __init__(self, folder, clock):
        self.place, self.clock = Place(folder), clock
        self.store = Store(folder)
        self.changes = []
        self.fleet = Fleet(
            self.store, clock, {"PATH": "/usr/bin:/bin"}, lambda: self.changes.append(1)
        )
        leaf = self.place.authority.leaf(["127.0.0.1", "127.0.0.2", "localhost"])
        ends = ("127.0.0.1", "127.0.0.2")
        self.endpoint = Endpoint(ends, 3999, None, self.place.authority, leaf)
        self.fleet.follow(self.endpoint)

    def code(self, scope="full", **more):
        return self.fleet.invite("home", scope, **{"also": False, "at_terminal": True, **more})

    def enter(self, code=None, id=LAPTOP, name="laptop", key=None, address="192.168.1.9"):
        secret = code.secret if code else self.code().secret
        return self.fleet.doorway.enter(secret, id, name, key or public_key(new_seed()), address)

    async def dial(self, seed, id=LAPTOP):
        """Whether who has this key gets in."""
        host, port = self.fleet.membership.own.urls[0].removeprefix("tls://").split(":")
        self.place.host, self.place.port = host, int(port)
        async with self.place.dial(id, seed) as client:
            return client.is_connected


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr("janus.fleet.server_process._PORT", 0)  # other tests run beside this one
    home = Home(tmp_path, FakeClock())
    yield home
    home.fleet.stop()
    home.fleet.stop()


def test_a_code_lets_one_machine_in_with_the_scope_that_it_was_made_for(home):
    code, seed = home.code("read"), new_seed()
    assert JoinCode.parse(f" https://{code}\n") == code and code.host == "127.0.0.2:3999"
    assert code.fingerprint == fingerprint(home.place.authority.der)

    entered = home.enter(code, key=public_key(seed))

    assert (entered.name, entered.scope, entered.known_as) == ("home", "read", "laptop")
    assert entered.urls[0].startswith("tls://127.0.0.2:")
    assert [(it.id, it.scope) for it in home.fleet.members] == [(LAPTOP, "read")]
    assert run(home.dial(seed))
    assert len(home.changes) == 2  # it is open, and has a member


def test_threat_40_a_code_is_good_once_for_minutes_and_cannot_be_guessed(home):
    used, late, good = home.code(), home.code(), home.code(at_terminal=False)
    home.enter(used)
    with pytest.raises(Forbidden, match="janus fleet init"):
        home.enter(used, BOX)
    home.clock.now += LIFE + 1
    with pytest.raises(Forbidden):
        home.enter(late, BOX)
    with pytest.raises(Forbidden):
        home.enter(good, BOX)
    with pytest.raises(RateLimited):
        while True:
            with contextlib.suppress(Forbidden):
                home.enter(JoinCode("", "WRONGWRONG", ""), BOX)
    assert [it.id for it in home.fleet.members] == [LAPTOP]


def test_threat_40_nobody_takes_the_place_of_a_member(home):
    key, own = public_key(new_seed()), home.code() and home.fleet.membership.own
    home.enter(key=key)

    for taken in ({"id": LAPTOP}, {"id": own.id}, {"key": key}, {"key": public_key(own.seed)}):
        with pytest.raises(FleetFailed, match="a member already"):
            home.enter(**{"id": BOX, **taken})
    assert home.enter(id=BOX).known_as == "laptop-2"
    assert home.enter(id="c" * 16, name="home").known_as == "home-2"


def test_threat_36_a_revoked_machine_is_out_even_where_the_server_cannot_be_told(home, caplog):
    caplog.set_level(logging.INFO)
    seed = new_seed()
    home.enter(key=public_key(seed))
    home.fleet.follow(Endpoint.local(3999))  # the network is gone

    assert home.fleet.doorway.revoke("laptop", "owner").id == LAPTOP

    assert home.fleet.doorway.engine.pid is None and home.fleet.members == ()
    home.fleet.follow(home.endpoint)
    with pytest.raises(Exception, match=r"[Aa]uthorization"):
        run(home.dial(seed))
    with pytest.raises(NotFound):
        home.fleet.doorway.revoke("laptop", "owner")
    assert "revoked by device owner" in caplog.text


def test_a_machine_leaves_only_by_itself(home):
    laptop, box = new_seed(), new_seed()
    home.enter(key=public_key(laptop))
    home.enter(id=BOX, key=public_key(box))
    said = leaving(home.fleet.membership.machine_id, LAPTOP)

    for proof in (sign(box, said), sign(laptop, said + "x"), "none", "ä", ""):
        with pytest.raises(Forbidden):
            home.fleet.doorway.left(LAPTOP, proof)
    home.fleet.doorway.left(LAPTOP, sign(laptop, said))
    home.fleet.doorway.left(LAPTOP, "gone already")

    assert [it.id for it in home.fleet.members] == [BOX]
    assert not verify("U" + "A" * 55, said, sign(laptop, said))


def test_its_files_are_for_the_owner_alone_and_a_damaged_list_lets_nobody_in(home, tmp_path):
    seed = new_seed()
    home.enter(key=public_key(seed))
    files = [it for it in (tmp_path / "fleet").iterdir() if it.is_file()]

    assert len(files) > 3
    assert {stat.S_IMODE(it.stat().st_mode) for it in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "fleet").stat().st_mode) == 0o700
    (tmp_path / "fleet" / "members.json").write_bytes(b'{"members": [{"id": "../x"}]}')
    home.fleet.follow(home.endpoint)
    with pytest.raises(Exception, match=r"[Aa]uthorization"):
        run(home.dial(seed))


def test_a_member_that_cannot_be_remembered_is_not_let_in(home, monkeypatch):
    code, seed = home.code(), new_seed()

    def full(*_):
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(FleetFiles, "put_members", full)
    with pytest.raises(StorageFailed):
        home.enter(code, key=public_key(seed))
    with pytest.raises(Exception, match=r"[Aa]uthorization"):
        run(home.dial(seed))


def test_it_opens_again_at_the_next_start_and_where_the_network_leads(home, tmp_path):
    home.code()
    before = home.fleet.membership.own
    home.fleet.stop()
    again = Fleet(home.store, home.clock, {"PATH": "/usr/bin:/bin"})
    moved = Endpoint(
        ("127.0.0.1", "127.0.0.3"), 4000, None, home.place.authority, home.endpoint.leaf
    )
    try:
        again.follow(home.endpoint)
        assert again.membership.own == before and again.doorway.problem is None
        again.follow(moved)
        own = again.membership.own
        assert own.page == "https://127.0.0.3:4000"
        assert own.urls[0] == before.urls[0].replace("127.0.0.2", "127.0.0.3")
        assert own.seed == before.seed
    finally:
        again.stop()


def test_a_doorway_that_is_left_is_none_any_more(home, tmp_path):
    home.enter()

    [(doorway, untold)] = home.fleet.leave()

    assert (doorway.name, untold) == ("home", "")
    assert home.fleet.membership is None and home.fleet.members == ()
    assert home.fleet.doorway.engine.pid is None and not (tmp_path / "fleet" / "js").exists()
    for attempt in (home.fleet.leave, lambda: home.fleet.doorway.revoke("laptop", "owner")):
        with pytest.raises(FleetFailed):
            attempt()


def test_who_cannot_be_reached_is_no_doorway(tmp_path):
    fleet = Fleet(Store(tmp_path), FakeClock(), {})
    fleet.follow(Endpoint.local(3999))

    with pytest.raises(FleetFailed, match="cannot reach"):
        fleet.invite("", "full", also=False, at_terminal=True)
    assert fleet.membership is None and fleet.doorway.problem is None


@pytest.mark.parametrize(
    "text", ["", "home", "a:1/b", "a:1/b/c", f"a:1/b/{'c' * 44}", "/b/" + "c" * 43]
)
def test_what_is_no_code_is_said_to_be_none(home, text):
    with pytest.raises(InvalidRequest, match="janus fleet init"):
        home.fleet.join(text, "", also=False)


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("Ada's laptop", "Ada-s-laptop"),
        ("box.example.org", "box"),
        ("", "machine"),
        ("…", "machine"),
    ],
)
def test_a_machine_gets_a_name_that_may_stand_anywhere(called, name):
    assert name_of(called) == name and re.fullmatch(r"[\w.-]{1,40}", name)


def test_without_the_extra_a_sentence_says_what_to_install(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "nkeys", None)
    with pytest.raises(FleetFailed, match=r"janus\[fleet\]"):
        home.code()


@pytest.fixture
def elsewhere(home):
    """Another machine at the address of a code; what it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.requestline)
            self.send_response(302 if self.server.elsewhere else 200)
            if self.server.elsewhere:
                self.send_header("Location", self.server.elsewhere)
            self.end_headers()
            self.wfile.write(self.server.der)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.der, server.asked, server.elsewhere = b"another certificate", asked, ""
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_threat_41_nothing_is_sent_to_another_machine_at_the_address_of_a_code(home, elsewhere):
    code = replace(home.code(), host=f"127.0.0.1:{elsewhere.server_port}")

    with pytest.raises(FleetFailed, match="another Janus"):
        code.authority()
    elsewhere.der = home.place.authority.der  # it passes on what the right one shows
    with pytest.raises(FleetFailed, match="No Janus answers"):
        call(code.page, code.authority(), "/api/fleet/enter", {"code": code.secret}, Entered)

    elsewhere.elsewhere = f"http://127.0.0.1:{elsewhere.server_port}/of-its-choice"
    with pytest.raises(FleetFailed, match="answered with 302"):
        code.authority()

    assert elsewhere.asked == ["GET /ca.crt HTTP/1.1"] * 3  # and no code


def test_clocks_that_differ_are_said_to_differ(tmp_path, elsewhere):
    later = time.time() + 30 * 86400
    authority = Authority.open(tmp_path / "later", lambda: later, hostname="later")
    leaf = authority.leaf(["127.0.0.1"])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(leaf.chain, leaf.key)
    elsewhere.socket = tls.wrap_socket(elsewhere.socket, server_side=True)
    page = f"https://127.0.0.1:{elsewhere.server_port}"

    with pytest.raises(FleetFailed, match="clocks of this machine"):
        call(page, authority.ca_pem.decode(), "/", {}, dict)


def test_an_answer_that_is_none_is_not_believed(home, monkeypatch):
    for told in (
        b"",
        b"[]",
        b'{"id": "../x"}',
        b'{"id": "' + b"a" * 16 + b'", "urls": ["http://x"]}',
    ):
        monkeypatch.setattr("janus.fleet.joining._fetch", lambda *_, told=told: told)
        with pytest.raises(FleetFailed, match="cannot read"):
            call("https://x", home.place.authority.ca_pem.decode(), "/", {}, Entered)
