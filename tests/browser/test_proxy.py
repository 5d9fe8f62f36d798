"""The page behind nginx and Caddy, as the docs describe it: at a host of its own, below a path."""

import re
import shutil
import socket
import subprocess

import browsing
import pytest
from browsing import ROOT, answers, begin, composer, expect
from conftest import wait_for
from kit.missing import missing
from kit.ports import free_port
from serving import Server

visit = browsing.visit

INSTALL = (ROOT / "docs" / "install.md").read_text()
NGINX = """
daemon off; error_log stderr; pid {folder}/pid;
events {{}}
http {{
    access_log off; types {{ text/html html; }}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def listens(port):
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))


KINDS = ["nginx", "nginx /janus", "nginx /janus stripped", "caddy", "caddy /janus"]


@pytest.fixture(scope="module", params=KINDS)
def proxied(request, tmp_path_factory, fork_server):
    """A server behind a proxy: at its root, below a path, and where the path is taken away."""
    kind, path, stripped = [*request.param.split(), "", ""][:3]
    program = shutil.which(kind, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if not program:
        missing(f"{kind} is not installed.")
    folder, port = tmp_path_factory.mktemp("proxied"), free_port()
    server = Server(folder, JANUS_AGENT="demo", JANUS_PUBLIC_URL=f"http://localhost:{port}{path}")
    there = server.address + ("/" if stripped else "")
    start = nginx if kind == "nginx" else caddy
    with subprocess.Popen(
        start(program, folder, port, path, there), env=at_home(folder)
    ) as process:
        wait_for(lambda: process.poll() is not None or listens(port))
        yield server
        process.terminate()
    server.stop()


def example(kind):
    """What the docs say to write."""
    return re.search(rf"```{kind}\n(.*?)```", INSTALL, re.DOTALL)[1]


def nginx(program, folder, port, path, there):
    location = example("nginx").replace("location / {", f"location {path}/ {{")
    location = location.replace("http://127.0.0.1:3000", there)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, location=location))
    return [program, "-e", "stderr", "-p", folder, "-c", config]


def caddy(program, folder, port, path, there):
    site = example("caddy").replace("janus.example", f"http://localhost:{port}")
    site = site.replace("reverse_proxy", f"reverse_proxy {path}/*") if path else site
    config = folder / "Caddyfile"
    config.write_text("{\nadmin off\n}\n" + site.replace("127.0.0.1:3000", there))
    return [program, "run", "--adapter", "caddyfile", "--config", config]


def at_home(folder):
    """A home for what a proxy keeps."""
    return {"HOME": str(folder), "PATH": "/usr/bin:/bin"}


@pytest.mark.slow
def test_the_page_works_behind_a_proxy(visit, proxied):
    page = visit(proxied, stranger=True, path=f"/#p={proxied.code()}&now")

    begin(page, "Where is ShoppingCart?")
    expect(answers(page).last).to_contain_text("cart.py")

    path = proxied.url.partition("//")[2].partition("/")[2]
    [cookie] = page.context.cookies()
    assert cookie["path"] == (f"/{path}/" if path else "/")
    scope = "navigator.serviceWorker.ready.then((it) => it.scope)"
    assert page.evaluate(scope) == f"{proxied.url}/"
    icon = page.evaluate("fetch(document.querySelector('[rel=icon]').href).then((it) => it.status)")
    assert icon == 200
    page.reload()
    expect(composer(page)).to_be_visible()
    expect(answers(page).first).to_contain_text("cart.py")
    page.context.set_offline(True)
    page.reload()
    expect(composer(page)).to_be_visible()
