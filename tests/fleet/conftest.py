"""Doorways, for every test of the fleet."""

import pytest
from doorways import CLOUD, LAPTOP, Doorway


@pytest.fixture
def doorways(tmp_path):
    """Makes doorways; all are gone at the end."""
    made = []

    def make(**scopes):
        named = {"laptop": LAPTOP, "cloud": CLOUD}
        scopes = {named[name]: scope for name, scope in (scopes or {"laptop": "full"}).items()}
        made.append(Doorway(tmp_path / f"doorway{len(made)}", scopes).start())
        return made[-1]

    yield make
    for doorway in made:
        doorway.stop()
