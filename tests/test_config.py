import os
from dataclasses import replace
from pathlib import Path

import pytest

from janus.config import Settings, SettingsError, names_of, setting_fields, state_folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No .env but the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def own(tmp_path):
    """An environment in which Janus has a file of its own; writes that."""

    def own(text):
        file = tmp_path / "config" / "janus" / "env"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        return {"XDG_CONFIG_HOME": str(tmp_path / "config")}

    return own


FORBIDDEN = [
    "JANUS_AGENT_COMMAND", "JANUS_AGENT_ENV", "JANUS_HOST", "JANUS_PORT", "JANUS_ALLOW_PUBLIC",
    "JANUS_PUBLIC_URL", "JANUS_CORS_ALLOWED_ORIGINS", "JANUS_STATE_DIR", "JANUS_WORKSPACE_DIR",
    "JANUS_PROJECT_ROOTS",
    "JANUS_WORKTREE_FILES", "JANUS_SETUP_COMMAND", "JANUS_SNAPSHOT_ROOM",
    "JANUS_PUSH_CONTACT", "JANUS_PUSH_HOSTS", "JANUS_NTFY_URL", "JANUS_VOICE_COMMANDS",
    "JANUS_STT", "JANUS_STT_MODEL", "JANUS_TTS", "JANUS_TTS_VOICE", "JANUS_VOICE_KEY",
    "JANUS_FLEET_URL", "JANUS_FLEET_KEY", "JANUS_FLEET_CA", "JANUS_FLEET_NAME", "JANUS_GATEWAY",
]  # fmt: skip
HARMLESS = {
    "JANUS_AGENT": "demo", "JANUS_SESSION_TIMEOUT": "5m", "JANUS_CLEANUP_INTERVAL": "2m",
    "JANUS_TURN_LIMIT": "2h", "JANUS_MAX_SESSIONS": "7", "JANUS_ASK_TIMEOUT": "61s",
    "JANUS_SUMMARY_TIMEOUT": "31s", "JANUS_AGENT_START_TIMEOUT": "6m",
    "JANUS_LOG": "json", "JANUS_LOG_LEVEL": "debug", "JANUS_GIT_TIMEOUT": "20m",
}  # fmt: skip


def test_the_defaults_are_the_documented_ones(tmp_path):
    settings = Settings.from_env({})

    assert (settings.port, settings.host, settings.workspace) == (3000, "auto", tmp_path)
    assert (settings.session_timeout, settings.cleanup_interval) == (600, 60)
    assert (settings.turn_limit, settings.ask_timeout, settings.summary_timeout) == (3600, 60, 30)
    assert (settings.max_sessions, settings.agent, settings.cors_origins) == (4, "auto", ())


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("500mb", 500 << 20), ("4GB", 4 << 30), ("1 TB", 1 << 40)]
)
def test_sizes_are_read(text, size):
    assert Settings.from_env({"JANUS_SNAPSHOT_ROOM": text}).snapshot_room == size


@pytest.mark.parametrize("text", ["4", "GB", "-1GB", "4.5GB", "4G", "1e3MB"])
def test_what_is_no_size_is_refused_by_name(text):
    with pytest.raises(SettingsError, match=r"JANUS_SNAPSHOT_ROOM=.*expected a size such as 500MB"):
        Settings.from_env({"JANUS_SNAPSHOT_ROOM": text})


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("250ms", 0.25), ("1m1s", 61)]
)
def test_durations_are_read(text, seconds):
    assert Settings.from_env({"SESSION_TIMEOUT": text}).session_timeout == seconds


@pytest.mark.parametrize(
    "text", ["10", "m", "1d", "-1m", "0s", "1.5h", "10 m", "1m1h", "9999999999h", "٣m", "10m\n1s"]
)
def test_what_is_no_duration_is_refused_by_name(text):
    with pytest.raises(SettingsError, match=r"SESSION_TIMEOUT=.*expected a duration such as 90s"):
        Settings.from_env({"SESSION_TIMEOUT": text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "1" * 5000),
        ("MAX_SESSIONS", "0"),
        ("JANUS_HOST", "0.0.0.0"),
        ("JANUS_AGENT", "hal!"),
        ("JANUS_LOG", "xml"),
        ("LOG_LEVEL", "loud"),
        ("WORKSPACE_DIR", "/no/such/folder"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "localhost:5173"),
    ],
)
def test_a_value_that_does_not_parse_stops_the_start_and_is_named(name, text):
    with pytest.raises(SettingsError, match=f"^{name}="):
        Settings.from_env({name: text})


def test_an_unknown_name_of_ours_stops_the_start_and_is_named():
    with pytest.raises(SettingsError, match=r"^JANUS_PROT in the environment: Janus has no such"):
        Settings.from_env({"JANUS_PROT": "9"})


def test_an_empty_value_is_the_default():
    assert Settings.from_env({"PORT": "", "JANUS_AGENT": " "}).port == 3000


def test_a_projects_own_names_are_its_own(tmp_path):
    (tmp_path / ".env").write_text(
        "PORT=4000\nLOG_LEVEL=trace\nSESSION_TIMEOUT=3600\nMAX_SESSIONS=unlimited\n"
        "WORKSPACE_DIR=/nowhere\nCORS_ALLOWED_ORIGINS=https://evil.example\nDATABASE_URL=x\n"
    )

    settings = Settings.from_env({})

    assert settings == replace(Settings(), environ={})


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_project_may_not_choose_what_runs_or_who_gets_in(name, tmp_path):
    (tmp_path / ".env").write_text(f"{name}=\n")

    with pytest.raises(SettingsError, match=f"^{name} in {tmp_path}/.env: .*~/.config/janus/env"):
        Settings.from_env({"HOME": str(tmp_path / "home")})


def test_a_project_may_choose_what_is_harmless(tmp_path):
    lines = [f"{name}={text}" for name, text in HARMLESS.items()]
    (tmp_path / ".env").write_text("\n".join(lines))

    settings = Settings.from_env({})

    assert (settings.agent, settings.max_sessions, settings.log_level) == ("demo", 7, "debug")
    assert (settings.session_timeout, settings.turn_limit) == (300, 7200)
    assert {name for field in setting_fields() for name in names_of(field)[:1]} == {
        *FORBIDDEN, *HARMLESS,
    }  # fmt: skip


def test_a_mistake_in_a_projects_file_stops_the_start_and_names_it(tmp_path):
    (tmp_path / ".env").write_text("JANUS_AGNET=demo\n")
    with pytest.raises(SettingsError, match=f"^JANUS_AGNET in {tmp_path}/.env: Janus has no such"):
        Settings.from_env({})

    (tmp_path / ".env").write_text("JANUS_LOG=xml\n")
    with pytest.raises(SettingsError, match=f"^JANUS_LOG='xml' in {tmp_path}/.env: expected"):
        Settings.from_env({})


def test_a_projects_file_learns_nothing_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "s3cret")
    (tmp_path / ".env").write_text("JANUS_LOG=${SECRET}\n")

    with pytest.raises(SettingsError) as caught:
        Settings.from_env({})

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "/dev/zero"])
def test_what_is_no_plain_file_is_no_settings(kind, tmp_path):
    (tmp_path / "other").write_text("JANUS_LOG=json\n")
    if kind == "fifo":
        os.mkfifo(tmp_path / ".env")
    elif kind == "folder":
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").symlink_to("other" if kind == "link" else kind)

    assert Settings.from_env({}).log_format == "text"


def test_januss_own_file_may_choose_everything(own, tmp_path):
    environ = own(
        "PORT=4000\nJANUS_AGENT_COMMAND=my-agent --acp\nMAX_SESSIONS=9\n"
        f"JANUS_STATE_DIR={tmp_path}/state\n"
    )

    settings = Settings.from_env({**environ, "PORT": "5000"})

    assert (settings.port, settings.max_sessions) == (5000, 9)  # the environment wins
    assert settings.agent_command == ("my-agent", "--acp")
    assert settings.state == tmp_path / "state"


def test_januss_own_file_wins_over_a_project(own, tmp_path):
    (tmp_path / ".env").write_text("JANUS_MAX_SESSIONS=7\nJANUS_TURN_LIMIT=2h\n")

    settings = Settings.from_env(own("MAX_SESSIONS=9\n"))

    assert (settings.max_sessions, settings.turn_limit) == (9, 7200)


def test_a_mistake_in_januss_own_file_names_it(own, tmp_path):
    with pytest.raises(SettingsError, match=f"^PORT='x' in {tmp_path}/config/janus/env: expected"):
        Settings.from_env(own("PORT=x\n"))


def test_a_checkout_of_janus_may_use_its_own_file(tmp_path, monkeypatch):
    monkeypatch.setattr("janus.config.sources._CHECKOUT", tmp_path)
    (tmp_path / ".env").write_text("PORT=4000\nJANUS_AGENT_COMMAND=my-agent\n")
    with pytest.raises(SettingsError, match="a project may not choose"):
        Settings.from_env({})  # it only stands in the same place

    (tmp_path / "janus").mkdir()
    for name in ("wsgi.py", "setup.cfg", "janus/__init__.py"):
        (tmp_path / name).touch()
    settings = Settings.from_env({})

    assert (settings.port, settings.agent_command) == (4000, ("my-agent",))


def test_every_setting_has_a_name_of_januss_own_which_wins():
    for field in setting_fields():
        assert names_of(field)[0].startswith("JANUS_")
        assert field.metadata["name"] in names_of(field)

    assert Settings.from_env({"PORT": "4000", "JANUS_PORT": "5000"}).port == 5000
    assert Settings.from_env({"JANUS_MAX_SESSIONS": "5"}).max_sessions == 5
    with pytest.raises(SettingsError, match=r"^JANUS_PORT='x' in the environment"):
        Settings.from_env({"PORT": "4000", "JANUS_PORT": "x"})


@pytest.mark.parametrize("text", ["relative", "/etc/passwd"])
def test_the_state_is_kept_in_a_folder_of_an_absolute_path(text):
    with pytest.raises(SettingsError, match=r"^JANUS_STATE_DIR=.*the absolute path of a folder"):
        Settings.from_env({"JANUS_STATE_DIR": text})


def test_where_the_state_is_kept(tmp_path):
    for environ, folder in (
        ({"HOME": "/h"}, "/h/.local/state/janus"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/s/janus"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/s", "JANUS_STATE_DIR": "/v"}, "/v"),
    ):
        assert Settings.from_env(environ).state == state_folder(environ) == Path(folder)


def test_origins_are_a_list():
    settings = Settings.from_env({"CORS_ALLOWED_ORIGINS": "http://localhost:5173/, https://a.b "})

    assert settings.cors_origins == ("http://localhost:5173", "https://a.b")


def test_the_workspace_is_absolute(tmp_path):
    (tmp_path / "code").mkdir()

    assert Settings.from_env({"WORKSPACE_DIR": "code"}).workspace == tmp_path / "code"


def test_the_example_file_names_every_setting_with_its_default():
    text = (Path(__file__).parent.parent / ".env.example").read_text()

    for field in setting_fields():
        name, default = field.metadata["name"], field.metadata["default"]
        assert f"\n# {name}={default}\n" in text, name
