"""The list of devices: no secret is stored, and a damaged file grants no access."""

import json
import os
import threading

import pytest
from conftest import FakeClock

from janus.access.device import EXPIRES
from janus.access.device_file import FILE
from janus.access.devices import MOST, STREAMS_EACH, Devices
from janus.access.folder import owner_token
from janus.errors import InvalidRequest, NotFound, TooManyDevices, TooManyStreams
from janus.storage.project import project_folder


@pytest.fixture
def devices(tmp_path, clock):
    devices = Devices(tmp_path / "state", clock)
    devices.load()
    return devices


def again(devices, clock):
    found = Devices(devices.folder, clock)
    found.load()
    return found


def test_a_device_authenticates_with_its_secret_also_after_a_restart(devices, clock):
    admitted = devices.register("Ada's phone", "full", page=True, address="10.0.0.2")

    for known in (devices, again(devices, clock)):
        device = known.authenticate(admitted.secret, "10.0.0.3")
        assert (device.id, device.name, device.address) == (
            admitted.device.id, "Ada's phone", "10.0.0.3",
        )  # fmt: skip
        assert known.verify_key(device, admitted.key) and not known.verify_key(
            device, admitted.secret
        )
    for wrong in ("", "x", admitted.key, admitted.device.id, admitted.device.secret, "\ud83d"):
        assert devices.authenticate(wrong, None) is None


def test_only_hashes_are_on_the_disk_for_the_owner_alone(devices):
    previous = os.umask(0)
    try:
        admitted = devices.register("phone", "full", page=True)
    finally:
        os.umask(previous)

    text = (devices.folder / FILE).read_text()
    assert admitted.secret not in text and admitted.key not in text
    assert (devices.folder / FILE).stat().st_mode & 0o777 == 0o600
    assert devices.folder.stat().st_mode & 0o777 == 0o700


def test_secrets_have_256_bits_and_are_all_different(devices):
    made = [devices.register("d", "full", page=True) for _ in range(MOST)]

    secrets = {text for admitted in made for text in (admitted.secret, admitted.key)}
    assert len(secrets) == 2 * MOST and all(len(text) == 43 for text in secrets)


def test_a_revoked_device_has_no_access_and_its_streams_end(devices, clock):
    admitted = devices.register("phone", "full", page=True)
    other = devices.register("tablet", "full", page=True)
    ended = []
    devices.attach(admitted.device.id, lambda: ended.append("first"))
    detach = devices.attach(admitted.device.id, lambda: ended.append("second"))
    devices.attach(other.device.id, lambda: ended.append("other"))
    detach()

    devices.revoke(admitted.device.id)

    assert ended == ["first"]
    assert devices.authenticate(admitted.secret, None) is None
    assert again(devices, clock).authenticate(admitted.secret, None) is None
    assert [device.id for device in devices.all()] == [other.device.id]
    with pytest.raises(NotFound):
        devices.revoke(admitted.device.id)
    assert devices.revoke_all() == 1 and ended == ["first", "other"]


def test_a_device_unused_for_ninety_days_is_removed(devices, clock):
    kept, lost = (devices.register(name, "full", page=False) for name in ("kept", "lost"))
    clock.now += EXPIRES - 10
    assert devices.authenticate(kept.secret, None)
    clock.now += 20

    assert devices.authenticate(lost.secret, None) is None
    assert [device.name for device in devices.all()] == ["kept"]


class JumpingClock(FakeClock):
    """Its wall clock is wrong by ``ahead`` seconds."""

    ahead = 0.0

    def time(self):
        return self.now + self.ahead


@pytest.mark.parametrize("ahead", [100 * 86400.0, 8220 * 365 * 86400.0, -1.7e9])
def test_a_clock_that_jumps_for_a_moment_forgets_no_device(ahead, tmp_path):
    clock = JumpingClock()
    devices = Devices(tmp_path / "state", clock)
    devices.load()
    used, other = (devices.register(name, "full", page=False) for name in ("used", "other"))
    clock.now += 3600
    clock.ahead = ahead

    assert devices.authenticate(used.secret, None)
    begun_meanwhile = again(devices, clock)
    assert len(devices.all()) == 2
    clock.ahead = 0.0

    for known in (devices, begun_meanwhile, again(devices, clock)):
        assert all(known.authenticate(it.secret, None) for it in (used, other))
    clock.now += EXPIRES + 1
    assert again(devices, clock).all() == []


def test_the_last_use_is_saved_from_time_to_time(devices, clock):
    admitted = devices.register("phone", "full", page=False)
    clock.now += 3600
    devices.authenticate(admitted.secret, None)

    [device] = again(devices, clock).all()

    assert device.last_seen == clock.now


@pytest.mark.parametrize("name", ["\u202eevil", "a\nb", "\x1b[31mred", "  ", "<b>x</b>", "x" * 500])
def test_a_device_name_cannot_deceive(name, devices):
    shown = devices.register(name, "full", page=False).device.name

    assert 0 < len(shown) <= 40 and shown.isprintable()


def test_the_number_of_devices_is_limited(devices):
    for _ in range(MOST):
        devices.register("phone", "full", page=False)

    with pytest.raises(TooManyDevices, match="Revoke one"):
        devices.register("phone", "full", page=False)
    with pytest.raises(InvalidRequest):
        devices.register("phone", "root", page=False)


#: Right but for one type.
WRONG = json.dumps(
    {"devices": [{"id": "a", "name": "a", "scope": "full", "created_at": 1, "last_seen": "soon",
                  "secret": "a", "key": None, "address": None}]}
).encode()  # fmt: skip


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"devices": [{}]}', b"\xff" * 99, WRONG])
def test_a_damaged_list_grants_no_access_and_is_kept(damage, devices, clock):
    admitted = devices.register("phone", "full", page=False)
    (devices.folder / FILE).write_bytes(damage)

    after = again(devices, clock)

    assert after.authenticate(admitted.secret, None) is None and after.all() == []
    kept = [file for file in devices.folder.iterdir() if "corrupt" in file.name]
    assert [file.read_bytes() for file in kept] == [damage]


def test_the_owners_own_token_lives_as_long_as_the_server(devices, clock):
    token = owner_token(devices.folder)
    assert devices.authenticate(token, None).id == "owner"
    assert (devices.folder / "owner-token").stat().st_mode & 0o777 == 0o600
    assert devices.all() == []

    later = again(devices, clock)
    assert later.authenticate(token, None) is None

    later.close()
    later.close()
    assert owner_token(devices.folder) is None


def test_every_workspace_has_its_own(tmp_path):
    one, two = project_folder(tmp_path / "a", tmp_path), project_folder(tmp_path / "b", tmp_path)

    assert one != two and one == project_folder(tmp_path / "a", tmp_path)


def test_many_threads_at_once_lose_nothing(devices, clock):
    made = []

    def work():
        for _ in range(4):
            made.append(devices.register("d", "full", page=False))
            devices.authenticate(made[-1].secret, None)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(json.loads((devices.folder / FILE).read_text())["devices"]) == 32
    assert {d.id for d in again(devices, clock).all()} == {a.device.id for a in made}


def test_a_device_has_its_share_of_streams(devices):
    device = devices.register("phone", "full", page=True).device
    leave = [devices.attach(device.id, lambda n=n: n) for n in range(STREAMS_EACH)]

    with pytest.raises(TooManyStreams):
        devices.check_streams(device)
    leave.pop()()
    devices.check_streams(device)


def test_a_stream_opened_right_before_the_revocation_ends(devices):
    device = devices.register("phone", "full", page=True).device
    devices.revoke(device.id)
    ended = []

    devices.attach(device.id, lambda: ended.append(True))
    devices.attach("owner", lambda: ended.append("the owner's"))

    assert ended == [True]


def test_loading_fails_when_the_owners_token_cannot_be_written(tmp_path, clock):
    (tmp_path / "state").write_text("in the way")

    with pytest.raises(OSError, match="owner-token"):
        Devices(tmp_path / "state", clock).load()


def test_those_that_only_read_have_one_share_of_the_streams_together(devices):
    readers = [devices.register("", "read", page=page).device for page in (True, False, False)]
    owner = devices.register("", "full", page=False).device
    leave = [devices.attach(readers[n % 3].id, lambda n=n: n) for n in range(STREAMS_EACH)]

    for reader in readers:
        with pytest.raises(TooManyStreams, match="read-only"):
            devices.attach(reader.id, print)
    devices.attach(owner.id, print)()
    leave.pop()()
    devices.attach(readers[0].id, print)
