"""The plan of the house, enforced: who may import whom, and the fences."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "janus").rglob("*.py"))
#: What each room may import of ours. ``__init__``, server and cli wire the others together.
MAY_IMPORT = {
    "errors": set(),
    "addresses": set(),
    "plain_text": set(),
    "agents": {"errors", "plain_text"},
    "demo": set(),
    "config": {"addresses", "agents"},  # the names of the agents are values of a setting
    "events": set(),
    "logs": {"config", "events"},
    "store": {"errors"},
    "worker": {"errors"},
    "certificates": {"errors", "store"},
    "workspace_lock": {"store"},
    "devices": {"errors", "events", "store"},
    "pairing": {"errors", "events"},
    "invitation": set(),
    "listening": {"addresses", "certificates", "config", "events", "pairing"},
    "client": {"devices", "workspace_lock"},
    "workspace": {"errors", "store"},
    "session_info": {"errors", "events"},
    "sessions_file": {"errors", "events", "session_info", "store", "workspace_lock"},
    "state": {"events"},
    "turn": {"events"},
    "turn_queue": {"turn"},
    "summary": {"turn"},
    "memory": {"errors", "session_info", "store", "summary"},
    "transcript": {"agents", "errors", "events", "state", "summary", "turn"},
    "deaths": {"errors", "events"},
    "session": {
        "agents", "deaths", "errors", "events", "plain_text", "session_info", "summary",
        "transcript", "turn", "turn_queue",
    },
    "roster": {"errors", "events", "session_info", "sessions_file", "store", "workspace"},
    "agent_catalog": {"agents", "config", "errors"},
    "session_factory": {
        "agent_catalog", "agents", "config", "events", "roster", "session", "session_info",
        "sessions_file", "store", "workspace",
    },
    "endings": {"memory", "session", "session_info", "store"},
    "manager": {
        "agent_catalog", "agents", "config", "endings", "errors", "events", "roster", "session",
        "session_factory", "session_info", "sessions_file", "store", "turn", "workspace",
    },
    "cleanup": {"manager"},
    "runtime": {
        "agents", "cleanup", "config", "devices", "errors", "listening", "manager", "pairing",
        "store", "workspace_lock",
    },
    "blueprints": {
        "addresses", "devices", "errors", "events", "listening", "logs", "runtime", "workspace",
    },
}  # fmt: skip
WIRING = {"__init__", "__main__", "server", "cli"}


def room(path):
    return path.relative_to(ROOT / "janus").parts[0].removesuffix(".py")


def imports(path):
    """The full names of the modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module
            if node.module == "janus":
                yield from (f"janus.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_only_looks_where_it_may(path):
    if room(path) in WIRING:
        return
    names = {name.split(".")[1] for name in imports(path) if name.startswith("janus.")}
    # __version__ and the like are not rooms.
    rooms = {name for name in names if (ROOT / "janus" / name).exists() or name in MAY_IMPORT}
    assert rooms - {room(path)} <= MAY_IMPORT[room(path)]


def outside(*allowed):
    return [path for path in FILES if room(path) not in allowed]


def importers(package, paths):
    return [path.name for path in paths if package in {n.partition(".")[0] for n in imports(path)}]


def test_only_the_process_knows_pexpect():
    assert importers("pexpect", FILES) == ["process.py"]


def test_only_the_authority_knows_cryptography():
    assert importers("cryptography", FILES) == ["certificates.py"]


@pytest.mark.parametrize("package", ["flask", "flask_cors", "werkzeug", "gunicorn"])
def test_only_the_doors_know_flask_and_gunicorn(package):
    assert (
        importers(package, outside("blueprints", "runtime", "__init__", "server", "worker")) == []
    )


def test_agents_know_nothing_of_events():
    agents = [path for path in FILES if room(path) == "agents"]

    assert all(not name.startswith("janus.events") for path in agents for name in imports(path))


def test_the_environment_is_read_in_one_place():
    readers = [
        path.name
        for path in FILES
        if "os.environ" in path.read_text() and room(path) != "demo"  # a program of its own
    ]

    assert readers == ["config.py"]


def test_no_shell_runs_anywhere():
    for path in FILES:
        text = path.read_text()
        assert "shell=True" not in text and "os.system" not in text, path


def test_files_stay_small():
    assert [p.name for p in FILES if len(p.read_text().splitlines()) > 400] == []
