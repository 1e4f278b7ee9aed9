"""Who has the least time to spare is served first, by the second; what is no number is refused, never guessed."""

import json
from math import inf
from typing import Any

import pytest

from lib.core.laxity import Parked, accepts_w, line, needs_s, refused, relative, served, slack_s
from tests.conftest import folders

FILES = [
    json.loads(path.read_text("utf-8")) for folder in folders() if (path := folder / "vectors" / "llf.json").is_file()
]
CASES = [pytest.param(one, id=one["id"]) for file in FILES for one in file["cases"]]

RECORDED = [
    pytest.param(one, id=one["id"])
    for file in FILES
    for one in file["cases"]
    if one.get("recorded", {}).get("outcome") == "ok"
]


def parked(said: dict[str, Any]) -> Parked:
    """A car as the cases write it: fractions, kW and kW·s."""
    table = tuple((low * 100, high * 100, power_kw * 1000) for low, high, power_kw in said["table"] or ())
    return Parked(
        soc_pct=float(said["soc"]) * 100,
        target_pct=float(said["target_soc"]) * 100,
        capacity_wh=float(said["capacity_kws"]) / 3.6,
        most_w=said["p_max_kw"] * 1000,
        request_w=said["p_request_kw"] * 1000,
        efficiency=said["efficiency"],
        table=table,
        leaves_s=said["departure_s"],
    )


@pytest.mark.parametrize("case", CASES)
def test_the_recorded_cars_are_served_as_recommended(case: dict[str, Any]) -> None:
    """Their seconds to spare, their order, and what each gets."""
    cars = {name: parked(said) for name, said in case["evs"].items()}
    expected = case["recommended"]
    if expected["outcome"] == "refused":
        assert any(refused(car) for car in cars.values())
        return
    assert not any(refused(car) for car in cars.values())
    slack = {name: slack_s(car) for name, car in cars.items()}
    assert {name: float(value) for name, value in expected["slack_s"].items()} == pytest.approx(
        slack, rel=1e-9, abs=1e-6
    )
    names = list(cars)
    assert expected["order"] == [names[index] for index in line(list(cars.values()))]
    power_kw = {
        name: power_w / 1000
        for name, power_w in zip(names, served(list(cars.values()), case["limit_kw"] * 1000), strict=True)
    }
    assert expected["power_kw"] == pytest.approx(power_kw, rel=1e-9, abs=1e-8)


@pytest.mark.parametrize("case", RECORDED)
def test_the_relative_number_is_the_recorded_one(case: dict[str, Any]) -> None:
    """Where it was worked out at all, and the car is not at its target."""
    for name, said in case["evs"].items():
        recorded = case["recorded"]["laxity"][name]
        car = parked(said)
        if (
            isinstance(recorded, float)
            and not refused(car)
            and car.soc_pct < car.target_pct
            and said["departure_s"] > 0
        ):
            assert recorded == pytest.approx(relative(car), rel=1e-9, abs=1e-9)


def test_seconds_are_fairer_than_a_part_of_the_time() -> None:
    """2.5 kWh to go in an hour has 46 minutes to spare; 90 kWh in 20 hours has 12, and is less urgent."""
    soon = Parked(soc_pct=75, target_pct=80, capacity_wh=50_000, most_w=11_000, leaves_s=3600)
    late = Parked(soc_pct=10, target_pct=100, capacity_wh=100_000, most_w=11_000, leaves_s=72_000)
    assert (46, 11.8) == (round(slack_s(soon) / 60), round(slack_s(late) / 3600, 1))
    assert (0.77, 0.59) == (round(relative(soon), 2), round(relative(late), 2))
    assert [0, 1] == line([soon, late])
    assert [1, 0] == line([soon, late], relative)


def test_no_departure_and_a_reached_target_can_wait_for_ever() -> None:
    """A departure that is over comes first of all."""
    waits = Parked(soc_pct=50, target_pct=100, capacity_wh=50_000, most_w=7_000)
    full = Parked(soc_pct=100, target_pct=100, capacity_wh=50_000, most_w=7_000, leaves_s=60)
    gone = Parked(soc_pct=50, target_pct=100, capacity_wh=50_000, most_w=7_000, leaves_s=0)
    assert [inf, inf] == [slack_s(waits), slack_s(full)]
    assert [2, 0, 1] == line([waits, full, gone])
    assert [2, 0, 1] == line([waits, full, gone], relative)


def test_a_table_says_what_a_car_takes() -> None:
    """To 100 % by two stretches; the end of a stretch belongs to the next, the last one is closed."""
    table = ((0.0, 50.0, 11_000.0), (50.0, 100.0, 5_500.0))
    car = Parked(soc_pct=0, target_pct=100, capacity_wh=55_000, most_w=22_000, table=table, leaves_s=40_000)
    assert [11_000, 5_500, 5_500] == [accepts_w(table, pct) for pct in (49.9, 50, 100)]
    assert 2.5 * 3600 + 5 * 3600 == pytest.approx(needs_s(car))
    assert inf == accepts_w((), 40)


@pytest.mark.parametrize(
    ("table", "word"),
    [
        pytest.param(((0.0, 70.0, 50.0), (85.0, 100.0, 30.0)), "gap", id="a gap"),
        pytest.param(((10.0, 100.0, 50.0),), "from 0", id="does not begin at 0"),
        pytest.param(((0.0, 90.0, 50.0),), "to 100", id="ends early"),
        pytest.param(((0.0, 50.0, 50.0), (50.0, 100.0, 0.0)), "above 0", id="no power"),
    ],
)
def test_a_table_that_is_none_is_refused(table: tuple[tuple[float, float, float], ...], word: str) -> None:
    """In a sentence."""
    car = Parked(soc_pct=0, target_pct=100, capacity_wh=55_000, most_w=22_000, table=table)
    assert word in refused(car)
