import ipaddress
import os
import re
import shutil
import ssl
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from janus.network.authority import Authority, proquint
from janus.network.certificates import CannotCertify

NAMES = ["127.0.0.1", "::1", "192.168.1.20", "fd00::2", "localhost", "laptop.local"]
FILES = ["ca.crt", "ca.key", "leaf.crt", "leaf.key"]
DAY = 24 * 60 * 60


@pytest.fixture
def clock(clock):
    """OpenSSL looks at the clock of the computer."""
    clock.now = float(int(time.time()))
    return clock


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "tls"


@pytest.fixture
def open_authority(folder, clock):
    return lambda: Authority.open(folder, clock.time, hostname="laptop")


@pytest.fixture
def authority(open_authority):
    return open_authority()


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


def general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def verify(authority, leaf, name, clock):
    """What the library itself thinks of a certificate."""
    store = Store([x509.load_pem_x509_certificate(authority.ca_pem)])
    builder = PolicyBuilder().store(store).time(datetime.fromtimestamp(clock.now, UTC))
    builder.build_server_verifier(general_name(name)).verify(leaf, [])


def handshake(authority, leaf, name, trusted=None):
    """What a program that trusts only our authority says to a server with this certificate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(leaf.chain, leaf.key)
    client = ssl.create_default_context(cadata=(trusted or authority.ca_pem).decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(one, other, server_hostname=name),
        server.wrap_bio(other, one, server_side=True),
    ]
    for _ in range(5):
        for end in [*ends]:
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass
    assert ends == []


class Forged:
    """A certificate by who has stolen the key of the authority."""

    def __init__(self, folder, *names, ca=False, issuer=None):
        now = datetime.now(UTC)
        authority = certificate(folder / "ca.crt")
        signer = issuer.private if issuer else load_pem_private_key(read(folder, "ca.key"), None)
        self.private = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Forged {ca}")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else authority.subject)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=90))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(usage("key_cert_sign" if ca else "digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([general_name(name) for name in names or ["x.local"]]),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.private.public_key()), False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
            )
            .sign(signer, SHA256())
        )
        self.chain, self.key = folder / "forged.crt", folder / "forged.key"
        above = [issuer.certificate] if issuer else []
        self.chain.write_bytes(
            b"".join(one.public_bytes(Encoding.PEM) for one in [self.certificate, *above])
        )
        self.key.write_bytes(
            self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )


def usage(*allowed):
    names = [
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ]  # fmt: skip
    return x509.KeyUsage(**{name: name in allowed for name in names})


def read(folder, name):
    return (folder / name).read_bytes()


def contents(folder):
    return {name: read(folder, name) for name in FILES}


def works(authority, leaf):
    for name in NAMES:
        handshake(authority, leaf, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_client_that_trusts_the_authority_trusts_the_server(authority, clock, name):
    leaf = authority.leaf(NAMES)

    verify(authority, certificate(leaf.chain), name, clock)
    handshake(authority, leaf, name)


@pytest.mark.parametrize("name", ["127.0.0.2", "192.168.1.21", "::2", "desk.local", "a.localhost"])
def test_a_name_that_was_not_asked_for_is_not_certified(authority, clock, name):
    leaf = authority.leaf(NAMES)

    with pytest.raises(VerificationError):
        verify(authority, certificate(leaf.chain), name, clock)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(authority, leaf, name)


def test_a_certificate_may_be_for_addresses_alone(authority, clock):
    leaf = authority.leaf(["192.168.1.20"])

    verify(authority, certificate(leaf.chain), "192.168.1.20", clock)
    handshake(authority, leaf, "192.168.1.20")


@pytest.mark.parametrize(
    "name",
    [
        "example.com", "local.example.com", "mylocal", "evil-local", "localhost.evil.example",
        "8.8.8.8", "172.32.0.1", "169.254.1.1", "100.128.0.1", "2001:db8::1", "fe80::1", "::2",
    ],
)  # fmt: skip
def test_a_stolen_key_cannot_impersonate_a_public_site(authority, folder, clock, name):
    forged = Forged(folder, name)

    with pytest.raises(VerificationError):
        verify(authority, forged.certificate, name, clock)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(authority, forged, name)


def test_only_the_constraints_make_the_difference(authority, folder, clock):
    forged = Forged(folder, "other.local")

    verify(authority, forged.certificate, "other.local", clock)
    handshake(authority, forged, "other.local")


def test_one_foreign_name_among_ours_spoils_all(authority, folder, clock):
    forged = Forged(folder, "laptop.local", "example.com")

    with pytest.raises(VerificationError):
        verify(authority, forged.certificate, "laptop.local", clock)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(authority, forged, "laptop.local")


def test_a_stolen_key_makes_no_other_authority(authority, folder):
    forged = Forged(folder, "laptop.local", issuer=Forged(folder, ca=True))

    with pytest.raises(ssl.SSLCertVerificationError, match="path length"):
        handshake(authority, forged, "laptop.local")


def test_the_authority_certificate_states_its_limits(authority, folder, clock):
    found = certificate(folder / "ca.crt")

    basic = extension(found, x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert extension(found, x509.KeyUsage).value == usage("key_cert_sign")
    assert extension(found, x509.KeyUsage).critical
    constraints = extension(found, x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.excluded_subtrees is None
    assert {str(name.value) for name in constraints.value.permitted_subtrees} == {
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
        "fc00::/7", "::1/128", "local", "localhost",
    }  # fmt: skip
    assert isinstance(found.public_key().curve, ec.SECP256R1)
    years = (found.not_valid_after_utc.timestamp() - clock.now) / DAY / 365.25
    assert years == pytest.approx(10, abs=0.01)
    assert found.not_valid_before_utc.timestamp() == clock.now - 2 * 86400


def test_the_certificate_of_the_server_is_one_that_phones_take(authority, folder, clock):
    leaf, ca = x509.load_pem_x509_certificates(authority.leaf(NAMES).chain.read_bytes())

    assert ca == certificate(folder / "ca.crt")
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert leaf.not_valid_before_utc.timestamp() == clock.now - 2 * 86400
    names = extension(leaf, x509.SubjectAlternativeName).value
    assert sorted(map(repr, names)) == sorted(repr(general_name(name)) for name in NAMES)
    assert list(extension(leaf, x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert extension(leaf, x509.KeyUsage).value == usage("digital_signature")
    assert extension(leaf, x509.KeyUsage).critical
    assert extension(leaf, x509.BasicConstraints).value.ca is False
    issuer = extension(leaf, x509.AuthorityKeyIdentifier).value.key_identifier
    assert issuer == extension(ca, x509.SubjectKeyIdentifier).value.digest
    assert extension(leaf, x509.SubjectKeyIdentifier).value.digest != issuer
    assert leaf.serial_number != ca.serial_number
    assert leaf.serial_number.bit_length() > 64
    assert leaf.subject != ca.subject


@pytest.mark.parametrize(
    ("hostname", "subject"),
    [
        ("laptop", "Janus on laptop"),
        ("", "Janus on this computer"),
        ("küche", "Janus on küche"),
        ("x" * 300, "Janus on " + "x" * 55),
        ("ü" * 64, "Janus on " + "ü" * 27),
        ("a\r\nb\0c", "Janus on abc"),
        ("\udce4pc", "Janus on pc"),
    ],
)
def test_a_phone_lists_the_computer(folder, clock, hostname, subject):
    Authority.open(folder, clock.time, hostname=hostname)

    [name] = certificate(folder / "ca.crt").subject
    assert (name.oid, name.value) == (NameOID.COMMON_NAME, subject)


def test_it_stays_the_same(open_authority, folder, clock):
    authority = open_authority()
    leaf = authority.leaf(NAMES)
    before = contents(folder)
    clock.now += 300 * DAY

    again = open_authority()

    assert again.leaf(reversed(NAMES + NAMES)) == leaf
    assert again.fingerprint == authority.fingerprint
    assert contents(folder) == before


def test_the_forms_of_the_authority_are_of_one_certificate(authority, folder):
    found = certificate(folder / "ca.crt")

    assert authority.ca_pem == read(folder, "ca.crt")
    assert authority.der == found.public_bytes(Encoding.DER)
    assert authority.fingerprint.replace(":", "").lower() == found.fingerprint(SHA256()).hex()
    assert re.fullmatch("([0-9A-F]{2}:){31}[0-9A-F]{2}", authority.fingerprint)
    known = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256"],
        input=authority.ca_pem, capture_output=True, check=True,
    )  # fmt: skip
    assert known.stdout.decode().strip().endswith(authority.fingerprint)


def test_the_words_are_those_of_the_standard():
    # 127.0.0.1, 63.84.220.193 and 216.68.232.21 in the paper.
    assert [proquint(number) for number in (0x7F00, 0x0001)] == ["lusab", "babad"]
    assert [proquint(number) for number in (0x3F54, 0xDCC1)] == ["gutih", "tugad"]
    assert [proquint(number) for number in (0xD844, 0xE815)] == ["todah", "vobij"]
    assert len({proquint(number) for number in range(1 << 16)}) == 1 << 16


def test_the_words_say_how_the_fingerprint_begins(authority):
    start = bytes.fromhex(authority.fingerprint.replace(":", ""))[:12]
    expected = [proquint(start[at] << 8 | start[at + 1]) for at in range(0, 12, 2)]

    assert authority.words() == "-".join(expected)
    assert re.fullmatch("[a-z]{5}(-[a-z]{5}){5}", authority.words())


def test_two_authorities_differ_in_their_words(authority, tmp_path, clock):
    other = Authority.open(tmp_path / "other", clock.time, hostname="laptop")

    assert other.words() != authority.words()


@pytest.mark.parametrize(
    "name",
    [
        "example.com", "8.8.8.8", "2001:db8::1", "169.254.1.1", "fe80::1", "0.0.0.0", "::",
        "::ffff:192.168.1.20", "fd00::2%eth0", "laptop", "local.example.com", "laptop.local.",
        "*.local", ".local", "a..local", "", " ", "my_pc.local", "-a.local", "küche.local",
        "\u212aitchen.local", "laptop.local\n", "laptop.local\0", "192.168.1.20:8443",
        "[fd00::2]", "192.168.1.0/24", "a" * 64 + ".local", "a." * 130 + "local",
    ],
)  # fmt: skip
def test_a_name_that_phones_would_refuse_is_refused(authority, folder, name):
    with pytest.raises(CannotCertify, match=r"is no private address|is neither a \.local name"):
        authority.leaf(["127.0.0.1", name])

    assert not (folder / "leaf.crt").exists()


def test_a_certificate_for_nothing_is_refused(authority):
    with pytest.raises(CannotCertify, match="needs a name"):
        authority.leaf([])


def test_it_is_renewed_thirty_days_before_the_end(authority, clock):
    leaf = authority.leaf(NAMES)
    first = certificate(leaf.chain)

    clock.now = first.not_valid_after_utc.timestamp() - 30 * DAY
    authority.leaf(NAMES)
    assert certificate(leaf.chain) == first

    clock.now += 1
    authority.leaf(NAMES)
    assert certificate(leaf.chain).not_valid_before_utc.timestamp() == clock.now - 2 * 86400
    verify(authority, certificate(leaf.chain), "laptop.local", clock)


def test_the_key_stays_when_the_certificate_is_renewed(authority, folder):
    authority.leaf(NAMES)
    before = contents(folder)

    authority.leaf(["127.0.0.1"])

    assert [name for name in FILES if read(folder, name) != before[name]] == ["leaf.crt"]


@pytest.mark.parametrize("names", [NAMES[1:], [*NAMES, "10.0.0.7"], ["192.168.1.21"]])
def test_other_names_are_another_certificate(authority, clock, names):
    first = certificate(authority.leaf(NAMES).chain)

    leaf = authority.leaf(names)

    assert certificate(leaf.chain) != first
    for name in names:
        handshake(authority, leaf, name)


def test_another_authority_signs_anew(open_authority, folder):
    open_authority().leaf(NAMES)
    (folder / "ca.key").unlink()
    (folder / "ca.crt").unlink()

    authority = open_authority()

    works(authority, authority.leaf(NAMES))


def test_a_certificate_from_the_future_is_replaced(authority, clock):
    clock.now += 100 * DAY
    authority.leaf(NAMES)
    clock.now -= 100 * DAY

    works(authority, authority.leaf(NAMES))


def test_a_computer_whose_clock_is_behind_keeps_its_authority(open_authority, clock):
    authority = open_authority()
    clock.now = 0.0

    assert open_authority().fingerprint == authority.fingerprint


def test_an_authority_ends_after_all_that_it_signs(open_authority, folder, clock):
    authority = open_authority()
    end = certificate(folder / "ca.crt").not_valid_after_utc.timestamp()

    clock.now = end - 397 * DAY
    same = open_authority()
    assert same.fingerprint == authority.fingerprint
    assert certificate(same.leaf(NAMES).chain).not_valid_after_utc.timestamp() <= end

    clock.now += 1
    renewed = open_authority()
    assert renewed.fingerprint != authority.fingerprint
    verify(renewed, certificate(renewed.leaf(NAMES).chain), "laptop.local", clock)


def test_a_phone_keeps_its_trust_when_only_the_authority_certificate_was_lost(
    open_authority, folder
):
    trusted = open_authority().ca_pem
    (folder / "ca.crt").unlink()

    authority = open_authority()

    assert authority.ca_pem != trusted
    handshake(authority, authority.leaf(NAMES), "laptop.local", trusted=trusted)


def test_an_authority_without_our_constraints_is_not_shown_to_phones(open_authority, folder):
    before = open_authority()
    key = load_pem_private_key(read(folder, "ca.key"), None)
    old = certificate(folder / "ca.crt")
    free = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, SHA256())
    )
    (folder / "ca.crt").write_bytes(free.public_bytes(Encoding.PEM))

    authority = open_authority()

    found = x509.load_pem_x509_certificate(authority.ca_pem)
    assert extension(found, x509.NameConstraints).critical
    assert authority.fingerprint != before.fingerprint


DAMAGE = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "one byte cut": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 16),
    "huge": lambda path: path.write_bytes(b"-----BEGIN CERTIFICATE-----\n" * 10_000),
    "zeros": lambda path: path.write_bytes(b"\0" * 241),
    "another key": lambda path: path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", FILES)
def test_damaged_files_are_created_again(open_authority, folder, name, damage):
    open_authority().leaf(NAMES)
    DAMAGE[damage](folder / name)

    authority = open_authority()
    works(authority, authority.leaf(NAMES))

    made = contents(folder)
    assert open_authority().ca_pem == authority.ca_pem
    assert contents(folder) == made


@pytest.mark.others_slow
@pytest.mark.parametrize("name", FILES)
def test_one_wrong_byte_is_noticed(open_authority, folder, name):
    open_authority().leaf(NAMES)
    good = contents(folder)
    for at in range(0, len(good[name]), 23):
        for file, data in good.items():
            (folder / file).write_bytes(data)
        (folder / name).write_bytes(
            good[name][:at] + bytes([good[name][at] ^ 1]) + good[name][at + 1 :]
        )

        authority = open_authority()
        handshake(authority, authority.leaf(NAMES), "laptop.local")


def test_the_files_of_another_pair_are_noticed(open_authority, folder, tmp_path, clock):
    other = Authority.open(tmp_path / "other", clock.time, hostname="laptop")
    other.leaf(NAMES)
    open_authority().leaf(NAMES)
    for name in FILES:
        shutil.copy(tmp_path / "other" / name, folder / name)

        authority = open_authority()
        works(authority, authority.leaf(NAMES))


class Crash(BaseException):
    """The power went off."""


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("at", range(4))
def test_a_crash_at_any_time_leaves_nothing_to_repair_by_hand(
    open_authority, folder, monkeypatch, at, renamed
):
    real, count = os.rename, iter(range(10))

    def rename(*names, **folders):
        if next(count) != at:
            return real(*names, **folders)
        if renamed:
            real(*names, **folders)
        raise Crash

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(Crash):
        open_authority().leaf(NAMES)
    monkeypatch.setattr(os, "rename", real)

    authority = open_authority()
    works(authority, authority.leaf(NAMES))
    assert sorted(path.name for path in folder.iterdir()) == [*FILES, "lock"]


@pytest.mark.parametrize("at", range(4))
def test_a_full_disk_is_reported(open_authority, folder, monkeypatch, at):
    real, count = os.rename, iter(range(10))

    def rename(*names, **folders):
        if next(count) == at:
            raise OSError(28, "No space left on device")
        real(*names, **folders)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(CannotCertify, match=r"cannot keep certificates .*No space left on device"):
        open_authority().leaf(NAMES)

    authority = open_authority()
    works(authority, authority.leaf(NAMES))


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_nobody_else_can_read_anything(open_authority, folder, mask):
    before = os.umask(mask)
    try:
        open_authority().leaf(NAMES)
    finally:
        os.umask(before)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == dict.fromkeys([*FILES, "lock"], 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_key_is_never_open_to_others_not_even_while_it_is_written(
    open_authority, folder, monkeypatch
):
    real, seen = os.open, []

    def look(path, flags, mode=0o777, **more):
        fd = real(path, flags, mode, **more)
        opened = Path(f"/proc/self/fd/{fd}").readlink()  # *path* may be relative to a descriptor
        if opened.is_relative_to(folder) and not stat.S_ISDIR(os.fstat(fd).st_mode):
            seen.append((bool(flags & os.O_NOFOLLOW), stat.S_IMODE(os.fstat(fd).st_mode)))
        return fd

    monkeypatch.setattr(os, "open", look)
    before = os.umask(0)
    try:
        open_authority().leaf(NAMES)
    finally:
        os.umask(before)

    assert len(seen) >= len(FILES)
    assert set(seen) == {(True, 0o600)}


@pytest.mark.parametrize("name", [*FILES, "lock", "."])
def test_files_that_others_could_read_are_closed_to_them(open_authority, folder, name, caplog):
    before = open_authority()
    before.leaf(NAMES)
    (folder / name).chmod(0o755)

    authority = open_authority()
    authority.leaf(NAMES)

    assert authority.fingerprint == before.fingerprint
    mode = stat.S_IMODE((folder / name).stat().st_mode)
    assert mode == (0o700 if name == "." else 0o600)
    assert "was 755" in caplog.text


@pytest.mark.parametrize("name", [*FILES, "lock"])
def test_a_symbolic_link_is_refused_and_what_it_points_to_left_alone(
    open_authority, folder, tmp_path, name
):
    open_authority().leaf(NAMES)
    victim = tmp_path / "victim"
    (folder / name).rename(victim)
    (folder / name).symlink_to(victim)
    victim.chmod(0o644)
    before = victim.read_bytes()

    with pytest.raises(CannotCertify, match=f"{name} is no plain file; move it away"):
        open_authority().leaf(NAMES)

    assert victim.read_bytes() == before
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644


@pytest.mark.parametrize("name", [*FILES, "lock"])
def test_a_symbolic_link_to_nowhere_creates_nothing(open_authority, folder, tmp_path, name):
    folder.mkdir(parents=True, mode=0o700)
    (folder / name).symlink_to(tmp_path / "nowhere")

    with pytest.raises(CannotCertify, match=f"{name} is no plain file; move it away"):
        open_authority().leaf(NAMES)

    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_is_a_symbolic_link_is_refused(open_authority, folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CannotCertify, match="tls is no real folder; move it away"):
        open_authority()

    assert [*(tmp_path / "elsewhere").iterdir()] == []


def test_a_folder_above_may_be_a_symbolic_link(open_authority, folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folder.parent.symlink_to(tmp_path / "elsewhere")

    open_authority()

    assert (tmp_path / "elsewhere" / "tls" / "ca.crt").exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_anything_but_a_regular_file_is_refused(open_authority, folder, name, make):
    open_authority().leaf(NAMES)
    (folder / name).unlink()
    make(folder / name)

    with pytest.raises(CannotCertify, match=f"{name} is no plain file; move it away"):
        open_authority().leaf(NAMES)


def test_a_file_in_the_place_of_the_folder_is_refused(open_authority, folder):
    folder.parent.mkdir()
    folder.write_text("")

    with pytest.raises(CannotCertify, match="tls is no real folder; move it away"):
        open_authority()


@pytest.mark.parametrize("name", ["tls", "ca.key", "ca.crt", "leaf.key", "leaf.crt", "lock"])
def test_a_file_of_another_user_is_refused(open_authority, folder, monkeypatch, name):
    open_authority().leaf(NAMES)
    real = os.fstat
    foreign = real_inode(folder if name == "tls" else folder / name)

    def fstat(fd):
        found = real(fd)
        if found.st_ino != foreign:
            return found
        return os.stat_result([*found[:4], found.st_uid + 1, *found[5:]])

    monkeypatch.setattr(os, "fstat", fstat)

    with pytest.raises(CannotCertify, match=f"{name} belongs to another user"):
        open_authority().leaf(NAMES)


def real_inode(path):
    return path.stat().st_ino


def test_many_threads_find_one_authority(open_authority, folder):
    start = threading.Barrier(8)

    def begin(_):
        start.wait()
        authority = open_authority()
        return authority.fingerprint, authority.leaf(NAMES)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(begin, range(8)))

    assert len(found) == 1
    works(open_authority(), found.pop()[1])


SCRIPT = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from janus.network.authority import Authority

def begin(_):
    authority = Authority.open(Path(sys.argv[1]), hostname="laptop")
    return authority.fingerprint, authority.leaf(["127.0.0.1"]).chain.read_bytes()

print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(8) as pool:
    print(sorted(set(pool.map(begin, range(8)))))
"""


@pytest.mark.slow
def test_two_processes_find_one_authority(folder):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()

    said = {process.communicate(timeout=60)[0] for process in started}

    assert len(said) == 1
    assert said.pop().count("BEGIN CERTIFICATE") == 2
