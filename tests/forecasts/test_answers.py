"""What services answered, recorded, becomes watts by quarter; what is no forecast becomes a sentence."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.slope import Slope
from lib.forecasts import QUARTER, ForecastError, Watts, forecast_solar, from_south_deg, open_meteo, summed
from tests.conftest import local
from tests.forecasts.skies import (
    AUTUMN,
    BRUSSELS,
    LIMITED,
    NOW,
    OPEN_METEO,
    OWN,
    SOUTH,
    SPRING,
    answer,
    day_of,
    recorded,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EAST = Slope(name="east", kwp=5, tilt_deg=35, facing_deg=90)


def by_open_meteo(body: bytes, slope: Slope = SOUTH, *, status: int = 200) -> Watts:
    """What an answer of open-meteo says."""
    return open_meteo.parse(answer(open_meteo.NAME, body, status=status), slope, BRUSSELS)


def by_solar(body: bytes, slope: Slope = SOUTH, *, status: int = 200, now: datetime = NOW) -> Watts:
    """What an answer of forecast.solar says."""
    return forecast_solar.parse(answer(forecast_solar.NAME, body, status=status), slope, now)


def changed(body: bytes, **columns: Any) -> bytes:
    """An answer of open-meteo with other columns; None takes one out."""
    said = json.loads(body)
    for name, values in columns.items():
        said["minutely_15"].pop(name)
        if values is not None:
            said["minutely_15"][name] = values
    return json.dumps(said).encode()


def kwh(watts: Watts) -> float:
    """Of all quarters."""
    return sum(watts.values()) / 4000


@pytest.mark.parametrize("path", recorded("open_meteo_forecast_*.json"), ids=lambda path: path.name)
def test_radiation_is_of_the_quarter_that_ends_at_its_stamp(path: Path) -> None:
    """The first stamp is midnight UTC, so the first quarter begins before it; then there is no hole."""
    watts = by_open_meteo(path.read_bytes())
    said = json.loads(path.read_bytes())["minutely_15"]
    start = datetime.fromisoformat(f"{day_of(path)}T00:00+00:00") - QUARTER
    assert [start + at * QUARTER for at in range(len(said["time"]))] == sorted(watts)
    brightest = max(range(len(said["time"])), key=lambda at: said["global_tilted_irradiance"][at])
    assert start + brightest * QUARTER == max(watts, key=lambda at: watts[at])
    light, heat = said["global_tilted_irradiance"][brightest], said["temperature_2m"][brightest]
    assert 5 * light * (1 - 0.004 * (heat + 0.03 * light - 25)) * 0.86 == pytest.approx(max(watts.values()))


@pytest.mark.parametrize("path", recorded("open_meteo_forecast_*.json"), ids=lambda path: path.name)
def test_without_tilted_light_it_is_worked_out_from_flat_ground(path: Path) -> None:
    """Nearly the same energy in a day; a slope to the east has more of it in the morning."""
    body = path.read_bytes()
    bare = changed(body, global_tilted_irradiance=None)
    told, ours = by_open_meteo(body), by_open_meteo(bare)
    assert kwh(told) == pytest.approx(kwh(ours), rel=0.08)
    noon = midnight(day_of(path)) + DAY / 2
    east = by_open_meteo(bare, EAST)
    assert sum(watts for at, watts in east.items() if at < noon) > sum(watts for at, watts in ours.items() if at < noon)


def test_a_hole_in_tilted_light_is_filled_and_a_little_below_zero_is_zero() -> None:
    """Far below zero is a fault of theirs, and flat ground counts; where that is missing too, nothing is known."""
    said = json.loads(OPEN_METEO)["minutely_15"]
    tilted, flat = list(said["global_tilted_irradiance"]), list(said["shortwave_radiation"])
    noon = 4 * 12
    usual = by_open_meteo(OPEN_METEO)
    tilted[noon], tilted[noon + 1], tilted[noon + 2], tilted[noon + 3] = None, -84.0, -1.6, None
    flat[noon + 3] = None
    watts = by_open_meteo(changed(OPEN_METEO, global_tilted_irradiance=tilted, shortwave_radiation=flat))
    starts = sorted(usual)
    for at in (noon, noon + 1):
        assert usual[starts[at]] == pytest.approx(watts[starts[at]], rel=0.1)
    assert 0 == watts[starts[noon + 2]]
    assert starts[noon + 3] not in watts


def test_a_temperature_that_is_missing_does_not_cost_the_forecast() -> None:
    """It is worth some percent."""
    assert kwh(by_open_meteo(OPEN_METEO)) == pytest.approx(
        kwh(by_open_meteo(changed(OPEN_METEO, temperature_2m=None))), rel=0.06
    )


def test_local_stamps_of_open_meteo_count_from_their_offset() -> None:
    """A mirror may answer in another zone than it was asked for."""
    said = json.loads(OPEN_METEO)
    there = {**said, "utc_offset_seconds": 7200}
    moved = by_open_meteo(json.dumps(there).encode())
    assert {at - 2 * HOUR: watts for at, watts in by_open_meteo(OPEN_METEO).items()} == moved


@pytest.mark.parametrize("path", recorded("forecast_solar_estimate_*.json"), ids=lambda path: path.name)
def test_the_energy_of_each_day_is_what_the_service_says(path: Path) -> None:
    """Whether its values are powers at instants or means of hours, on days of 23, 24 and 25 hours."""
    watts = by_solar(path.read_bytes())
    for day, energy_wh in json.loads(path.read_bytes())["result"]["watt_hours_day"].items():
        start = midnight(datetime.fromisoformat(day).date())
        end = midnight(datetime.fromisoformat(day).date() + DAY)
        quarters = [at for at in watts if start <= at < end]
        assert (end - start) // QUARTER == len(quarters)
        assert energy_wh == pytest.approx(sum(watts[at] for at in quarters) / 4, abs=0.5 * 40)


def test_days_of_23_and_25_hours() -> None:
    """Stamps are those of clocks on the wall: noon in summer is 10:00 UTC, in winter 11:00."""
    spring, autumn = by_solar(SPRING), by_solar(AUTUMN)
    assert (96 + 92, 96 + 100) == (len(spring), len(autumn))
    said = json.loads(SPRING)["result"]["watts"]
    before, at, after = (said[f"2026-03-29 {hour}:00:00"] for hour in (11, 12, 13))
    assert (at + (at + after) / 2) / 2 == pytest.approx(
        (spring[local("2026-03-29 12:00")] + spring[local("2026-03-29 12:15")]) / 2, rel=0.01
    )
    assert before < spring[local("2026-03-29 11:45")] < at
    assert datetime(2026, 3, 29, 10, tzinfo=UTC) == local("2026-03-29 12:00")


def test_sunrise_within_a_quarter() -> None:
    """The sun rises at 07:30:46: what it makes until 07:45 is the mean of the whole quarter."""
    spring = by_solar(SPRING)
    assert 0 == spring[local("2026-03-29 07:15")]
    at_8 = json.loads(SPRING)["result"]["watts"]["2026-03-29 08:00:00"]
    seconds, length = 15 * 60 - 46, 30 * 60 - 46
    assert at_8 * seconds / length / 2 * seconds / 900 == pytest.approx(spring[local("2026-03-29 07:30")])


def test_stamps_with_their_zone_say_the_same() -> None:
    """So they come when it is asked for UTC."""
    said = json.loads(AUTUMN)
    for name in ("watts", "watt_hours_period"):
        told = said["result"][name]
        said["result"][name] = {local(at).isoformat(): value for at, value in told.items()}
    assert by_solar(AUTUMN) == by_solar(json.dumps(said).encode())


def test_energies_that_are_the_powers_are_means_of_the_hour_that_begins() -> None:
    """Each quarter of it has the same; a straight line would have other energies."""
    values = {"2026-06-20 11:00:00": 0, "2026-06-20 12:00:00": 1000, "2026-06-20 13:00:00": 2400}
    watts = by_solar(json.dumps({"result": {"watts": values, "watt_hours_period": values}}).encode())
    start = local("2026-06-20 11:00")
    assert [0.0] * 4 + [1000.0] * 4 + [2400.0] * 4 == [watts[start + at * QUARTER] for at in range(12)]
    assert 3.4 == pytest.approx(kwh(watts))


def test_without_energies_powers_are_powers_at_instants() -> None:
    """As the service's own documentation has it."""
    said = json.loads(SPRING)
    del said["result"]["watt_hours_period"]
    assert by_solar(SPRING) == by_solar(json.dumps(said).encode())


@pytest.mark.parametrize(
    ("body", "rest_s"),
    [
        (LIMITED, 35 * 60),
        (b'{"message": {"ratelimit": {"period": 3600, "retry-at": "soon"}}}', 3600),
        (b'{"message": {"ratelimit": {"period": 3600, "retry-at": "2036-06-20T12:40:00+02:00"}}}', 86_400),
        (b'{"message": {"ratelimit": {"retry-at": "2026-06-20T09:40:00+02:00"}}}', 0),
        (b'{"message": {"ratelimit": {}}}', None),
        (b"<html>", None),
    ],
)
def test_asked_too_often_says_until_when(body: bytes, rest_s: float | None) -> None:
    """By its words, by its period, at most a day; nothing when it does not say."""
    with pytest.raises(ForecastError, match="was asked too often") as refused:
        by_solar(body, status=429)
    assert rest_s == refused.value.again_s


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (
            400,
            (OWN / "open_meteo_400.json").read_bytes(),
            "open-meteo refuses the question: \"Parameter 'tilt' must be b",
        ),
        (400, b"<html>", "open-meteo does not understand the question (HTTP 400)"),
        (404, b'{"error": true}', "open-meteo has nothing at this address (HTTP 404): is it written right?"),
        (429, b'{"error": true, "reason": "Daily"}', "open-meteo was asked too often"),
        (500, b"", "open-meteo has trouble of its own (HTTP 500)"),
        (200, b"", "open-meteo answers with no JSON, but nothing"),
        (200, b"[" * 100_000, "open-meteo answers with no JSON, but "),
        (200, b"[]", "open-meteo: minutely_15 with its times is missing"),
        (200, b'{"minutely_15": {"time": 3}}', "open-meteo: minutely_15 with its times is missing"),
        (200, b'{"minutely_15": {"time": ["noon"]}}', "open-meteo: 'noon' is no time"),
        (200, b'{"minutely_15": {"time": [7]}}', "open-meteo: '7' is no time"),
        (200, b'{"minutely_15": {"time": ["2026-06-20T10:05"]}}', "open-meteo: '2026-06-20T10:05' is no quarter of"),
        (200, b'{"minutely_15": {"time": ["2026-06-20T10:00Z"]}}', "open-meteo: '2026-06-20T10:00Z' is no quarter of"),
        (200, b'{"minutely_15": {"time": ["0001-01-01T00:00"]}, "utc_offset_seconds": 60}', "open-meteo: '0001-01-"),
        (200, b'{"minutely_15": {"time": []}, "utc_offset_seconds": 1e9}', "open-meteo: '1000000000.0' is no offset"),
    ],
)
def test_what_is_no_forecast_of_open_meteo(status: int, body: bytes, sentence: str) -> None:
    """One sentence for the owner."""
    with pytest.raises(ForecastError) as refused:
        by_open_meteo(body, status=status)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("global_tilted_irradiance", [1.0], "global_tilted_irradiance has not one value for each of the 384 times"),
        ("global_tilted_irradiance", "bright", "global_tilted_irradiance has not one value for each"),
        ("shortwave_radiation", [9999.0] * 384, "'9999.0' stands where shortwave_radiation should, in W/m²"),
        ("diffuse_radiation", [True] * 384, "'True' stands where diffuse_radiation should"),
        ("temperature_2m", ["19.5"] * 384, "'19.5' stands where temperature_2m should, in °C"),
        ("temperature_2m", [80.0] * 384, "'80.0' stands where temperature_2m should"),
    ],
)
def test_a_wrong_value_makes_the_whole_answer_worthless(name: str, values: object, sentence: str) -> None:
    """As nobody can tell which others are wrong."""
    with pytest.raises(ForecastError) as refused:
        by_open_meteo(changed(OPEN_METEO, **{name: values}))
    assert f"open-meteo: {sentence}" in str(refused.value)


def test_another_unit_is_told() -> None:
    """Not taken for degrees Celsius."""
    with pytest.raises(ForecastError, match="temperature_2m is in '°F', not in °C"):
        by_open_meteo(OPEN_METEO.replace("°C".encode(), "°F".encode()))


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (
            400,
            b'{"message": {"code": 400, "text": "Invalid tilt"}}',
            "forecast-solar refuses the question: 'Invalid tilt'",
        ),
        (422, b"nothing", "forecast-solar does not understand the question (HTTP 422)"),
        (503, b"{}", "forecast-solar has trouble of its own (HTTP 503)"),
        (200, b"{}", "forecast-solar: result with its watts is missing"),
        (200, b'{"result": {"watts": {}}}', "forecast-solar: result with its watts is missing"),
        (200, b'{"result": {"watts": {"noon": 3}}}', "forecast-solar: 'noon' is no time"),
        (
            200,
            b'{"result": {"watts": {"2026-06-20 12:00:00": "3"}}}',
            "forecast-solar: '3' at '2026-06-20 12:00:00' stands",
        ),
        (200, b'{"result": {"watts": {"2026-06-20 12:00:00": -3}}}', "forecast-solar: '-3' at "),
        (200, b'{"result": {"watts": {"2026-06-20 12:00:00": 9e9}}}', "forecast-solar: '9000000000.0' at "),
        (200, b'{"result": {"watts": {"9999-12-31 23:59:59": 3}}}', "forecast-solar: '3' at "),
        (
            200,
            b'{"result": {"watts": {"2026-06-20 06:00:00": 3, "2026-06-20 18:00:00": 3}}}',
            "forecast-solar: nothing is said from 2026-06-20 04:00Z to 16:00Z",
        ),
        (
            200,
            b'{"result": {"watts": {"2026-06-20 06:00:00": 3, "2036-06-20 06:00:00": 3}}}',
            "forecast-solar: from 2026-06-20 to 2036-06-20 is no forecast",
        ),
        (
            200,
            b'{"result": {"watts": {"2026-06-20 06:00:00": 3}}, "message": {"info": {"timezone": "../etc"}}}',
            "forecast-solar: '../etc' is no time zone",
        ),
        (
            200,
            b'{"result": {"watts": {"2026-06-20 06:00:00": 3}, "watt_hours_period": [3]}}',
            "forecast-solar: watt_hours_period is '[3]', not a value for each of some times",
        ),
    ],
)
def test_what_is_no_forecast_of_forecast_solar(status: int, body: bytes, sentence: str) -> None:
    """One sentence for the owner."""
    with pytest.raises(ForecastError) as refused:
        by_solar(body, status=status)
    assert str(refused.value).startswith(sentence)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["result", "watts", "watt_hours_period", "message", "info", "timezone", "minutely_15", "time"]
            )
            | st.just("2026-06-20T12:00"),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(said=JSON, status=st.sampled_from([200, 400, 429, 500]))
def test_garbage_is_a_sentence_or_a_forecast(said: object, status: int) -> None:
    """Whatever comes, nothing else is raised."""
    for parse in (by_open_meteo, by_solar):
        try:
            watts = parse(json.dumps(said).encode(), status=status)
        except ForecastError as error:
            watts = {}
            said_of_it = str(error)
        else:
            said_of_it = ""
        assert "\n" not in said_of_it
        assert all(value >= 0 for value in watts.values())


def test_two_roofs_are_summed_where_both_are_known() -> None:
    """From the running quarter on, for three days."""
    start = local_day(NOW)
    one = {midnight(start) + at * QUARTER: 100.0 for at in range(96 * 5)}
    two = {at: 50.0 for at in one if at != NOW.replace(minute=30)}
    slots = summed("both", [one, two], NOW)
    assert NOW.replace(minute=0) == slots[0].start
    assert NOW + 3 * DAY - QUARTER <= slots[-1].start < NOW + 3 * DAY
    assert {150.0} == {slot.value for slot in slots}
    assert NOW.replace(minute=30) not in {slot.start for slot in slots}


def test_a_forecast_of_another_time_is_none() -> None:
    """As of a service that answers with what it kept last month."""
    watts = by_open_meteo(OPEN_METEO)
    for now in (NOW - 9 * DAY, NOW + 30 * DAY):
        with pytest.raises(ForecastError, match="open-meteo: its answer begins at 2026-06-19 23:45Z, which does not"):
            summed("open-meteo", [watts], now)
    with pytest.raises(ForecastError, match="open-meteo: its answer holds nothing"):
        summed("open-meteo", [{}], NOW)


@pytest.mark.parametrize(("facing", "told"), [(180, 0), (90, -90), (270, 90), (0, -180), (360, -180), (225, 45)])
def test_both_services_count_from_the_south(facing: int, told: int) -> None:
    """Compass degrees become theirs: east is below zero."""
    assert told == from_south_deg(facing)
