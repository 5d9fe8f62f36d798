"""What a Prometheus server reads, by its own parser, while real agents answer, fail and die."""

import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import wait_for
from kit.agents import FAKE_AGENTS, PYTHON
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as families

from janus.app import create_app

OPERATIONS = (Path(__file__).parent.parent / "docs" / "operations.md").read_text()
TURNS = "gen_ai_invoke_agent_duration_seconds"
FIRST = "gen_ai_client_operation_time_to_first_chunk_seconds"


@pytest.fixture
def serve_app():
    """Makes an app with real agents; each is stopped at the end."""
    made = []

    def make(settings):
        made.append(create_app(settings, start=False))
        return made[-1].test_client()

    yield make
    for app in made:
        app.extensions["janus"].stop()


def scrape(client):
    """Each sample's value by its name and its labels' values, sorted by the labels' names."""
    response = client.get("/metrics")
    assert response.status_code == 200
    samples = [sample for family in families(response.text) for sample in family.samples]
    found = {(it.name, *(v for _, v in sorted(it.labels.items()))): it.value for it in samples}
    assert len(found) == len(samples)
    return found


def ask(client, id, question):
    return client.post(f"/api/ask?session_id={id}", json={"question": question})


def test_turns_deaths_and_sessions_are_counted(serve_app, cursor):
    client = serve_app(cursor)
    id = client.post("/api/session/start", json={"name": "secret-name"}).json["session_id"]
    assert scrape(client)["janus_sessions", "idle"] == 1
    asked = ["say one", "say two", "die 3", "kill"]
    assert [ask(client, id, it).status_code for it in asked] == [200, 200, 502, 502]

    now = scrape(client)
    done, failed = ("", "cursor-agent", "end_turn"), ("AGENT_FAILED", "cursor-agent", "failed")
    assert (now[f"{TURNS}_count", *done], now[f"{TURNS}_count", *failed]) == (2, 2)
    buckets = [
        value for (name, *labels), value in now.items()
        if name == f"{TURNS}_bucket" and "end_turn" in labels
    ]  # fmt: skip
    assert buckets == sorted(buckets) and buckets[-1] == 2
    assert now[f"{FIRST}_count", "cursor-agent"] == 4
    assert (
        now[f"{TURNS}_sum", *done] + now[f"{TURNS}_sum", *failed]
        > now[f"{FIRST}_sum", "cursor-agent"]
        > 0
    )
    assert now["janus_agent_deaths_total", "cursor-agent", "failed"] == 1
    assert now["janus_agent_deaths_total", "cursor-agent", "SIGKILL"] == 1
    assert now["janus_sessions", "error"] == now["janus_sessions_needing_you", "error"] == 1
    assert (now["janus_storage_ok",], now["janus_messages_waiting",]) == (1, 0)
    kept = [it.stat().st_size for it in cursor.state.glob("projects/*/logs/*.jsonl")]
    assert now["janus_log_bytes",] == sum(kept) > 0
    assert now["janus_snapshots_dropped",] == now["janus_attachment_bytes",] == 0

    assert (
        client.post(f"/api/session/end?session_id={id}", json={"summary": False}).status_code == 200
    )
    now = scrape(client)
    assert now["janus_sessions_ended_total", "ended"] == 1
    assert now["janus_saves_total", "saved"] >= 1 and now["janus_saves_total", "failed"] == 0
    text = client.get("/metrics").text
    assert id not in text and "secret-name" not in text and str(cursor.workspace) not in text


def test_what_waits_listens_and_speaks_is_seen_and_a_death_between_turns(
    serve_app, settings, home, tmp_path
):
    program = FAKE_AGENTS / "acp-agent"
    environ = {"HOME": str(home), "PATH": f"{PYTHON}:/usr/bin:/bin"}
    speaks = {"tts": "sh -c 'printf RIFF; cat'"}
    client = serve_app(
        replace(settings, agent="custom", agent_command=(str(program),), environ=environ, **speaks)
    )
    id = client.post("/api/session/start").json["session_id"]
    pid = int(ask(client, id, "pid").json["answer"])
    assert scrape(client)["janus_agents_running", "custom"] == 1

    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: ("janus_agent_deaths_total", "custom", "SIGKILL") in scrape(client))
    assert scrape(client)["janus_agent_deaths_total", "custom", "SIGKILL"] == 1
    assert "janus_agents_running" not in {name for name, *_ in scrape(client)}

    with client.get(f"/api/chat/stream?session_id={id}") as stream:
        assert stream.status_code == 200 and scrape(client)["janus_streams_open",] == 1
    assert scrape(client)["janus_streams_open",] == 0
    for text in ("hang", "then this"):
        client.post("/api/chat", json={"session_id": id, "message": text})
    assert wait_for(lambda: scrape(client)["janus_messages_waiting",] == 1)
    client.post(f"/api/interrupt?session_id={id}", json={"discard": True})

    assert client.post("/api/speak", json={"text": "Hello"}).status_code == 200
    refused = client.post("/api/transcribe", data=b"RIFF", content_type="application/octet-stream")
    assert refused.status_code >= 400
    now = scrape(client)
    assert now["janus_voice_requests_total", "speak", "done"] == 1
    assert now["janus_voice_requests_total", "transcribe", "failed"] == 1


def test_who_may_read_them(app, client, stranger):
    """A Prometheus server sends a token, for which the scope to read is enough."""
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert stranger.get("/metrics", headers=headers).status_code == 401
    read = client.post("/api/tokens", json={"name": "prometheus", "scope": "read"}).json["token"]
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    headers = {"Authorization": f"Bearer {read}", "Accept": accept}
    answer = stranger.get("/metrics", headers=headers)
    assert answer.status_code == 200 and answer.text.endswith("# EOF\n")
    assert {it.name for it in open_metrics(answer.text)} >= {"janus_sessions", "janus_saves"}
    assert stranger.post("/metrics", headers=headers).status_code in (403, 405)


def test_two_in_one_process_share_no_number_and_one_of_them_evicts(serve_app, settings, tmp_path):
    (tmp_path / "other").mkdir()
    one = serve_app(replace(settings, session_timeout=0.0))
    elsewhere = tmp_path / "other", tmp_path / "state"
    two = serve_app(replace(settings, workspaces=elsewhere[:1], state_dir=elsewhere[1]))
    one.post("/api/session/start")
    assert scrape(one)["janus_sessions", "idle"] == 1
    assert scrape(two)["janus_sessions", "idle"] == 0

    one.application.extensions["janus"].projects.end_idle()
    wait_for(lambda: scrape(one)["janus_sessions", "idle"] == 0)
    assert scrape(one)["janus_sessions_ended_total", "idle"] == 1
    assert scrape(two)["janus_sessions_ended_total", "idle"] == 0


def test_every_metric_is_in_the_papers_once(client):
    """The table of docs/operations.md, with its types and its labels."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (\w+) \|([^|]*)\|", OPERATIONS, re.MULTILINE)
    written = {name: (kind, re.findall(r"`(\w+)`", labels)) for name, kind, labels in rows}
    assert len(written) == len(rows)
    registry = client.application.extensions["janus"].metrics
    kinds = dict(re.findall(r"^# TYPE (\S+) (\w+)$", client.get("/metrics").text, re.MULTILINE))
    assert {name: kind for name, (kind, _) in written.items()} == kinds
    for metric in vars(registry).values():
        if hasattr(metric, "_labelnames"):
            name = metric._name + ("_total" if metric._type == "counter" else "")
            assert name not in written or written[name][1] == [*metric._labelnames]


def test_a_list_that_cannot_be_saved_is_a_failure_until_it_can(serve_app, settings):
    client = serve_app(settings)

    def saved_and_failed():
        id = client.post("/api/session/start").json["session_id"]
        client.post(f"/api/session/end?session_id={id}", json={"summary": False})
        now = scrape(client)
        outcomes = [now["janus_saves_total", it] for it in ("saved", "failed")]
        return *outcomes, now["janus_storage_ok",]

    assert saved_and_failed() == (1, 0, 1)
    [kept] = settings.state.glob("projects/*/sessions.json")
    kept.unlink()
    (kept / "in the way").mkdir(parents=True)
    assert saved_and_failed() == (1, 1, 0)
    (kept / "in the way").rmdir()
    kept.rmdir()
    assert saved_and_failed() == (2, 1, 1)
