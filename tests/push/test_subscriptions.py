"""What devices subscribed to: one each, of devices that are paired, whatever is in the file."""

import json

import pytest
from msgspec.structs import replace

from janus.errors import InvalidRequest, StorageFailed
from janus.push.subscription import QuietHours, Subscription, check
from janus.push.subscriptions import Subscriptions
from janus.storage.store import Store
from push.browser import Browser, text
from push.told import ME, Paired


def made(device="phone", endpoint="https://push.example.org/a", **more):
    browser = Browser(endpoint)
    return Subscription(
        device_id=device, endpoint=endpoint, p256dh=text(browser.public),
        auth=text(browser.secret), created_at=1.0, **more,
    )  # fmt: skip


@pytest.fixture
def paired():
    return Paired({"phone", "tablet"})


@pytest.fixture
def subscriptions(tmp_path, paired):
    return Subscriptions(Store(tmp_path), paired)


def again(tmp_path, paired):
    read = Subscriptions(Store(tmp_path), paired)
    read.load()
    return read


@pytest.mark.parametrize(
    "endpoint",
    ["", "http://push.example.org/a", "https://", "ftp://a/b", "https://a b/", "https://a/\n",
     "https://user:secret@push.example.org/", "https://:secret@push.example.org/",
     "https://@push.example.org/", "https://push.example.org:99999/", "https://ä.org/",
     "https://push.example.org/" + "a" * 2000, "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_address_of_a_push_service_is_refused(endpoint):
    with pytest.raises(InvalidRequest, match="endpoint"):
        check(replace(made(), endpoint=endpoint))


@pytest.mark.parametrize(
    "keys",
    [{"p256dh": ""}, {"auth": ""}, {"p256dh": text(bytes(range(65)))}, {"p256dh": "ä"},
     {"auth": text(bytes(15))}, {"p256dh": text(b"\x04" + bytes(64))}],
)  # fmt: skip
def test_what_are_no_keys_is_refused(keys):
    with pytest.raises(InvalidRequest, match="keys"):
        check(replace(made(), **keys))


@pytest.mark.parametrize(
    "quiet",
    [("25:00", "07:00", "Europe/Vienna"), ("22:00", "", "Europe/Vienna"),
     ("22:00", "07:00", "Atlantis"), ("22:00", "07:00", "../../etc/passwd"), ("22:00", "07:00", ""),
     ("22:00+01:00", "07:00", "UTC")],
)  # fmt: skip
def test_hours_that_no_clock_shows_are_refused(quiet):
    with pytest.raises(InvalidRequest, match="quiet"):
        check(replace(made(), quiet=QuietHours(*quiet)))


def test_quiet_hours_may_go_over_midnight_and_follow_their_zone():
    at = 1_800_000_000.0  # 2027-01-15 08:00 UTC
    assert QuietHours("22:00", "08:30", "UTC").holds(at)
    assert not QuietHours("22:00", "08:30", "Europe/Vienna").holds(at)  # 09:00 there
    assert QuietHours("08:00", "08:01", "UTC").holds(at)
    assert not QuietHours("08:01", "08:00", "UTC").holds(at + 30)


def test_a_device_has_one_and_an_address_belongs_to_one(subscriptions):
    first, other = made(), made("tablet", "https://push.example.org/b")
    for it in (first, other, renewed := made(endpoint="https://push.example.org/c")):
        subscriptions.add(it, ME)
    assert [*map(id, subscriptions.usable())] == [id(renewed), id(other)]

    moved = made("tablet", "https://push.example.org/c")
    subscriptions.add(moved, ME)
    assert subscriptions.usable() == [moved]


def test_they_survive_and_a_revoked_device_is_told_nothing(subscriptions, tmp_path, paired):
    subscriptions.add(made(quiet=QuietHours("22:00", "07:00", "UTC")), ME)
    subscriptions.add(made("tablet", "https://push.example.org/b"), ME)

    after = again(tmp_path, paired)
    assert len(after.usable()) == 2 and after.contact == ME
    assert after.of("phone").quiet.start == "22:00"

    paired.devices.remove("tablet")
    assert [it.device_id for it in after.usable()] == ["phone"]
    after.add(made(), ME)
    assert b"tablet" not in (tmp_path / "push.json").read_bytes()


def test_one_that_is_dead_is_kept_with_the_reason_until_it_is_renewed(subscriptions, tmp_path,
                                                                      paired):  # fmt: skip
    subscriptions.add(dead := made(), ME)

    subscriptions.spoil(dead, "gone")

    assert subscriptions.usable() == [] and again(tmp_path, paired).of("phone").problem == "gone"
    subscriptions.add(renewed := made(endpoint="https://push.example.org/new"), ME)
    subscriptions.spoil(dead, "late news of the old one")
    assert subscriptions.usable() == [renewed]


def test_one_is_removed_once(subscriptions, tmp_path, paired):
    subscriptions.add(made(), ME)

    assert subscriptions.remove("phone") and not subscriptions.remove("phone")
    assert again(tmp_path, paired).usable() == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[" * 100_000, b"\xff", b'{"subscriptions": 7}',
     json.dumps({"subscriptions": [{"device_id": "phone", "endpoint": "http://x", "p256dh": "",
                                    "auth": "", "created_at": 1}]}).encode()],
)  # fmt: skip
def test_a_damaged_file_costs_the_subscriptions_alone(tmp_path, paired, content):
    (tmp_path / "push.json").write_bytes(content)

    after = again(tmp_path, paired)

    assert after.usable() == []
    after.add(made(), ME)
    assert len(again(tmp_path, paired).usable()) == 1
    assert len([*tmp_path.glob("push.json.corrupt*")]) == (content != b"")


def test_a_link_in_its_place_is_not_followed(tmp_path, paired):
    outside = tmp_path / "outside"
    outside.write_text("{}")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "push.json").symlink_to(outside)

    after = again(tmp_path / "state", paired)
    after.add(made(), ME)

    assert outside.read_text() == "{}" and len(again(tmp_path / "state", paired).usable()) == 1


def test_what_the_disk_does_not_take_is_refused(subscriptions, monkeypatch):
    monkeypatch.setattr(Store, "replace", lambda *args: False)
    with pytest.raises(StorageFailed):
        subscriptions.add(made(), ME)
    assert subscriptions.usable() == []
