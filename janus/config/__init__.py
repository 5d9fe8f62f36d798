"""The settings, and where they come from."""

from janus.config.setting import SettingsError, names_of
from janus.config.settings import (
    Settings,
    setting_fields,
    state_folder,
)

__all__ = [
    "Settings",
    "SettingsError",
    "names_of",
    "setting_fields",
    "state_folder",
]
