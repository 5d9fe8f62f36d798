"""The endpoint: addresses, certificate, and what plain HTTP serves."""

import ssl
import stat
from dataclasses import replace
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

import pytest

from janus.config import Settings, SettingsError
from janus.network import endpoint as endpoint_module
from janus.network.endpoint import choose, renewal

#: Every computer has it, and Janus treats it like one of a network.
LAN = "127.0.0.2"


def test_by_default_janus_listens_locally_and_in_the_network(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(endpoint_module, "lan_address", lambda: "192.168.1.20")

    here = choose(replace(settings, port=3000), tmp_path)

    assert here.binds == ["127.0.0.1:3000", "192.168.1.20:3000"]
    assert (here.local_url, here.phone_url) == (
        "http://127.0.0.1:3000",
        "https://192.168.1.20:3000",
    )
    assert here.setup_url == "http://192.168.1.20:3000/setup"
    monkeypatch.setattr("socket.gethostname", lambda: "Laptop.lan")
    assert here.name_url == "https://laptop.local:3000"
    assert replace(here, public_url="https://janus.example").name_url is None


def test_an_ipv6_address_is_written_in_brackets(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(endpoint_module, "lan_address", lambda: "fd00::2")

    here = choose(replace(settings, port=3000), tmp_path)

    assert here.binds[1] == "[fd00::2]:3000" and here.phone_url == "https://[fd00::2]:3000"


def test_without_a_network_janus_listens_only_locally(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(endpoint_module, "lan_address", lambda: None)

    here = choose(settings, tmp_path)

    assert here.addresses == ("127.0.0.1",)
    assert (here.leaf, here.setup_url, [*tmp_path.glob("ca*")]) == (None, None, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_setting_restricts_janus_to_this_computer(host, settings, tmp_path):
    [address] = choose(replace(settings, host=host), tmp_path).addresses

    assert address == host.replace("localhost", "127.0.0.1")


def test_behind_a_proxy_janus_listens_only_locally(settings, tmp_path):
    here = choose(replace(settings, public_url="https://janus.example"), tmp_path)

    assert here.addresses == ("127.0.0.1",) and here.phone_url == "https://janus.example"


@pytest.mark.parametrize("host", ["8.8.8.8", "2001:4860::1", "169.254.1.1", "fe80::1"])
def test_a_public_address_needs_its_own_setting(host, settings, tmp_path):
    with pytest.raises(SettingsError, match="JANUS_ALLOW_PUBLIC"):
        choose(replace(settings, host=host), tmp_path)

    assert host in choose(replace(settings, host=host, allow_public=True), tmp_path).addresses


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "*", "224.0.0.1", "example.com", "1", ""])
def test_the_host_is_a_single_address(host):
    if host:
        with pytest.raises(SettingsError, match="JANUS_HOST"):
            Settings.from_env({"JANUS_HOST": host})
    else:
        assert Settings.from_env({"JANUS_HOST": host}).host == "auto"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://Laptop.example.ts.net", "https://laptop.example.ts.net"),
        ("https://janus.example:443/", "https://janus.example"),
        ("http://janus.example:8080", "http://janus.example:8080"),
        ("https://[fd00::2]:8443", "https://[fd00::2]:8443"),
        ("https://Example.com/Janus/", "https://example.com/Janus"),
        ("https://example.com:443/a/b-c", "https://example.com/a/b-c"),
        ("", None),
    ],
)
def test_the_address_of_a_proxy_is_written_as_browsers_do(text, url):
    assert Settings.from_env({"JANUS_PUBLIC_URL": text}).public_url == url


@pytest.mark.parametrize(
    "text",
    [
        "janus.example",
        "ftp://x",
        "https://a@b",
        "https://x?y",
        "https://",
        "https://x/../y",
        "https://x//y",
        "https://x/a b",
        "https://x/api",
        "https://x/é",
    ],
)
def test_a_malformed_public_url_is_refused(text):
    with pytest.raises(SettingsError, match="JANUS_PUBLIC_URL"):
        Settings.from_env({"JANUS_PUBLIC_URL": text})


def test_without_certificates_janus_listens_only_locally_or_refuses_to_start(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(endpoint_module, "lan_address", lambda: "192.168.1.20")
    folder = tmp_path / "certificates"
    folder.write_text("in the way")

    assert choose(settings, folder).addresses == ("127.0.0.1",)
    with pytest.raises(SettingsError, match="HTTPS"):
        choose(replace(settings, host="192.168.1.20"), folder)


def test_the_certificate_is_renewed_while_it_serves(settings, tmp_path, clock):
    here = choose(replace(settings, host=LAN), tmp_path)
    loaded = []

    class Context:
        def load_cert_chain(self, *files):
            loaded.append(files)

    renew = renewal(here, Context(), clock.monotonic)
    renew()
    assert loaded == []
    clock.now += endpoint_module.RENEWAL
    renew()
    renew()

    assert loaded == [(here.leaf.chain, here.leaf.key)]


# What a real server answers


@pytest.fixture
def server(serve):
    return serve(JANUS_HOST=LAN)


@pytest.fixture
def trusting(home):
    """The TLS of a phone that has installed the certificate."""
    folder = home / ".local/state/janus/certificates"
    return lambda: ssl.create_default_context(cafile=folder / "ca.crt")


def ask(server, scheme, host, path, context=None, method="GET", body=None, **headers):
    """Status, headers and text of a response, as a browser gets it."""
    port = urlsplit(server.url).port
    if scheme == "https":
        connection = HTTPSConnection(host, port, timeout=60, context=context)
    else:
        connection = HTTPConnection(host, port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_threat_10_without_https_the_network_gets_only_the_way_to_it(server):
    status, headers, _ = ask(server, "http", LAN, "/")
    assert (status, headers["Location"]) == (302, "/setup")
    status, _, page = ask(server, "http", LAN, "/setup")
    assert status == 200 and b"ca.crt" in page
    status, headers, _ = ask(server, "http", LAN, "/ca.crt")
    assert (status, headers["Content-Type"]) == (200, "application/x-x509-ca-cert")

    token = {"Authorization": f"Bearer {server.token}"}
    for method, path in [("GET", "/api/sessions"), ("GET", "/health"), ("POST", "/api/pair")]:
        status, _, text = ask(server, "http", LAN, path, method=method, **token)
        assert status == 403 and b"HTTPS" in text


@pytest.mark.quick
def test_a_phone_that_trusts_the_certificate_connects(server, trusting):
    code = server.call("POST", "/api/pair/new", {})[1]
    port = urlsplit(server.url).port
    assert code["url"].startswith(f"https://{LAN}:{port}/#p=")
    assert code["words"] in ask(server, "http", LAN, "/setup")[2].decode()
    origin = f"https://{LAN}:{port}"

    status, headers, _ = ask(
        server, "https", LAN, "/api/pair", trusting(), "POST",
        f'{{"code": "{code["code"]}", "name": "phone"}}',
        **{"Content-Type": "application/json", "Origin": origin},
    )  # fmt: skip

    assert status == 201
    cookie = headers["Set-Cookie"]
    assert cookie.startswith(f"__Host-janus-{port}=") and "Secure" in cookie
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    inside = {"Cookie": cookie.partition(";")[0]}
    assert ask(server, "https", LAN, "/api/sessions", trusting(), **inside)[0] == 200


@pytest.mark.quick
def test_a_phone_that_does_not_trust_the_certificate_refuses(server):
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(server, "https", LAN, "/health", ssl.create_default_context())


def test_http_and_https_are_both_served_locally(server, trusting):
    assert ask(server, "http", "127.0.0.1", "/health")[0] == 200
    assert ask(server, "https", "localhost", "/health", trusting())[0] == 200


@pytest.mark.parametrize("host", ["localhost:{}", "127.0.0.1:{}", "evil.example:{}", "127.0.0.2"])
def test_threat_2_in_the_network_only_its_own_names_count(host, server, trusting):
    port = urlsplit(server.url).port
    named = {"Host": host.format(port)}

    expected = 200 if "localhost" in host else 403
    assert ask(server, "https", LAN, "/health", trusting(), **named)[0] == expected


def test_threat_11_the_keys_are_for_the_owner_alone(server, home):
    folder = home / ".local/state/janus/certificates"

    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_proxy_is_recognised_by_its_configured_name(serve):
    server = serve(JANUS_PUBLIC_URL="https://janus.example")
    code = server.call("POST", "/api/pair/new", {})[1]
    assert code["url"].startswith("https://janus.example/#p=") and code["setup_url"] is None
    body = f'{{"code": "{code["code"]}"}}'
    json = {"Content-Type": "application/json"}

    def pair(host, origin):
        named = {"Host": host, "Origin": origin, "X-Forwarded-Host": "evil.example", **json}
        return ask(server, "http", "127.0.0.1", "/api/pair", None, "POST", body, **named)

    assert pair("evil.example", "https://evil.example")[0] == 403
    assert pair("janus.example", "http://janus.example")[0] == 403
    status, headers, _ = pair("janus.example", "https://janus.example")
    assert status == 201 and headers["Set-Cookie"].startswith("__Host-janus-")


def test_below_a_path_the_cookie_is_for_that_path_alone(serve):
    server = serve(JANUS_PUBLIC_URL="https://example.com/janus")
    code = server.call("POST", "/api/pair/new", {})[1]
    assert code["url"].startswith("https://example.com/janus/#p=")
    body = f'{{"code": "{code["code"]}"}}'
    sent = {"Host": "example.com", "Content-Type": "application/json"}

    def call(path, method="GET", **headers):
        return ask(server, "http", "127.0.0.1", path, None, method, body, **sent, **headers)

    wrong = call("/janus/api/pair", "POST", Origin="https://example.com/janus")
    assert wrong[0] == 403  # no browser says that
    status, headers, _ = call("/janus/api/pair", "POST", Origin="https://example.com")
    assert status == 201 and headers["Set-Cookie"].startswith("__Secure-janus-")
    assert "Path=/janus/" in headers["Set-Cookie"]
    status, headers, _ = call("/janus")
    assert (status, headers["Location"]) == (308, "/janus/")
    assert call("/janus/")[0] == call("/")[0] == 200
    assert call("/janusx/")[0] == 404


@pytest.mark.others_slow
@pytest.mark.parametrize("host", ["192.0.2.1", "8.8.8.8", "nonsense"])
def test_a_failure_to_listen_names_the_reason(host, run):
    public = "yes" if host == "192.0.2.1" else "no"

    ended = run("serve", JANUS_HOST=host, PORT="0", JANUS_ALLOW_PUBLIC=public)

    assert ended.returncode == 1 and host in ended.stderr
    assert "Traceback" not in ended.stderr
