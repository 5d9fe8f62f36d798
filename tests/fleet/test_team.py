"""A team's cluster: three servers, two gateways and three machines, in processes of their own."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import json
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from clusters import cluster
from kit.leaks import processes_of
from kit.waiting import wait_for

from janus.fleet.streams import info

MACHINES = ("worker-1", "worker-2", "worker-3")


@pytest.fixture
def team(cluster, serve, tmp_path):
    """Starts gateways and machines, each with a home and a project of its own."""
    homes = {}

    def start(name, key):
        homes[name] = tmp_path / f"home-of-{name}"
        project = tmp_path / f"project-of-{name}"
        homes[name].mkdir(exist_ok=True)
        project.mkdir(exist_ok=True)
        return serve(HOME=str(homes[name]), cwd=project, **cluster.settings(key))

    started = {name: start(name, name) for name in MACHINES}
    started |= {name: start(name, "gateway") for name in ("gateway-1", "gateway-2")}
    start.servers = started
    yield start
    for server in started.values():
        server.stop()
    for home in homes.values():
        wait_for(lambda home=home: not processes_of(home))


def asked(server, token, path="/api/sessions", body=None, **headers):
    """The status of a request with this token."""
    given = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    if data:
        given["Content-Type"] = "application/json"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(server.url + path, data, {**given, **headers}), timeout=60
        ) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def paired(server, path, body):
    """The cookie that a page gets for a code."""
    request = urllib.request.Request(
        server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers["Set-Cookie"].partition(";")[0]


def online(gateway):
    return {it["name"] for it in gateway.call("GET", "/api/fleet")[1]["machines"] if it["online"]}


def sessions(gateway):
    return {it["session_id"]: it for it in gateway.call("GET", "/api/sessions")[1]["sessions"]}


def said(gateway, session):
    state = gateway.call("GET", f"/api/state?session_id={session}")[1]
    busy = state["is_processing"] or state["queue"]
    return [] if busy else [it["content"] for it in state["messages"] if it["sender"] == "user"]


def say(gateway, session, text):
    """Say it until it is accepted, as the page does: once, however often."""
    body = {"session_id": session, "message": text, "message_id": text}
    wait_for(lambda: gateway.call("POST", "/api/chat", body)[0] == 200)


@pytest.mark.slow(30)
def test_a_team_works_on_while_any_one_of_it_is_lost(team, cluster):
    one, two = team.servers["gateway-1"], team.servers["gateway-2"]
    wait_for(lambda: online(one) == online(two) == {*MACHINES})

    # What begins at a gateway begins on a machine, and is the same at the other one.
    say(one, "a", "hello a")
    say(two, "a", "and the token?")  # before it is listed, perhaps
    wait_for(lambda: said(one, "a") == said(two, "a") == ["hello a", "and the token?"])
    wait_for(lambda: "a" in sessions(one) and "a" in sessions(two))
    ids = {it["machine_id"]: it["name"] for it in one.call("GET", "/api/fleet")[1]["machines"]}
    first = sessions(two)["a"]["machine"]
    for name, machine in zip(("b", "c"), {*ids} - {first}, strict=True):
        status, begun = two.call(
            "POST", "/api/session/start", {"session_id": name, "machine": machine}
        )
        assert (status, begun["machine"]) == (201, machine)
        say(one, name, f"hello {name}")
        wait_for(lambda name=name: said(two, name) == [f"hello {name}"])
    lost = ids[sessions(two)["c"]["machine"]]
    refused = one.call("POST", "/api/projects", {"path": "/"})
    assert refused[0] == 409 and "gateway" in refused[1]["error"]["message"]

    # Who has access has it at both, and who is put out at one is out.
    token = one.call("POST", "/api/tokens", {"name": "script"})[1]
    wait_for(lambda: asked(two, token["token"]) == 200)
    two.call("DELETE", f"/api/devices?device_id={token['device_id']}")
    wait_for(lambda: asked(one, token["token"]) == 401)
    code = one.call("POST", "/api/pair/new", {})[1]["code"]
    pair = {"path": "/api/pair", "body": {"code": code, "name": "phone"}}
    cookie = paired(two, **pair)
    wait_for(lambda: asked(one, None, Cookie=cookie) == 200)
    assert asked(one, None, **pair) == 403
    assert asked(two, None, **pair) == 403

    # A file that was sent before its session began goes where that begins.
    file = {"session_id": "d", "attachment_id": "f1", "name": "notes.json"}
    path = f"/api/attachments?{urlencode(file)}"
    assert asked(one, one.token, path, {"some": "notes"}) == 201
    look = {"session_id": "d", "message": "look", "message_id": "m", "attachments": ["f1"]}
    for _ in range(2):  # the second is a retry
        wait_for(lambda: one.call("POST", "/api/chat", look)[0] == 200)
    wait_for(lambda: said(two, "d") == ["look"])
    assert two.call("GET", f"/api/attachment?{urlencode(file)}")[1] == {"some": "notes"}

    # Three servers keep everything, so one may go; and so may a gateway, and a machine.
    reader = cluster.reader()
    try:
        kept = {it: info(reader, it).config.num_replicas for it in ("WORDS", "LISTS", "OWNERS")}
    finally:
        reader.stop()
    assert {*kept.values()} == {3}
    cluster.kill(0)
    wait_for(lambda: online(two) == {*MACHINES})
    say(two, "b", "one server less")
    wait_for(lambda: said(two, "b") == ["hello b", "one server less"])
    one.process.kill()
    team.servers[lost].stop()
    wait_for(lambda: online(two) == {*MACHINES} - {lost})
    say(two, "c", "for later")
    say(two, "a", "for now")
    wait_for(lambda: said(two, "a")[-1:] == ["for now"])
    team.servers[lost] = team(lost, lost)
    wait_for(lambda: said(two, "c") == ["hello c", "for later"])
    assert said(two, "b") == ["hello b", "one server less"]

    seeds = [it.read_text().strip() for it in cluster.keys.glob("*.nk")]
    shown = [server.log for server in team.servers.values()]
    shown += [it.read_text() for it in cluster.folder.glob("*/log")]
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            shown.append(process.read_text())
        except OSError:
            continue
    assert not any(seed in text for seed in seeds for text in shown)
