"""Homes with a config.py of their own."""

from pathlib import Path

import pytest

from lib import settings
from lib.settings import Settings, SettingsError

CONFIG = 'serial_port = "/dev/ttyUSB7"\nsocket_info = {"dm": ("127.0.0.1", 9000), "ev": ("127.0.0.1", 9001)}\n'


def home(folder: Path, config: str = CONFIG, rates: str | None = None) -> dict[str, str]:
    """An environment whose home holds its own config.py, and rates.json when given."""
    (folder / "config.py").write_text(config)
    if rates is not None:
        (folder / "rates.json").write_text(rates)
    return {"DM_HOME": str(folder)}


def loaded(folder: Path, config: str) -> Settings:
    """The settings of a home with this beside the usual."""
    return settings.load(home(folder, CONFIG + config))


def slip(folder: Path, config: str) -> str:
    """The sentence that answers it, without the name of the file."""
    with pytest.raises(SettingsError) as error:
        loaded(folder, config)
    said = str(error.value)
    assert said.startswith("config.py: ")
    assert "\n" not in said
    return said.removeprefix("config.py: ")
