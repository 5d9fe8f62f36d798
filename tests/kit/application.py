"""Janus within the test's own process: its settings, its application, its clients, its manager."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from janus.app import create_app
from janus.config import Settings
from janus.sessions.manager import MemorySessionManager
from janus.storage.project import project_folder
from janus.storage.store import Store


@pytest.fixture
def settings(workspace):
    """Settings for the demo agent; change them with ``dataclasses.replace``."""
    return Settings(workspaces=(workspace,), agent="demo", max_sessions=100, port=0)


def state_of(settings):
    """The folder in which Janus keeps the state of the workspace."""
    return project_folder(settings.workspace, settings.state)


@pytest.fixture
def kept(workspace, home):
    """The folder in which Janus keeps the state of the workspace."""
    return project_folder(workspace, home / ".local" / "state" / "janus")


@pytest.fixture
def owners(home):
    """The folder in which Janus keeps what is the owner's."""
    return home / ".local" / "state" / "janus"


@pytest.fixture
def app(settings):
    app = create_app(settings, start=False)
    yield app
    app.extensions["janus"].stop()


class OwnersClient(FlaskClient):
    """A program that was let in, unless it says itself who it is."""

    def open(self, *args, **kwargs):
        janus = self.application.extensions["janus"]
        if not hasattr(self.application, "tests_token"):
            admitted = janus.devices.register("tests", "full", page=False)
            self.application.tests_token = admitted.secret
        self.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.application.tests_token}"
        return super().open(*args, **kwargs)


@pytest.fixture(autouse=True)
def let_in(monkeypatch):
    """Tests are let in, and ask for ``stranger`` where they want to be outside."""
    monkeypatch.setattr(Flask, "test_client_class", OwnersClient)


@pytest.fixture
def stranger(app):
    """A client that nobody has let in."""
    return FlaskClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def make_manager(clock):
    """Makes a manager; all are stopped at the end."""
    made = []

    def make(settings):
        made.append(MemorySessionManager(settings, Store(state_of(settings)), clock=clock))
        return made[-1]

    yield make
    for manager in made:
        manager.stop()
