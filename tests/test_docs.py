"""The papers are true: what they claim is compared with the code, and their examples are run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import git

from janus import errors
from janus.app import create_app
from janus.config import setting_fields
from janus.logs import FIELDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
TESTS = ROOT / "tests"
OWN_ERRORS = {
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.JanusError)
}


@pytest.fixture(scope="session")
def tracked():
    """The files of this project that git knows, asked before a test has a home of its own.

    Nothing else is to be copied: who runs the tests may run Janus here, too.
    """
    names = git(ROOT, "ls-files", "-z").split("\0")
    return [name for name in names if (ROOT / name).is_file()]


def test_the_curl_session_of_the_readme_works_as_written(serve, home, tmp_path, tracked):
    copy = tmp_path / "janus"
    for name in tracked:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    for command in ("init -q", "add .", "-c user.name=t -c user.email=t@t commit -qm Janus"):
        git(copy, *command.split())
    server = serve(WORKSPACE_DIR=str(copy))
    script, chat, terminal = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)

    def run(text):
        environ = {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "JANUS": server.url,
            "AUTH": f"Authorization: Bearer {server.token}",  # of an earlier block
        }
        text = text.replace("http://127.0.0.1:3000", server.url)
        command = ["sh", "-u", "-c", text]
        return subprocess.run(
            command, cwd=copy, env=environ, capture_output=True, text=True, timeout=60
        )

    done = run(script)
    answer, beat, health, unknown, ended = map(json.loads, done.stdout.splitlines())
    assert "janus/conversation/event_log.py" in answer["answer"]
    assert beat["status"] == "waiting"
    assert health["status"] == "ok" and health["active_sessions"] == 1
    assert unknown["error"]["code"] == "SESSION_NOT_FOUND"
    assert ended["status"] == "ended" and "EventLog" in ended["summary"]
    [device] = server.call("GET", "/api/devices")[1]["devices"]
    assert (device["name"], device["kind"]) == ("curl", "token")

    watched = run(chat).stdout
    assert "event: user_message" in watched and "event: assistant_delta" in watched

    begin, goes_on = terminal.split("janus ask --session", 1)
    assert run(begin).stdout.splitlines()[-1].count("feature/fix-login") == 1
    id = server.call("GET", "/api/sessions")[1]["sessions"][-1]["session_id"]
    goes_on = re.sub(r"\b3f1b[0-9a-f-]*", id, goes_on)
    for line in f"janus ask --session{goes_on}".splitlines():
        done = run(line)
        assert done.returncode == 0 and done.stdout, line + done.stderr
    assert not (copy / ".worktrees" / id).exists()


def test_the_readme_lists_every_setting_with_its_default():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", README, re.MULTILINE))

    assert list(rows) == [field.metadata["name"] for field in setting_fields()]
    for field in setting_fields():
        default = field.metadata["default"]
        assert not default or rows[field.metadata["name"]] == f"`{default}`"


def test_the_readme_is_short_and_names_files_that_exist():
    assert len(README.splitlines()) < 170
    for name in re.findall(r"`((?:janus|tests|docs)/[\w./]+)`|\]\(([\w./]+)\)", README):
        assert (ROOT / "".join(name)).exists(), name


def test_every_error_is_drawn_in_the_tree_and_in_the_api():
    tree = dict(re.findall(r"^ *(\w+) +\d{3}  (\w+)$", errors.__doc__, re.MULTILINE))
    drawn = re.findall(r"^ *(\w+) +(\d{3})  (\w+)$", errors.__doc__, re.MULTILINE)
    documented = set(re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", API, re.MULTILINE))

    assert set(tree) == {error.__name__ for error in OWN_ERRORS}
    for name, status, code in drawn:
        error = getattr(errors, name)
        assert (error.code, str(error.status)) == (code, status)
        assert (code, status) in documented


def test_every_endpoint_is_in_the_api(settings):
    app = create_app(settings, start=False)
    endpoints = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST", "PUT", "DELETE"}
        if not rule.endpoint.startswith(("frontend.", "setup."))
    }

    documented = set(re.findall(r"^\| `((?:GET|POST|DELETE) [\w/.-]+)", API, re.MULTILINE))

    assert documented == endpoints


def threats():
    """The rows of the table: a number, and what stands in the last column."""
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", SECURITY, re.MULTILINE)
    return {int(number): tests for number, tests in rows}


def test_every_test_that_is_named_for_a_threat_exists():
    for tests in threats().values():
        for file, name in re.findall(r"`tests/([\w/]+\.py)::(\w+)`", tests):
            assert re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE), name


def test_every_threat_has_a_test_or_is_said_to_have_none():
    assert [*threats()] == [*range(1, 33)]
    for number, line in enumerate(re.findall(r"^\| \d+ \|.*$", SECURITY, re.MULTILINE), 1):
        assert "::test_" in line or "; open: " in line, number


def test_every_test_of_a_threat_is_named_for_it():
    for file in TESTS.rglob("test_*.py"):
        for name, number in re.findall(r"^def (test_threat_(\d+)_\w+)", file.read_text(), re.M):
            assert f"`tests/{file.relative_to(TESTS)}::{name}`" in threats()[int(number)], name


def test_the_readme_says_what_is_not_defended():
    assert "## What is not defended" in SECURITY and "**What is not defended.**" in README


def test_what_is_said_of_the_log_is_what_it_carries():
    assert set(re.findall(r"`(\w+)`", OPERATIONS)) >= {*FIELDS, "error"}
    listed = re.search(r"^\| `event` \| .*?`([a-z_ ]+)`; or (.*) \|$", OPERATIONS, re.MULTILINE)
    told = re.sub(r"\n#: ?", " ", (ROOT / "janus" / "logs.py").read_text())
    told = re.search(r"``event`` is one of: ([a-z_, ]+)\.", told)[1].split(", ")

    assert {*listed[1].split(), *re.findall(r"\w+_\w+", listed[2])} == {*told}


def test_the_sessions_file_is_shown_as_it_is(app, settings):
    shown = json.loads(re.search(r"```json\n(.*?)```", OPERATIONS, re.DOTALL)[1])

    app.test_client().post("/api/session/start", json={"name": "fix-login"})

    written = json.loads((settings.workspace / ".janus" / "sessions.json").read_bytes())
    assert shown.keys() == written.keys() and shown["version"] == written["version"]
    [shown], [written] = shown["sessions"], written["sessions"]
    assert [*shown] == [*written] and shown["metadata"].keys() == written["metadata"].keys()


def test_make_help_lists_every_verb():
    text = (ROOT / "Makefile").read_text()
    verbs = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())

    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"make (\w+)", listed)) == verbs


def test_serve_help_lists_every_setting():
    done = subprocess.run(
        [sys.executable, "-m", "janus", "serve", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )

    for field in setting_fields():
        assert re.search(rf"^ +{field.metadata['name']} ", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "data").glob("*/*.ndjson")), ids=str)
def test_every_recording_has_its_source_named(path):
    sources = (ROOT / "tests" / "data" / "README.md").read_text()
    name = path.stem.removeprefix("hcn-probe")

    assert name in sources
