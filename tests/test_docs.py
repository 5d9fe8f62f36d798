"""The papers are true: what they claim is compared with the code, and their examples are run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import git, wait_for

from bench import report
from janus import __version__, errors
from janus.app import create_app
from janus.cli.commands import main
from janus.cli.failures import EXIT_CODES
from janus.config import names_of, setting_fields
from janus.logs import FIELDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
TERMINAL = (ROOT / "docs" / "terminal.md").read_text()
INSTALL = (ROOT / "docs" / "install.md").read_text()
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
SECURITY = (ROOT / "docs" / "security.md").read_text()
TESTS = ROOT / "tests"
#: What only tests read.
RIGS = {
    "JANUS_KILLS", "JANUS_CUTS", "JANUS_FUZZ", "JANUS_DAMAGES", "JANUS_TREES", "JANUS_LANDINGS",
    "JANUS_FLEET_LOSSES",
}  # fmt: skip
OWN_ERRORS = {
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.JanusError)
}


@pytest.mark.slow
def test_the_curl_session_of_the_readme_works_as_written(serve, home, tmp_path, checkout):
    copy = shutil.copytree(checkout, tmp_path / "janus")
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

    say, watch = chat.strip().split("\n\n")
    assert run(say).returncode == 0

    def is_seen():  # what it shows in two seconds is all of it on an idle computer
        watched = run(watch).stdout
        return "event: user_message" in watched and "event: assistant_delta" in watched

    wait_for(is_seen, 60)

    begin, goes_on = terminal.split("janus ask --session", 1)
    assert run(begin).stdout.count("feature/fix-login") == 1
    id = server.call("GET", "/api/sessions")[1]["sessions"][-1]["session_id"]
    goes_on = goes_on.replace("3f1b", id[:8])
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
    lines = [line for line in README.splitlines() if not line.startswith("| `")]  # settings
    assert len(lines) < 155
    for name in re.findall(r"`((?:janus|tests|docs)/[\w./]+)`|\]\(([\w./]+)\)", README):
        assert (ROOT / "".join(name)).exists(), name


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_what_a_paper_names_exists(paper):
    text = paper.read_text()
    known = {name for field in setting_fields() for name in names_of(field)}
    verbs = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    for link, part in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
        target = paper.parent / link if link else paper
        assert target.exists(), link
        headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE) if part else []
        assert not part or part in [it.lower().replace(" ", "-") for it in headings], part
    assert {*re.findall(r"`(JANUS_[A-Z_]+)[`=]", text)} - {"JANUS_"} <= known | RIGS
    for verb in re.findall(r"`(?:[A-Z_]+=\S+ )*make (\w+)`", text):
        assert verb in verbs, verb


def test_the_changelog_tells_of_this_version():
    numbers = re.findall(r"^## (\d\S*) - \d{4}-\d\d-\d\d$", PAPERS[0].read_text(), re.MULTILINE)

    assert PAPERS[0].name == "CHANGELOG.md" and numbers[0] == __version__
    assert f"janus-{__version__}-py3-none-any.whl" in INSTALL


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

    documented = set(re.findall(r"^\| `((?:GET|POST|PUT|DELETE) [\w/.-]+)", API, re.MULTILINE))

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
    assert [*threats()] == [*range(1, 46)]
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

    begun = app.test_client().post("/api/session/start", json={"name": "fix-login"}).json
    app.extensions["janus"].manager.rename(begun["session_id"], "fix-logout")  # saved at once

    written = json.loads((settings.workspace / ".janus" / "sessions.json").read_bytes())
    assert shown.keys() == written.keys() and shown["version"] == written["version"]
    [shown], [written] = shown["sessions"], written["sessions"]
    assert [*shown] == [*written] and shown["metadata"].keys() == written["metadata"].keys()


def test_make_help_lists_every_verb():
    text = (ROOT / "Makefile").read_text()
    verbs = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())

    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"make (\w+)", listed)) == verbs


def test_exit_codes_and_commands_are_documented():
    codes = re.findall(r"^\| (\d+) \|", TERMINAL, re.MULTILINE)
    told = f"{EXIT_CODES} ".partition("Exit codes:")[2]

    assert codes == re.findall(r"\b(\d+) ", told)
    groups = ("janus", main), *((f"janus {it}", main.commands[it]) for it in ("project", "service"))
    for name, group in groups:
        named = {*re.findall(rf"`{name} ([a-z][a-z-]+)", README + TERMINAL + OPERATIONS + INSTALL)}
        assert named and named <= {*group.commands}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_that_is_documented_is_there(shell):
    assert f"_JANUS_COMPLETE={shell}_source janus" in TERMINAL

    done = CliRunner().invoke(main, prog_name="janus", env={"_JANUS_COMPLETE": f"{shell}_source"})

    assert "_JANUS_COMPLETE" in done.stdout


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


def test_the_paper_on_performance_is_what_the_results_make():
    results = json.loads(report.RESULTS.read_text())

    assert report.PAPER.read_text() == report.page(results)
    assert {row["measure"] for row in results["rows"]} >= {"heartbeats", "deltas_per_second"}
