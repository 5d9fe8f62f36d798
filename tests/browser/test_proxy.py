"""The page behind nginx and Caddy, as the docs describe it: at a host of its own, below a path."""

import re
import shutil
import socket
import subprocess
from contextlib import ExitStack, contextmanager

import browsing
import pytest
from browsing import ROOT, answers, ask, begin, button, composer, expect, questions, session_id
from conftest import wait_for
from kit.missing import missing
from kit.ports import free_port
from serving import Server

visit = browsing.visit_secure

#: What the browser keeps for a whole origin, by name, and the scopes of the workers.
KEPT = """Promise.all([
  caches.keys(), indexedDB.databases().then(all => all.map(({name}) => name)),
  navigator.serviceWorker.getRegistrations().then(all => all.map(({scope}) => scope)),
]).then(([caches, databases, scopes]) =>
  ({storage: Object.keys(localStorage), caches, databases, scopes}))"""
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
    with running(start(program, folder, port, {path: there}), folder, port):
        yield server
    server.stop()


@contextmanager
def running(command, folder, port):
    """A proxy that listens."""
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, env=home) as process:
        try:
            wait_for(lambda: process.poll() is not None or listens(port))
            yield
        finally:
            process.terminate()


def example(kind):
    """What the docs say to write."""
    return re.search(rf"```{kind}\n(.*?)```", INSTALL, re.DOTALL)[1]


def nginx(program, folder, port, places):
    """The command of one that leads each path to its address."""
    location = "".join(
        example("nginx").replace("location / {", f"location {path}/ {{")
        .replace("http://127.0.0.1:3000", there)
        for path, there in places.items()
    )  # fmt: skip
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, location=location))
    return [program, "-e", "stderr", "-p", folder, "-c", config]


def caddy(program, folder, port, places):
    [(path, there)] = places.items()
    site = example("caddy").replace("janus.example", f"http://localhost:{port}")
    site = site.replace("reverse_proxy", f"reverse_proxy {path}/*") if path else site
    config = folder / "Caddyfile"
    config.write_text("{\nadmin off\n}\n" + site.replace("127.0.0.1:3000", there))
    return [program, "run", "--adapter", "caddyfile", "--config", config]


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


@pytest.mark.slow(2)
def test_two_below_one_address_know_nothing_of_each_other(visit, fork_server, tmp_path):
    program, port = shutil.which("nginx", path="/usr/sbin:/usr/bin"), free_port()
    if not program:
        missing("nginx is not installed.")
    servers, stack = {}, ExitStack()
    for path in ("/one", "/one/more"):
        folder = tmp_path / path.replace("/", "-")
        folder.mkdir()
        address = f"http://localhost:{port}{path}"
        servers[path] = Server(folder, JANUS_AGENT="demo", JANUS_PUBLIC_URL=address)
        stack.callback(servers[path].stop)
    places = {path: server.address for path, server in servers.items()}
    with stack, running(nginx(program, tmp_path, port, places), tmp_path, port):
        one, more = servers.values()
        page = visit(one, stranger=True, path=f"/#p={one.code()}&now")
        begin(page, "What is said in one?")
        expect(answers(page)).to_have_count(1)
        other = page.context.new_page()
        other.goto(f"{more.url}/#p={more.code()}&now")
        begin(other, "What is said in the other?")
        expect(answers(other)).to_have_count(1)
        for tab in (page, other):
            tab.evaluate("navigator.serviceWorker.ready.then(() => {})")

        paths = sorted(it["path"] for it in page.context.cookies())
        assert paths == ["/one/", "/one/more/"]
        assert len({it["name"] for it in page.context.cookies()}) == 2
        kept = other.evaluate(KEPT)
        assert sorted(kept["scopes"]) == sorted(f"{it.url}/" for it in (one, more))
        for what in ("storage", "databases", "caches"):
            ours = [it for it in kept[what] if "/one/more" in it]
            assert ours and len(kept[what]) > len(ours) and all("/one" in it for it in kept[what])
        button(other, "All sessions").click()
        expect(other.get_by_text("What is said in the other?").first).to_be_visible()
        expect(other.get_by_text("What is said in one?")).to_have_count(0)
        other.go_forward()

        [device] = one.devices().values()
        one.owner.delete("/api/devices", device_id=device["device_id"])
        page.reload()
        expect(page.get_by_role("heading", name="Pair this device")).to_be_visible()
        other.context.set_offline(True)
        other.reload()
        expect(questions(other)).to_contain_text("What is said in the other?")
        ask(other, "And then?")
        other.context.set_offline(False)
        wait_for(lambda: "And then?" in more.said(session_id(other)))
        assert len(more.devices()) == 1
