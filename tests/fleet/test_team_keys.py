"""The keys of a team's cluster, and what each of them opens."""

import base64
import hashlib
import json
import os
import subprocess
import time
from dataclasses import replace

import msgspec
import nkeys
import pytest
from doorways import SERVER, new_seed, public_of
from kit.ports import free_port
from kit.waiting import wait_for

from janus.access.devices import Devices
from janus.access.pairing import Pairing
from janus.cli.commands import main
from janus.config import Settings, SettingsError
from janus.errors import CannotServe
from janus.fleet import shared
from janus.fleet.client import Client
from janus.fleet.failures import Refused
from janus.fleet.membership import GATEWAYS
from janus.fleet.shared import SharedAccess
from janus.fleet.streams import Shapes, info, newest
from janus.fleet.team import machine_id, team
from janus.storage.store import Store


@pytest.fixture
def server(tmp_path):
    """Starts a server with a configuration, and connections to it; all are gone at the end."""
    started = []

    def start(text):
        port = free_port()
        (tmp_path / "conf").write_text(
            f"listen: 127.0.0.1:{port}\nserver_name: alone\n"
            f'jetstream {{ store_dir: "{tmp_path}/js", max_mem: 16MB, max_file: 200MB }}\n{text}'
        )
        log = tmp_path / "log"
        process = subprocess.Popen([SERVER, "-c", tmp_path / "conf", "-l", log])
        started.append(lambda: (process.kill(), process.wait()))

        def dial(machine, key, prepare=lambda client: None):
            client = Client((f"nats://127.0.0.1:{port}",), machine, key)
            started.append(client.stop)
            prepare(client)
            client.start()
            wait_for(lambda: client.connected or "not accept" in client.problem)
            return client

        return dial

    yield start
    for stop in reversed(started):
        stop()


def test_threat_42_a_machine_of_a_team_stays_within_its_own(server, tmp_path):
    made = main.main(["fleet", "keys", str(tmp_path / "keys"), "one", "two"], standalone_mode=False)
    assert made is None
    keys = {it.stem: it.read_text() for it in (tmp_path / "keys").glob("*.nk")}
    assert {*keys} == {"gateway", "one", "two"}
    assert all(it.stat().st_mode & 0o077 == 0 for it in (tmp_path / "keys").iterdir())
    dial = server('include "keys/users.conf"')
    one, two = (machine_id(keys[it].strip()) for it in ("one", "two"))
    gateway, machine = dial(GATEWAYS, keys["gateway"]), dial(one, keys["one"])
    Shapes(gateway).ensure([one, two], shared=True)

    assert machine.publish(f"ev.{one}.log.s", b"{}") == 1
    assert info(gateway, "WORDS").config.num_replicas == 1  # a server alone
    for subject in (
        f"ev.{two}.log.s", f"cmd.{two}.{GATEWAYS}.do.say", f"cmd.{two}.{one}.do.say",
        f"word.{two}.{one}", "owner.s", "$KV.gateways.device.d", f"$KV.presence.{two}",
    ):  # fmt: skip
        with pytest.raises(Refused, match="permissions violation"):
            machine.publish(subject, b"{}")
    assert "does not accept" in dial(two, new_seed()).problem


def test_a_file_of_credentials_is_a_key_too(server, tmp_path):
    """As `nsc` writes them: the words of the account's key about the user's."""
    account = nkeys.PREFIX_BYTE_ACCOUNT
    prefixes = {"operator": nkeys.PREFIX_BYTE_OPERATOR, "team": account, "system": account}
    seeds = {it: nkeys.encode_seed(os.urandom(32), of) for it, of in prefixes.items()}
    pairs = {it: nkeys.from_seed(bytearray(seed)) for it, seed in seeds.items()}
    names = {it: pair.public_key.decode() for it, pair in pairs.items()}
    user = new_seed()

    def words(by, about, kind, **more):
        def part(it):
            return base64.urlsafe_b64encode(it).rstrip(b"=")

        claims = {
            "iat": int(time.time()), "iss": names[by], "name": kind, "sub": about,
            "nats": {"type": kind, "version": 2, **more},
        }  # fmt: skip
        claims["jti"] = hashlib.sha256(json.dumps(claims).encode()).hexdigest()
        head = part(b'{"typ":"JWT","alg":"ed25519-nkey"}')
        text = head + b"." + part(json.dumps(claims).encode())
        return (text + b"." + part(pairs[by].sign(text))).decode()

    connections = ("subs", "data", "payload", "imports", "exports", "conn", "leaf")
    limits = {"system": {"wildcards": True, **dict.fromkeys(connections, -1)}}
    kept = ("mem_storage", "disk_storage", "streams", "consumer")
    limits["team"] = {**limits["system"], **dict.fromkeys(kept, -1)}
    accounts = [
        f"{names[it]}: {words('operator', names[it], 'account', limits=limits[it])}"
        for it in ("team", "system")
    ]
    credentials = (
        "-----BEGIN NATS USER JWT-----\n"
        + words("team", public_of(user), "user", subs=-1, data=-1, payload=-1)
        + "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n"
        f"{user}\n------END USER NKEY SEED------\n"
    )
    dial = server(
        f"operator: {words('operator', names['operator'], 'operator')}\nresolver: MEMORY\n"
        f"system_account: {names['system']}\nresolver_preload: {{ {', '.join(accounts)} }}\n"
    )
    (tmp_path / "my.creds").write_text(credentials)
    settings = Settings(
        fleet_url=("nats://127.0.0.1:1",), fleet_key=tmp_path / "my.creds", fleet_name="box"
    )
    me = team(settings)

    assert (me.machine_id, me.name) == (machine_id(user), "box")
    assert team(replace(settings, gateway=True)).machine_id == GATEWAYS
    client = dial(GATEWAYS, me.doorways[0].seed)
    Shapes(client).ensure([me.machine_id], shared=True)
    assert client.publish(f"ev.{me.machine_id}.log.s", b"{}") == 1


def test_what_is_wrong_with_the_settings_is_said_and_no_password_with_it(tmp_path):
    with pytest.raises(CannotServe, match="JANUS_FLEET_URL"):
        team(Settings(gateway=True))
    with pytest.raises(CannotServe, match="JANUS_FLEET_KEY"):
        team(Settings(fleet_url=("nats://127.0.0.1:1",)))
    (tmp_path / "key").write_text("nothing")
    with pytest.raises(CannotServe, match="neither the seed"):
        team(Settings(fleet_url=("nats://127.0.0.1:1",), fleet_key=tmp_path / "key"))
    assert team(Settings()) is None
    with pytest.raises(SettingsError) as wrong:
        Settings.from_env({"HOME": str(tmp_path), "JANUS_FLEET_URL": "nats://me:hunter2@box:4222"})
    assert "hunter2" not in str(wrong.value) and "without a key" in str(wrong.value)


@pytest.mark.slow
def test_what_is_heard_while_all_is_read_is_newer(server, tmp_path, clock, monkeypatch):
    made = new_seed()
    dial = server(f"authorization {{ users: [ {{ nkey: {public_of(made)} }} ] }}")
    gateways = []
    for name in ("one", "two"):
        devices, pairing = Devices(tmp_path / name, clock), Pairing(clock)
        Store(tmp_path / name).prepare()
        devices.load()

        def share(client, devices=devices, pairing=pairing):
            gateways.append((devices, SharedAccess(client, devices, pairing, clock)))

        client = dial(GATEWAYS, made, share)
        Shapes(client).ensure([], shared=True)
    (first, _), (second, joins) = gateways
    lost, kept = (first.register(it, "full", page=False).device for it in ("lost", "kept"))
    wait_for(lambda: {*second.all()} == {lost, kept})
    late = []

    def slow(client, bucket, subject):
        """The state before what happens now."""
        found = newest(client, bucket, subject)
        if not late:
            late.append(first.register("new", "full", page=False).device)
            first.revoke(lost.id)
            wait_for(lambda: {*second.all()} == {kept, *late})
        return found

    monkeypatch.setattr(shared, "newest", slow)
    joins._look()

    assert {*second.all()} == {kept, *late}


@pytest.mark.slow
def test_what_a_newer_gateway_writes_of_a_device_stays(server, tmp_path, clock):
    made = new_seed()
    dial = server(f"authorization {{ users: [ {{ nkey: {public_of(made)} }} ] }}")
    devices, pairing, parts = Devices(tmp_path / "state", clock), Pairing(clock), []
    Store(tmp_path / "state").prepare()
    devices.load()
    client = dial(
        GATEWAYS, made, lambda it: parts.append(SharedAccess(it, devices, pairing, clock))
    )
    Shapes(client).ensure([], shared=True)
    parts[0].start()
    new = devices.register("phone", "full", page=False)
    told = {**json.loads(msgspec.json.encode(new.device)), "colour": "blue", "name": "tablet"}

    client.publish(
        f"$KV.gateways.device.{new.device.id}", json.dumps(told | {"last_seen": 9e9}).encode()
    )
    wait_for(lambda: [it.name for it in devices.all()] == ["tablet"])
    devices.authenticate(new.secret, "192.168.1.7")  # here it is used

    def kept():
        return json.loads(
            newest(client, "KV_gateways", f"$KV.gateways.device.{new.device.id}").data
        )

    wait_for(lambda: kept()["address"] == "192.168.1.7")
    assert kept()["colour"] == "blue"
    devices.revoke(new.device.id)
    devices.shared.used(new.device)
    parts[0].stop()
    parts[0]._look()  # it is told of no more
    assert newest(client, "KV_gateways", f"$KV.gateways.device.{new.device.id}") is None
