"""The place, the roofs and who foresees the sun, as the owner writes them down."""

import os
from pathlib import Path

import pytest

from lib import settings
from lib.core.slope import Slope
from lib.forecasts import ForecastError, open_forecast
from lib.settings.roofs import SOURCES
from tests.settings.homes import loaded, slip

PLACE = "place = (50.85, 4.35)\n"


def roofs(said: str) -> str:
    """A config with one roof of this."""
    return f'{PLACE}roofs = {{"south": {{{said}}}}}\n'


def test_who_says_nothing_has_no_forecast(tmp_path: Path) -> None:
    """There is no place and no roof to ask for."""
    found = loaded(tmp_path, "")
    assert (None, ()) == (found.place, found.roofs)
    assert SOURCES == found.sun_forecast


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """Two sides of a roof in the owner's order; what is lost is a part of one."""
    found = loaded(
        tmp_path,
        f"{PLACE}sun_forecast = ()\nroofs = {{"
        '"east": {"kwp": 2.5, "tilt": 20, "facing": 90}, '
        '"west": {"kwp": 2, "tilt": 20, "facing": 270, "loss_pct": 20}}\n',
    )
    assert ((50.85, 4.35), ()) == (found.place, found.sun_forecast)
    assert (
        Slope(name="east", kwp=2.5, tilt_deg=20, facing_deg=90, loss=0.14),
        Slope(name="west", kwp=2, tilt_deg=20, facing_deg=270, loss=0.2),
    ) == found.roofs


def test_the_demo_has_a_roof_of_its_own(tmp_path: Path) -> None:
    """What the owner wrote is not used there."""
    (tmp_path / "config.py").write_text(f'{PLACE}roofs = {{"mine": {{"kwp": 9, "tilt": 1, "facing": 2}}}}\n')
    found = settings.load({**os.environ, "DM_HOME": str(tmp_path)}, demo=True)
    assert ["roof"] == [slope.name for slope in found.roofs]
    assert found.place


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "place = (4.35, 50.85)",
            "place is (4.35, 50.85); allowed is None, or degrees north and east in Belgium, such",
        ),
        ('place = "Brussels"', "place is 'Brussels'; allowed is None, or degrees north and east"),
        ("place = (50.85,)", "place is (50.85,); allowed is None, or"),
        ("place = (True, 4.35)", "place is (True, 4.35); allowed is None, or"),
        (roofs('"tilt": 35, "facing": 180'), "roofs['south']: kwp is missing; allowed is a number from 0.1 to 100"),
        (roofs('"kwp": 5000, "tilt": 35, "facing": 180'), "roofs['south']: kwp is 5000; allowed is a number from 0.1"),
        (
            roofs('"kwp": 5, "tilt": 100, "facing": 180'),
            "roofs['south']: tilt is 100; allowed is a number from 0 to 90",
        ),
        (
            roofs('"kwp": 5, "tilt": 35, "facing": "S"'),
            "roofs['south']: facing is 'S'; allowed is a number from 0 to 360",
        ),
        (
            roofs('"kwp": 5, "tilt": 35, "facing": -90'),
            "roofs['south']: facing is -90; allowed is a number from 0 to 360",
        ),
        (
            roofs('"kwp": 5, "tilt": 35, "facing": 180, "loss_pct": 99'),
            "roofs['south']: loss_pct is 99; allowed is a number from 0 to 60",
        ),
        (roofs('"kw": 5, "tilt": 35, "facing": 180'), "roofs['south']: kw is no setting of a roof; is kwp meant?"),
        ("roofs = 5", "roofs is 5; allowed is {"),
        (
            'roofs = {f"r{at}": {"kwp": 1, "tilt": 35, "facing": 180} for at in range(7)}',
            "roofs is {'r0': {'kwp': 1, 'tilt': 35, 'facing': 180}, 'r1'",
        ),
        ('sun_forecast = ("solcast",)', "sun_forecast is ('solcast',); allowed is some of open-meteo, forecast-solar,"),
        (
            'sun_forecast = ("open-meteo", "open-meteo")',
            "sun_forecast is ('open-meteo', 'open-meteo'); allowed is some",
        ),
        ('sun_forecast = "open-meteo"', "sun_forecast is 'open-meteo'; allowed is a row of texts"),
        ("roof = {}", "roof is no setting; is roofs meant?"),
    ],
)
def test_a_slip_names_the_key_the_value_and_what_is_allowed(tmp_path: Path, said: str, sentence: str) -> None:
    """In one sentence; a place the wrong way round is told too."""
    assert slip(tmp_path, f"{said}\n").startswith(sentence)


def test_the_sources_are_those_that_can_be_opened() -> None:
    """The same words stand in settings, which may not ask the makes, and where the makes are."""
    for word in SOURCES:
        assert word == open_forecast(word, (50.85, 4.35), [Slope(name="a", kwp=1, tilt_deg=0, facing_deg=0)]).name
    with pytest.raises(ForecastError, match=" or ".join(SOURCES)):
        open_forecast("solcast", (50.85, 4.35), [])
