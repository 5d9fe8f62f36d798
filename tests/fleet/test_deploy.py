"""What ``deploy/`` has for a team: three servers, two gateways and three workers, twice."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from doorways import SERVER

from janus.config import names_of, setting_fields
from janus.fleet.team import make_keys

DEPLOY = Path(__file__).parents[2] / "deploy"
SETTINGS = {name for field in setting_fields() for name in names_of(field)}
SERVERS, GATEWAYS, WORKERS = 3, 2, 3


@pytest.fixture
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture
def kubernetes():
    """The parts by kind and name."""
    parts = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    return {(it["kind"], it["metadata"]["name"]): it for it in parts}


def of_janus(environ):
    return {name for name in environ if name.startswith("JANUS_")}


def test_the_compose_file_starts_all_of_a_team(compose):
    services = compose["services"]
    named = {it: [one for one in services if one.startswith(it)] for it in ("nats", "gat", "work")}
    assert [len(it) for it in named.values()] == [SERVERS, GATEWAYS, WORKERS]
    urls = {f"nats://{name}:4222" for name in named["nats"]}
    ports = []
    for name in named["gat"] + named["work"]:
        it = services[name]
        assert of_janus(it["environment"]) <= SETTINGS
        assert {*it["environment"]["JANUS_FLEET_URL"].split(",")} == urls
        (key,) = it["secrets"]
        assert it["environment"]["JANUS_FLEET_KEY"] == f"/run/secrets/{key['target']}"
        assert key["source"] in compose["secrets"]
        if name in named["gat"]:
            assert "--gateway" in it["command"] and it["network_mode"] == "service:door"
            ports.append(f"127.0.0.1:{it['environment']['PORT']}")
    assert services["door"]["environment"]["JANUS_GATEWAYS"].split() == ports
    for name in named["nats"]:
        assert f"nats-{name[-1]}:6222" in services[name]["environment"]["NATS_ROUTES"]
        assert "ports" not in services[name]  # nobody outside needs it
    volumes = [it for one in services.values() for it in one.get("volumes", ())]
    for source in (it.split(":")[0] for it in volumes if not it.startswith("$")):
        made_by_its_owner = source == "./keys/users.conf"
        assert made_by_its_owner or source in compose["volumes"] or (DEPLOY / source).is_file()
    keys = {"gateway", *named["work"]}
    assert {Path(it["file"]).stem for it in compose["secrets"].values()} == keys


def test_the_manifest_starts_all_of_a_team(kubernetes):
    counts = {"nats": SERVERS, "worker": WORKERS}
    run = [it for (kind, _), it in kubernetes.items() if kind in ("StatefulSet", "Deployment")]
    labels = [it["spec"]["template"]["metadata"]["labels"] for it in run]
    for (kind, name), part in kubernetes.items():
        if kind == "StatefulSet":
            assert part["spec"]["replicas"] == counts[name]
            assert ("Service", part["spec"]["serviceName"]) in kubernetes
        if kind == "Service":
            assert part["spec"]["selector"] in labels
    gateway = kubernetes["Deployment", "gateway"]["spec"]
    assert gateway["replicas"] == GATEWAYS
    janus, door = gateway["template"]["spec"]["containers"]
    port = next(it["value"] for it in janus["env"] if it["name"] == "PORT")
    assert f"127.0.0.1:{port}" in kubernetes["ConfigMap", "janus-door"]["data"]["Caddyfile"]
    target = kubernetes["Service", "gateway"]["spec"]["ports"][0]["targetPort"]
    assert [it["containerPort"] for it in door["ports"]] == [target]
    (worker,) = kubernetes["StatefulSet", "worker"]["spec"]["template"]["spec"]["containers"]
    servers = {f"nats://nats-{number}.nats:4222" for number in range(SERVERS)}
    for container, name in ((janus, "gateway"), (worker, "$(JANUS_FLEET_NAME)")):
        environ = {it["name"]: it.get("value") for it in container["env"]}
        assert of_janus(environ) <= SETTINGS
        assert {*environ["JANUS_FLEET_URL"].split(",")} == servers
        assert environ["JANUS_FLEET_KEY"] == f"/keys/{name}.nk"
        assert "/keys" in [it["mountPath"] for it in container["volumeMounts"]]


def test_the_server_takes_its_configuration_and_the_keys_that_janus_made(tmp_path):
    make_keys(tmp_path / "keys", ["worker-1"])
    text = (DEPLOY / "nats.conf").read_text().replace('"/data"', f'"{tmp_path}/data"')
    (tmp_path / "keys" / "nats.conf").write_text(text)
    environ = {
        "NATS_NAME": "nats-1", "NATS_ROUTE_PASSWORD": "secret",
        "NATS_ROUTES": '["nats://route:secret@nats-1:6222"]', "PATH": os.defpath,
    }  # fmt: skip
    command = [SERVER, "-t", "-c", tmp_path / "keys" / "nats.conf"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    listening = re.findall(r"(?m)^\s*listen: (.*)$", text)
    assert [it.rpartition(":")[2].strip('"') for it in listening] == ["4222", "6222"]
    assert "http" not in text.replace("https", "") and "leafnodes" not in text
