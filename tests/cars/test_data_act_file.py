"""The two forms of the portal's files, from recorded and invented ones to a reading."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.cars import CarError
from lib.cars.data_act_file import LIVE_SOC, parse_file, reading
from lib.core.car import CarReading

from .builders import NOW
from .recordings import recordings
from .test_values import ANYTHING

EARLY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DELIVERED = datetime(2026, 3, 2, 6, 55, tzinfo=UTC)


def told(**said: Any) -> CarReading:
    """A reading of the portal."""
    return CarReading(source="portal", **said)


EXPECTED = {
    "our eu_data_act_dotted": told(
        soc_pct=54.0,
        as_of=datetime(2026, 3, 2, 6, 40, 30, 500_000, tzinfo=UTC),
        limit_pct=70.0,
        plugged=True,
        charging=True,
    ),
    "our eu_data_act_flat": told(soc_pct=44.0, as_of=DELIVERED - timedelta(minutes=15), plugged=False, charging=False),
    "our eu_data_act_stamped": told(
        soc_pct=81.0, as_of=datetime(2026, 3, 2, 5, 10, tzinfo=UTC), plugged=True, charging=True
    ),
    "our eu_data_act_no_battery": told(),
    "their eu_data_act_dotted": told(  # its battery care is on, but without a threshold
        soc_pct=69.0, as_of=datetime(2026, 6, 14, 20, 17, 28, tzinfo=UTC), limit_pct=80.0, charging=False
    ),
    "their eu_data_act_flat_phev": told(
        soc_pct=25.0, as_of=DELIVERED - timedelta(minutes=15), plugged=False, charging=False
    ),
    "their eu_data_act_flat_timestamped_invented": told(
        soc_pct=57.0, as_of=datetime(2026, 11, 20, 5, 40, 28, tzinfo=UTC), plugged=True
    ),
    "their eu_data_act_q4_invented": told(
        soc_pct=46.0, as_of=datetime(2026, 11, 20, 6, 10, 12, tzinfo=UTC), limit_pct=80.0, plugged=True, charging=True
    ),
}


FILES = {name: found for name, found in recordings("eu_data_act*.json").items() if "Data" in found}


@pytest.mark.parametrize("name", FILES)
def test_every_file_we_met_is_understood(name: str) -> None:
    """Which value, and how old it is."""
    now = NOW if name.startswith("their") else EARLY
    assert EXPECTED[name] == reading("portal", parse_file("portal", FILES[name], delivered=DELIVERED, now=now))


def entry(name: str, value: object, *, key: str = "k", at: str | None = None) -> dict[str, object]:
    """One value as it stands in a file."""
    return {"key": key, "dataFieldName": name, "value": value} | ({"timestampUtc": at} if at else {})


def read(*entries: object, delivered: datetime | None = None) -> CarReading:
    """What a file of these values says."""
    found = {"vin": "W", "user_id": "u", "Data": list(entries)}
    return reading("portal", parse_file("portal", found, delivered=delivered, now=NOW))


def test_the_best_field_that_has_a_value_counts() -> None:
    """In this order; what is empty, above 100 or under the wrong key does not."""
    best = [
        entry("battery_level_HV.value", "51"),
        entry("state_of_charge", "52"),
        entry("hv_soc", "53"),
        entry("battery_state_report.soc", "54", key=LIVE_SOC),
        entry("battery_state_report.soc", "55"),
    ]
    for nothing in (None, "", "nan", "255", "invalid"):
        empty = [one | {"value": nothing} for one in best]
        said = [read(*empty[:count], *best[count:]).soc_pct for count in range(5)]
        assert [51.0, 52.0, 53.0, 54.0, None] == said


def test_of_several_stamps_the_newest_counts() -> None:
    """A value with a stamp before one without; one that is to come is no stamp."""
    reading = read(
        entry("state_of_charge", "30"),
        entry("state_of_charge", "31", at="2026-11-20T05:00:00Z"),
        entry("state_of_charge", "32", at="2026-11-20T06:00:00Z"),
        entry("state_of_charge", "33", at="2027-01-01T00:00:00Z"),
    )
    assert (32.0, datetime(2026, 11, 20, 6, tzinfo=UTC)) == (reading.soc_pct, reading.as_of)


def test_without_any_time_the_age_is_unknown() -> None:
    """A file of which not even the delivery is known."""
    assert told(soc_pct=30.0) == read(entry("hv_soc", "30"))


@pytest.mark.parametrize(
    ("name", "value", "is_charging"),
    [
        ("charging_state_report.current_charge_state", "CHARGE_STATE_CHARGING_HV_BATTERY", True),
        ("charging_state_report.current_charge_state", "CHARGE_STATE_CHARGING", True),
        ("charging_state_report.current_charge_state", "2", True),
        ("charging_state_report.current_charge_state", "CHARGE_STATE_NOT_READY_FOR_CHARGING", False),
        ("charging_state_report.charging_scenario", "CHARGING_SCENARIO_DC_ACTIVE", True),
        ("charging_state_report.charging_scenario", "CHARGING_SCENARIO_OFF", False),
        ("charging_state", "charging", True),
        ("charging_state", "off", False),
        ("charging_state", "", None),
        ("mileage", "1", None),
    ],
)
def test_whether_it_charges(name: str, value: str, is_charging: bool | None) -> None:
    """By state, scenario, or the word of a flat file."""
    assert read(entry(name, value)).charging is is_charging


@given(
    found=ANYTHING, values=st.lists(st.tuples(st.sampled_from(["hv_soc", "state_of_charge", "plug_state"]), ANYTHING))
)
def test_no_file_upsets_the_reader(found: object, values: list[tuple[str, object]]) -> None:
    """It is understood as far as it goes, or is told to be no such file."""
    soc_pct = read(found, *(entry(name, value) for name, value in values)).soc_pct
    assert soc_pct is None or 0 <= soc_pct <= 100
    with pytest.raises(CarError, match="portal delivers a file in a form that is not known here"):
        parse_file("portal", found, delivered=None, now=NOW)
