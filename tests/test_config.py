from pathlib import Path

import pytest

from janus.config import Settings, SettingsError, setting_fields


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No .env but the test's own."""
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_the_documented_ones(tmp_path):
    settings = Settings.from_env({})

    assert (settings.port, settings.host, settings.workspace) == (3000, "auto", tmp_path)
    assert (settings.session_timeout, settings.cleanup_interval) == (600, 60)
    assert (settings.turn_limit, settings.ask_timeout, settings.summary_timeout) == (3600, 60, 30)
    assert (settings.max_sessions, settings.agent, settings.cors_origins) == (4, "auto", ())


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
    with pytest.raises(SettingsError, match=r"^JANUS_PROT: Janus has no such setting"):
        Settings.from_env({"JANUS_PROT": "9"})


def test_an_empty_value_is_the_default():
    assert Settings.from_env({"PORT": "", "JANUS_AGENT": " "}).port == 3000


def test_dotenv_fills_in_what_the_environment_lacks(tmp_path):
    (tmp_path / ".env").write_text("PORT=4000\nMAX_SESSIONS=7\n# JANUS_LOG=json\n")

    settings = Settings.from_env({"PORT": "5000"})

    assert (settings.port, settings.max_sessions, settings.log_format) == (5000, 7, "text")


def test_a_mistake_in_dotenv_stops_the_start(tmp_path):
    (tmp_path / ".env").write_text("JANUS_AGNET=demo\n")

    with pytest.raises(SettingsError, match=r"^JANUS_AGNET"):
        Settings.from_env({})


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
