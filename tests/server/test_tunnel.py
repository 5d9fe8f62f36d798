"""An SSH tunnel to a Janus that listens on its own computer only, as the docs describe it."""

import contextlib
import getpass
import http.client
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import wait_for
from kit.missing import missing
from kit.ports import free_port

PROGRAMS = "/usr/sbin:/usr/bin:/usr/local/bin"
#: The near end of the tunnel: both ends are on one computer here, and want the same port.
NEAR = "127.0.0.2"
SSHD = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/mine.pub
PidFile none
StrictModes no
UsePAM no
"""


def listens(host, port):
    with socket.socket() as probe:
        return not probe.connect_ex((host, port))


@contextlib.contextmanager
def running(*command):
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def tunnel(tmp_path):
    """Makes a tunnel to a port, with ``ssh -L`` and an SSH server of this user's own."""
    sshd, ssh, keygen = (shutil.which(it, path=PROGRAMS) for it in ("sshd", "ssh", "ssh-keygen"))
    if not (sshd and ssh and keygen):
        missing("There is no SSH server and client.")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # which it wants to lock itself up in
    for key in ("host", "mine"):
        subprocess.run([keygen, "-q", "-N", "", "-t", "ed25519", "-f", tmp_path / key], check=True)
    config, door = tmp_path / "sshd_config", free_port()
    config.write_text(SSHD.format(port=door, folder=tmp_path))
    options = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "IdentitiesOnly=yes")

    @contextlib.contextmanager
    def tunnel(port):
        there = f"{NEAR}:{port}:127.0.0.1:{port}"
        command = [ssh, "-F", "none", "-N", "-i", tmp_path / "mine", "-p", str(door), "-L", there]
        for option in options:
            command += ["-o", option]
        with running(sshd, "-D", "-e", "-f", config):
            wait_for(lambda: listens("127.0.0.1", door))
            with running(*command, f"{getpass.getuser()}@127.0.0.1") as client:
                wait_for(lambda: client.poll() is not None or listens(NEAR, port))
                yield

    return tunnel


def test_janus_is_reached_through_a_tunnel_with_the_same_port(serve, tunnel):
    server = serve()
    id = server.start()
    port = int(server.url.rpartition(":")[2])
    head = {"Host": f"127.0.0.1:{port}", "Authorization": f"Bearer {server.token}"}

    with tunnel(port):
        page, stream = (http.client.HTTPConnection(NEAR, port, timeout=60) for _ in range(2))
        with contextlib.closing(page), contextlib.closing(stream):
            page.request("GET", "/", headers=head)
            assert b"<html" in page.getresponse().read()
            stream.request("GET", f"/api/chat/stream?session_id={id}", headers=head)
            lines = stream.getresponse()
            assert lines.readline() and server.ask(id, "Where is ShoppingCart?")[0] == 200
            assert wait_for(lambda: b"cart.py" in lines.readline())
