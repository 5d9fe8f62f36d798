"""What a test needs and this computer does not have."""

import os

import pytest


def missing(reason):
    """Skip the test that needs it, and say so; in CI nothing is skipped, it fails."""
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
