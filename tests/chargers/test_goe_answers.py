"""What a go-eCharger answers, by both of its APIs, becomes values with units."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.chargers.goe_answers import Status, parse_v1, parse_v2
from lib.core.charger import Plug

from .recorded import recorded, vectors
from .test_nrgkick_answers import ANYTHING

RECORDED = recorded("goe")
V1_ROWS = [row for said in vectors("goe_v1_status") for row in said["rows"]]
CARS = {1: Plug.EMPTY, 2: Plug.CHARGING, 3: Plug.CONNECTED, 4: Plug.CONNECTED}
KEYS = st.sampled_from(["car", "amp", "nrg", "pha", "ama", "cbl", "psm", "pnp", "frc", "err", "tma", "eto", "dws"])


@pytest.mark.parametrize("row", V1_ROWS, ids=str)
def test_v1_is_read_as_pv_control_reads_it(row: dict[str, Any]) -> None:
    """Currents of 0.1 A, powers of 10 W, energies of 10 Ws and of 0.1 kWh, phases as two masks."""
    expect, status = row["expect"], parse_v1(row["status"])
    assert CARS[expect["car"]] is status.plug
    assert (expect["amps"], expect["allow"]) == (status.set_a, status.allowed)
    assert (expect["phases_in"], expect["phases_out"]) == (status.phases_in, status.phases_out)
    assert (expect["power_w"], expect["total_wh"]) == (status.power_w, status.total_wh)
    assert expect["charging_session_wh"] == pytest.approx(status.plugin_wh, abs=0.001)
    assert expect["temperature"] == status.temperature_c
    assert "" == status.fault


@pytest.mark.parametrize(
    ("name", "plug", "set_a", "forced", "phases", "power_w"),
    [
        ("idle", Plug.EMPTY, 16, 0, 3, 0),
        ("charging_3p_10A", Plug.CHARGING, 10, 2, 3, 6808),
        ("charging_1p_16A", Plug.CHARGING, 16, 2, 1, 3634),
        ("forced_off_car_waiting", Plug.CONNECTED, 16, 1, 3, 0),
        ("complete", Plug.CONNECTED, 16, 2, 3, 0),
        ("internal_error_nulls", None, 16, 0, 3, 0),
    ],
)
def test_v2_recordings(name: str, plug: Plug | None, set_a: float, forced: int, phases: int, power_w: float) -> None:
    """Each state of the maker's list, and the nulls of its own errors."""
    if "v2_status" not in RECORDED:
        pytest.skip("recorded elsewhere")
    status = parse_v2(RECORDED["v2_status"][name])
    said = (status.plug, status.set_a, status.forced, status.phases, status.power_w)
    assert (plug, set_a, forced, phases, power_w) == said
    assert (16, 6, "000042") == (status.most_a, status.least_a, status.serial)


@pytest.mark.parametrize(
    ("name", "plug", "set_a", "allowed", "power_w"),
    [
        ("idle", Plug.EMPTY, 16, False, 0),
        ("charging_3p_10A", Plug.CHARGING, 10, True, 6800),
        ("off_car_waiting", Plug.CONNECTED, 10, False, 0),
        ("complete", Plug.CONNECTED, 16, True, 0),
    ],
)
def test_v1_recordings(name: str, plug: Plug, set_a: float, allowed: bool, power_w: float) -> None:
    """All values are text there."""
    if "v1_status" not in RECORDED:
        pytest.skip("recorded elsewhere")
    status = parse_v1(RECORDED["v1_status"][name])
    assert (plug, set_a, allowed, power_w) == (status.plug, status.set_a, status.allowed, status.power_w)
    assert (421_300, 3, 16) == (status.total_wh, status.phases, status.most_a)


def test_its_own_surplus_mode_is_warned_of() -> None:
    """It works against us, and only its owner can switch it off."""
    assert "surplus mode" in parse_v2({"car": 1, "fup": True}).warning
    assert "surplus mode" in parse_v2({"car": 1, "modelStatus": 12}).warning
    assert "" == parse_v2({"car": 1, "fup": False, "modelStatus": 15}).warning


def test_faults_have_words() -> None:
    """A code that is new is told by its number."""
    assert "no earth" == parse_v2({"car": 5, "err": 8}).fault
    assert "error 42" == parse_v1({"car": "5", "err": "42"}).fault
    assert "a fault without a name" == parse_v2({"car": 5, "err": 0}).fault


def test_a_cable_may_carry_less_than_the_installation() -> None:
    """The most is the least of both."""
    assert 13 == parse_v2({"car": 3, "ama": 16, "cbl": 13}).most_a


@given(st.dictionaries(KEYS, ANYTHING))
def test_no_answer_is_an_error(answer: dict[str, Any]) -> None:
    """Whatever JSON comes, it is read as far as it goes."""
    assert isinstance(parse_v1(answer), Status)
    assert isinstance(parse_v2(answer), Status)
