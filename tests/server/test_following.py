"""Janus follows its computer into other networks, while it serves."""

import ssl
import sys
import urllib.request

from conftest import wait_for

#: Janus on a computer whose private address is what a file says.
PROGRAM = """
import os, sys
from pathlib import Path
from janus.network import endpoint
endpoint.lan_address = lambda: Path(os.environ["LAN"]).read_text() or None
sys.argv = ["janus", "serve"]
from janus.cli.commands import main
main()
"""


def test_a_network_that_comes_later_or_changes_is_followed_without_a_restart(serve, home, run):
    file = home / "lan"
    file.write_text("")  # as at the start of a computer
    server = serve(
        sys.executable, "-c", PROGRAM,
        JANUS_HOST="auto", LAN=str(file), CLEANUP_INTERVAL="50ms",
    )  # fmt: skip
    invited = run("pair").stdout
    assert "Phones cannot reach this Janus: this computer has no private address" in invited
    assert "run on this computer: janus pair" in server.log and "unreachable" not in server.log
    certificates = home / ".local/state/janus/certificates"
    port = server.url.rpartition(":")[2]

    for lan in ("127.0.0.2", "127.0.0.3"):
        file.write_text(lan)
        url = f"https://{lan}:{port}"
        wait_for(lambda url=url: f"phones reach Janus at {url} now" in server.log)
        trusting = ssl.create_default_context(cafile=certificates / "ca.crt")
        with urllib.request.urlopen(f"{url}/health", context=trusting, timeout=60) as answer:
            assert answer.read() == b"OK"
        assert f"{url}/#p=" in server.call("POST", "/api/pair/new", {})[1]["url"]
        assert "scan this" in run("pair").stdout

    authority = (certificates / "ca.crt").read_bytes()
    file.write_text("")
    wait_for(lambda: server.log.count("Phones cannot reach this Janus") == 2)
    file.write_text("127.0.0.2")  # it listens there still
    wait_for(lambda: server.log.count("at https://127.0.0.2") == 2)
    assert (certificates / "ca.crt").read_bytes() == authority
    assert server.call("GET", "/api/sessions")[0] == 200
