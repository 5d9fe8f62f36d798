"""A phone that trusts the certificate is let in over HTTPS; one that does not, is not."""

import shutil
import subprocess

import pytest
from browsing import PHONE, Server, answers, begin, button, settings
from kit.missing import missing
from playwright.sync_api import Error, expect

#: Treated like an address of a network, and every computer has it.
LAN = "127.0.0.2"


@pytest.fixture(scope="module")
def server(tmp_path_factory, fork_server):
    server = Server(tmp_path_factory.mktemp("lan"), JANUS_AGENT="demo", JANUS_HOST=LAN)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def phone(tmp_path_factory, launch):
    """Starts a browser of its own, which trusts the authority that is given."""
    if not shutil.which("certutil"):
        missing("To trust a certificate, Chromium needs certutil (libnss3-tools).")
    browsers = []

    def phone(trusted=None):
        home = tmp_path_factory.mktemp("phone")
        if trusted:
            store = home / ".pki" / "nssdb"
            store.mkdir(parents=True)
            for arguments in (
                ["-N", "--empty-password"],
                ["-A", "-t", "C,,", "-n", "Janus", "-i", str(trusted)],
            ):
                subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True)
        browsers.append(launch(env={"HOME": str(home)}))
        return browsers[-1].new_context(**PHONE).new_page()

    yield phone
    for browser in browsers:
        browser.close()


@pytest.mark.slow
def test_threat_10_a_phone_pairs_over_https_with_the_certificate_it_was_given(server, phone):
    invited = server.owner.post("/api/pair/new", {})
    page = phone(server.certificates / "ca.crt")
    assert invited["url"].startswith(f"https://{LAN}:")

    page.goto(invited["url"])
    button(page, "Pair").click()
    expect(settings(page)).to_be_visible()
    begin(page, "What is this project about?")

    expect(answers(page)).to_contain_text("Sells flowers by mail")
    assert page.evaluate("isSecureContext && !!navigator.mediaDevices")  # so the microphone works
    [cookie] = page.context.cookies()
    assert cookie["name"].startswith("__Host-janus-") and cookie["secure"] and cookie["httpOnly"]
    assert "#p=" not in page.url
    assert page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.scope)")


@pytest.mark.slow
def test_a_phone_that_was_never_here_is_led_to_the_certificate(server, phone):
    page = phone()

    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(server.owner.post("/api/pair/new", {})["url"])
    page = page.context.new_page()
    page.goto(f"http://{LAN}:{server.url.rpartition(':')[2]}/")

    expect(page.get_by_role("heading", name="Set up this phone")).to_be_visible()
    words = server.owner.post("/api/pair/new", {})["words"]
    expect(page.get_by_text(words, exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Get the certificate").click()
    assert download.value.path().read_bytes()[:2] == b"\x30\x82"  # DER, as phones take it
