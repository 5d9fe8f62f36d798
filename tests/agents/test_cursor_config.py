import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from janus.agents.cursor.config import asking


@pytest.fixture
def own(tmp_path):
    """The owner's configuration: logged in, never asks."""
    folder = tmp_path / ".cursor"
    folder.mkdir()
    config = {"version": 1, "approvalMode": "unrestricted", "permissions": {"deny": ["Shell(rm)"]}}
    (folder / "cli-config.json").write_text(json.dumps(config))
    (folder / "auth.json").write_text("secret")
    (folder / "acp-sessions").mkdir()
    return folder


@pytest.fixture
def environ(tmp_path):
    return {"HOME": str(tmp_path), "PATH": "/bin"}


def managed(environ):
    return Path(asking(environ)["CURSOR_CONFIG_DIR"])


def test_the_agent_asks_and_keeps_its_login_and_conversations(own, environ):
    folder = managed(environ)

    config = json.loads((folder / "cli-config.json").read_text())
    assert config["approvalMode"] == "allowlist"
    assert config["permissions"] == {"deny": ["Shell(rm)"]}
    assert (folder / "auth.json").read_text() == "secret"
    assert (folder / "acp-sessions").resolve() == own / "acp-sessions"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_owners_own_settings_stay_as_they_are(own, environ):
    before = (own / "cli-config.json").read_bytes()

    managed(environ)

    assert (own / "cli-config.json").read_bytes() == before
    assert sorted(entry.name for entry in own.iterdir()) == [
        "acp-sessions",
        "auth.json",
        "cli-config.json",
    ]


def test_it_follows_what_changes_in_the_owners_folder(own, environ):
    managed(environ)
    (own / "auth.json").unlink()
    (own / "mcp.json").write_text("{}")

    folder = managed(environ)

    assert not (folder / "auth.json").is_symlink()
    assert (folder / "mcp.json").read_text() == "{}"


def test_a_folder_the_owner_has_chosen_is_the_one_that_counts(own, environ, tmp_path):
    chosen = tmp_path / "chosen"
    own.rename(chosen)

    folder = managed({**environ, "CURSOR_CONFIG_DIR": str(chosen)})

    assert (folder / "auth.json").resolve() == chosen / "auth.json"


def test_without_any_configuration_one_that_starts_is_made(environ):
    config = json.loads((managed(environ) / "cli-config.json").read_text())

    assert config["approvalMode"] == "allowlist" and config["permissions"]["deny"] == []


@pytest.mark.parametrize("text", ["[]", "{", "\xff"])
def test_what_cannot_be_read_is_said(text, own, environ):
    (own / "cli-config.json").write_text(text, encoding="latin-1")

    with pytest.raises(ValueError):
        asking(environ)


def test_many_may_start_at_once(own, environ):
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(lambda _: managed(environ), range(32)))

    assert len(folders) == 1
    assert not list(folders.pop().glob("*.tmp"))


def test_what_is_always_allowed_through_janus_is_still_there_at_the_next_start(own, environ):
    config = managed(environ) / "cli-config.json"

    def allow(*tokens):
        """What cursor-agent writes there for "always allow"."""
        settings = json.loads(config.read_bytes())
        settings["permissions"]["allow"] = [*settings["permissions"].get("allow", []), *tokens]
        config.write_text(json.dumps(settings))

    def allowed():
        managed(environ)
        return json.loads(config.read_bytes())["permissions"].get("allow", [])

    allow("Shell(npm)")
    assert allowed() == ["Shell(npm)"] and allowed() == ["Shell(npm)"]

    owners = {"version": 1, "permissions": {"allow": ["Shell(ls)", "Shell(npm)"], "deny": []}}
    (own / "cli-config.json").write_text(json.dumps(owners))
    assert allowed() == ["Shell(ls)", "Shell(npm)"]
    owners["permissions"]["allow"] = []
    (own / "cli-config.json").write_text(json.dumps(owners))
    assert allowed() == []  # what its owner takes back is not allowed any more


def test_it_asks_also_for_what_its_sandbox_would_run_unasked(own, environ):
    unasked = {"sandbox": {"mode": "enabled", "network": "x"}, "autoAcceptWebSearch": True}
    (own / "cli-config.json").write_text(json.dumps({"version": 1, **unasked}))

    config = json.loads((managed(environ) / "cli-config.json").read_bytes())

    assert config["sandbox"] == {"mode": "disabled", "network": "x"}
    assert config["autoAcceptWebSearch"] is False
