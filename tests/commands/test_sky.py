"""The forecast of the sun for a program: nobody is asked without need, and the last one outlives a restart."""

import asyncio
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lib.clock import TurnedClock, WallClock
from lib.commands.sky import KEPT, foreseen_sky, load, save
from lib.core.slots import Series
from lib.forecasts import QUARTER, SunForecast
from lib.settings import Settings
from lib.settings import load as load_settings
from tests.forecasts.skies import NOW, quarters
from tests.settings.homes import loaded
from tests.waiting import LIMIT_S

ROOF = 'place = (50.85, 4.35)\nroofs = {"south": {"kwp": 5, "tilt": 35, "facing": 180}}\n'
ABOUT = "a roof"
FORECAST = SunForecast(series=Series(quarters(NOW.replace(minute=0), 100.0, 250.0)), by="open-meteo", made=NOW)


def never(forecast: SunForecast) -> None:
    """Nobody should say anything."""
    raise AssertionError(forecast)


@pytest.mark.parametrize(
    "said", ["", ROOF.partition("\n")[0] + "\n", ROOF.partition("\n")[2], f"{ROOF}sun_forecast = ()\n"]
)
async def test_without_place_roof_or_source_nobody_is_asked(tmp_path: Path, said: str) -> None:
    """Not even the file of what was kept is read."""
    async with foreseen_sky(loaded(tmp_path, said), WallClock(), never) as watch:
        assert watch is None


async def test_a_roof_without_a_place_is_a_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The owner may have forgotten it."""
    async with foreseen_sky(loaded(tmp_path, ROOF.partition("\n")[2]), WallClock(), never):
        pass
    assert ["sun: nobody is asked for a forecast, since config.py has roofs but no place"] == caplog.messages


async def test_a_recording_has_no_sun_ahead(tmp_path: Path) -> None:
    """Its days are over."""
    config = loaded(tmp_path, f'{ROOF}serial_port = "replay:///tmp/day.txt"\n')
    async with foreseen_sky(config, WallClock(), never) as watch:
        assert watch is None


async def test_the_demo_foresees_its_own_sky(tmp_path: Path) -> None:
    """From a box of its own; nothing is kept and nobody outside is asked."""
    config = load_settings({"DM_HOME": str(tmp_path)}, demo=True)
    heard: asyncio.Queue[SunForecast] = asyncio.Queue()
    clock = TurnedClock(NOW)
    async with asyncio.timeout(LIMIT_S), foreseen_sky(config, clock, heard.put_nowait) as watch:
        forecast = await heard.get()
    assert watch
    assert ("open-meteo", NOW, "") == (forecast.by, forecast.made, watch.trouble)
    assert forecast.series.at(NOW)
    assert forecast.series.at(NOW + timedelta(hours=60))
    assert 1000 < max(slot.value for slot in forecast.series.slots) < 6000
    assert not (tmp_path / "data").exists()


def a_home(tmp_path: Path) -> Settings:
    """A home with a roof and a folder for what is kept."""
    config = loaded(tmp_path, ROOF)
    config.store.mkdir()
    return config


async def test_what_was_kept_is_heard_before_anybody_is_asked(tmp_path: Path) -> None:
    """And while it is new nobody is: a restart is no news."""
    config = a_home(tmp_path)
    save(config.store / KEPT, repr((config.place, config.roofs)), FORECAST)
    heard: asyncio.Queue[SunForecast] = asyncio.Queue()
    async with asyncio.timeout(LIMIT_S), foreseen_sky(config, TurnedClock(NOW), heard.put_nowait) as watch:
        assert FORECAST == await heard.get()
    assert watch
    assert (FORECAST, "") == (watch.last, watch.trouble)


def test_a_forecast_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """Whole or not at all; what cannot be kept is a line in the log."""
    path = tmp_path / KEPT
    for _ in range(2):
        save(path, ABOUT, FORECAST)
    assert FORECAST == load(path, ABOUT)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [KEPT] == [one.name for one in tmp_path.iterdir()]


def test_a_forecast_of_other_roofs_is_none(tmp_path: Path) -> None:
    """Who writes down another roof wants to see it at once."""
    save(tmp_path / KEPT, ABOUT, FORECAST)
    assert load(tmp_path / KEPT, "another roof") is None


def test_a_disk_that_takes_nothing_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The owner finds it in the log."""
    save(tmp_path / "nowhere" / KEPT, ABOUT, FORECAST)
    assert "sun: the forecast is not kept in" in caplog.text
    assert load(tmp_path / "nowhere" / KEPT, ABOUT) is None


def _without(key: str) -> Callable[[bytes], bytes]:
    def cut(body: bytes) -> bytes:
        return json.dumps({name: value for name, value in json.loads(body).items() if name != key}).encode()

    return cut


@pytest.mark.parametrize(
    "harm",
    [
        lambda body: b"",
        lambda body: body[: len(body) // 2],
        lambda body: b"\0" * len(body),
        lambda body: b"[]",
        lambda body: body.replace(b"250", b'"much"'),
        lambda body: body.replace(b"2026-", b"noon "),
        _without("made"),
        _without("by"),
        _without("watts"),
    ],
)
def test_a_file_that_a_power_cut_spoiled_is_no_forecast(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    """And no reason not to start."""
    path = tmp_path / KEPT
    save(path, ABOUT, FORECAST)
    path.write_bytes(harm(path.read_bytes()))
    assert load(path, ABOUT) is None


def test_quarters_are_kept_as_they_are() -> None:
    """The builder of this file is one of quarters."""
    assert {QUARTER} == {slot.end - slot.start for slot in FORECAST.series.slots}
