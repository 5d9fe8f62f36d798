"""A push service on this computer that Janus trusts, and browsers that subscribe at it."""

import pytest

from janus.network.authority import Authority
from janus.push import delivery
from push.browser import Browser, PushService, context_of


@pytest.fixture(scope="session")
def certified(tmp_path_factory):
    """The authority of a push service, and the certificate it presents."""
    folder = tmp_path_factory.mktemp("push-service")
    authority = Authority.open(folder, hostname="push")
    (folder / "trusted.pem").write_bytes(authority.ca_pem)
    return folder / "trusted.pem", authority.leaf(["localhost", "127.0.0.1"])


@pytest.fixture
def service(certified, monkeypatch):
    trusted, leaf = certified
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    delivery._tls.cache_clear()
    service = PushService(context_of(leaf))
    yield service
    service.close()
    delivery._tls.cache_clear()


@pytest.fixture
def browser(service):
    return Browser(f"{service.url}/phone")
