"""A path with ~ in it, wherever an owner writes one."""

from pathlib import Path

import pytest

from lib.calendars import CalendarSetupError, open_calendar
from lib.calendars.google_login import parse_login
from lib.prices.file import PriceFile
from lib.settings.config import Config
from lib.settings.doors import parse_tls
from lib.settings.house import parse_price_sources
from lib.tilde import filled


def test_a_tilde_is_the_owners_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A path without one stays as it is."""
    monkeypatch.setenv("HOME", "/home/jan")
    assert [Path("/home/jan/trips.ics"), Path("trips.ics")] == [filled("~/trips.ics"), filled("trips.ics")]


def test_a_price_file_in_the_owners_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a file counts from the program's home, and that of nobody does."""
    monkeypatch.setenv("HOME", "/home/jan")
    words = ("file:~/prices.csv", "file: prices.csv", "file:/mnt/prices.csv", "file:~nobody-here/prices.csv")
    found = parse_price_sources(Config("config.py", {"price_sources": words}), tmp_path)
    paths = ("/home/jan/prices.csv", tmp_path / "prices.csv", "/mnt/prices.csv", tmp_path / "~nobody-here/prices.csv")
    assert tuple(f"file:{path}" for path in paths) == found


def test_a_home_of_nobody_is_a_file_that_is_missing(tmp_path: Path) -> None:
    """A / was forgotten after the ~: it stops nothing, and whoever opens the file says that it is not there."""
    assert Path("~nobody-here/a") == filled("~nobody-here/a")
    assert "~trips-of-nobody.ics" == open_calendar("ics:~trips-of-nobody.ics", {}, home=tmp_path).name
    with pytest.raises(CalendarSetupError, match="the key file cannot be read"):
        parse_login({"google_service_account": "~nobody-here/key.json"}, home=tmp_path)
    tls = Config("config.py", {"tls": ("~nobody-here/cert.pem", "~nobody-here/key.pem")})
    assert (tmp_path / "~nobody-here/cert.pem", tmp_path / "~nobody-here/key.pem") == parse_tls(tls, tmp_path)
    assert "file:~nobody-here/prices.csv" == PriceFile("~nobody-here/prices.csv").name
