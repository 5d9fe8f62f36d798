"""The rules of access as tables: what is refused, by which rule, and what is not."""

import pytest
from msgspec.structs import replace as changed

from janus.access import policy
from janus.access.device import Device
from janus.access.policy import Call, Site

SITE = Site("laptop")
PROXIED = Site("laptop", "https://laptop.example.ts.net")
DEVELOPED = Site("laptop", cors_origins=("http://localhost:5173",))
OWN = "http://localhost:3000"
#: A program or a page on this computer, and a phone in its network.
HERE = Call("GET", "session.index", "http", "127.0.0.1", 3000, "localhost:3000")
PHONE = changed(HERE, scheme="https", server="192.168.1.20", host="192.168.1.20:3000")

PAGE = Device("p", "phone", "full", 0, 0, "hash", "key hash")
READER = changed(PAGE, scope="read")
PROGRAM = changed(PAGE, key=None)


@pytest.mark.parametrize(
    ("call", "site", "refused"),
    [
        (HERE, SITE, False),
        (changed(HERE, host="127.0.0.1:3000"), SITE, False),
        (changed(HERE, host="[::1]:3000"), SITE, False),
        (changed(HERE, host="localhost:3001"), SITE, True),
        (changed(HERE, host="laptop.local:3000"), SITE, True),
        (changed(HERE, host="192.168.1.20:3000"), SITE, True),
        (changed(HERE, host="evil.example"), SITE, True),
        (changed(HERE, host=None), SITE, True),
        (PHONE, SITE, False),
        (changed(PHONE, host="laptop.local:3000"), SITE, False),
        (changed(PHONE, host="desktop.local:3000"), SITE, True),
        (changed(PHONE, host="192.168.1.21:3000"), SITE, True),
        (changed(HERE, host="laptop.example.ts.net"), SITE, True),
        (changed(HERE, host="laptop.example.ts.net"), PROXIED, False),
        (changed(PHONE, host="laptop.example.ts.net"), PROXIED, True),  # a proxy is local
    ],
)
def test_a_host_is_one_of_our_names_at_the_address_it_arrived_at(call, site, refused):
    assert bool(policy.refuse_host(call, site)) is refused


@pytest.mark.parametrize(
    ("call", "site", "refused"),
    [
        (HERE, SITE, False),
        (PHONE, SITE, False),
        (changed(PHONE, scheme="http"), SITE, True),
        (changed(PHONE, scheme="http", endpoint="frontend.page"), SITE, True),
        (changed(PHONE, scheme="http", endpoint="setup.page"), SITE, False),
        (changed(PHONE, scheme="http", endpoint="setup.certificate"), SITE, False),
        (changed(PHONE, scheme="http", endpoint=None), SITE, True),
        (changed(PHONE, scheme="http", host="laptop.example.ts.net"), PROXIED, True),
    ],
)
def test_in_the_network_only_the_setup_works_without_https(call, site, refused):
    assert bool(policy.refuse_transport(call, site)) is refused


@pytest.mark.parametrize(
    ("call", "site", "secure"),
    [
        (HERE, SITE, False),
        (PHONE, SITE, True),
        (changed(HERE, host="laptop.example.ts.net"), PROXIED, True),
        (changed(HERE, host="laptop.example.ts.net"), Site("x", "http://laptop.example.ts.net"),
         False),
        (changed(PHONE, scheme="http", host="laptop.example.ts.net"), PROXIED, False),
        (HERE, PROXIED, False),
    ],
)  # fmt: skip
def test_a_cookie_is_secure_where_tls_reaches_the_browser(call, site, secure):
    assert policy.is_secure(call, site) is secure


@pytest.mark.parametrize(
    ("method", "origin", "preflight"),
    [
        ("OPTIONS", "http://localhost:5173", True),
        ("OPTIONS", "http://localhost:5174", False),
        ("OPTIONS", None, False),
        ("POST", "http://localhost:5173", False),
    ],
)
def test_only_a_development_page_may_ask_without_a_credential(method, origin, preflight):
    call = changed(HERE, method=method, origin=origin)

    assert policy.is_preflight(call, DEVELOPED) is preflight
    assert not policy.is_preflight(call, SITE)


@pytest.mark.parametrize(
    "endpoint", [*sorted(policy.PUBLIC), "session.start", "auth.new_code", None]
)
@pytest.mark.parametrize("device", [None, PAGE, PROGRAM])
def test_without_a_device_only_public_endpoints_are_open(endpoint, device):
    reason = policy.refuse_stranger(changed(HERE, endpoint=endpoint), device)

    assert bool(reason) is (device is None and endpoint not in policy.PUBLIC)


@pytest.mark.parametrize(
    ("method", "endpoint", "origin", "site", "bearer", "refused"),
    [
        # With an Origin: ours, or one from the settings, whatever else is true.
        ("POST", "session.start", OWN, None, False, False),
        ("GET", "session.index", OWN, None, False, False),
        ("POST", "session.start", "http://localhost:5173", None, False, False),
        ("POST", "session.start", "https://localhost:3000", None, False, True),
        ("POST", "session.start", "null", "same-origin", True, True),
        ("GET", "frontend.page", "https://evil.example", None, False, True),
        # Without one: the page may be linked to, reads come from here, writes have a token.
        ("GET", "frontend.page", None, "cross-site", False, False),
        ("POST", "frontend.page", None, "cross-site", True, True),
        ("GET", "session.index", None, None, False, False),
        ("GET", "session.index", None, "none", False, False),
        ("GET", "session.index", None, "same-site", False, True),
        ("GET", "session.index", None, "cross-site", True, True),
        ("POST", "session.start", None, None, False, True),
        ("POST", "session.start", None, "same-origin", False, True),
        ("POST", "session.start", None, None, True, False),
        ("DELETE", "auth.revoke", None, None, False, True),
    ],
)
def test_a_page_from_elsewhere_gets_nothing(method, endpoint, origin, site, bearer, refused):
    call = changed(
        HERE, method=method, endpoint=endpoint, origin=origin, fetch_site=site, bearer=bearer
    )

    assert bool(policy.refuse_origin(call, DEVELOPED, OWN, authenticated=True)) is refused


@pytest.mark.parametrize(("site", "refused"), [(None, False), ("cross-site", True)])
def test_a_stranger_may_pair_from_here_without_an_origin(site, refused):
    call = changed(HERE, method="POST", endpoint="auth.pair", fetch_site=site)

    assert bool(policy.refuse_origin(call, SITE, OWN, authenticated=False)) is refused


@pytest.mark.parametrize(
    ("device", "bearer", "key_valid", "reason"),
    [
        (PAGE, False, True, None),
        (PAGE, False, False, "X-Janus-Key is missing or wrong"),
        (PAGE, True, True, "cookie of a page"),
        (PROGRAM, True, False, None),
        (PROGRAM, False, False, None),
        (READER, False, True, "read-only access"),
        (changed(PROGRAM, scope="read"), True, False, "read-only access"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"])
def test_writing_needs_the_scope_and_a_page_its_write_key(
    method, device, bearer, key_valid, reason
):
    call = changed(HERE, method=method, bearer=bearer)

    refused = policy.refuse_write(call, device, key_valid=key_valid)

    if reason is None or method in ("GET", "HEAD", "OPTIONS"):
        assert refused is None
    else:
        assert reason in refused
