"""The recorded facts about telegram, quarter and costs: ours, and those of the folder that DM_CASES names."""

import json
import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from fastcrc import crc16

from lib.core import booking, books, quarter
from lib.core.books import Prices
from lib.core.charges import Used
from lib.core.cost import costs, priced
from lib.core.counters import Amounts, Counters
from lib.core.events import Kind
from lib.core.house import House, Rules, target_w
from lib.core.link import LinkState
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser, Reading
from lib.core.slots import Series
from lib.core.tariff import Tariffs
from lib.messages import cents
from tests.conftest import NOON, SECOND, SIMPLE, a_reading, folders, hear

Case = dict[str, Any]
FREE = Prices(tariffs=SIMPLE)
FILES = [json.loads((folder / "vectors" / "digital_meter.json").read_text("utf-8")) for folder in folders()]


def cases(kind: str) -> list[Any]:
    """The cases of one kind, each with the prices of its file."""
    return [
        pytest.param(case, parse_rates(file["prices"]), id=str(case.get("id", case.get("case"))))
        for file in FILES
        for case in file[kind]
    ]


def checks(key: str) -> list[Any]:
    """The checks of the situations that have `key`."""
    return [
        pytest.param(case["check"], id=case["case"])
        for file in FILES
        for case in file["regressions"]
        if key in case.get("check", {})
    ]


def occasions(event: str, key: str) -> list[Any]:
    """What the files say under `key` of an event."""
    return [case[key] for file in FILES for case in file["events"] if case["event"] == event]


def limit_w(rule: str) -> float:
    """The power in a rule, such as the 500 W of "export > 0.5 kW"."""
    (kilowatts,) = re.findall(r"([0-9.]+) kW", rule)
    return float(kilowatts) * 1000


def read(text: str) -> Reading:
    """The one reading of a text."""
    (telegram,) = Framer().feed(text.encode("latin-1"))
    return Parser().parse(telegram)


def kilo(value: float | None) -> float | None:
    """W → kW, Wh → kWh, litres → m³."""
    return None if value is None else value / 1000


@pytest.mark.parametrize(("case", "tariffs"), cases("telegrams"))
def test_a_telegram_delivers_its_values(case: Case, tariffs: Tariffs) -> None:
    """Registers, powers, demand, peak, history and gas, each with its time."""
    reading = read(case["text"])
    assert int(case["crc_hex"], 16) == crc16.arc(case["text"].partition("!")[0].encode() + b"!")
    gas, water = (next(iter(reading.counting(kind)), None) for kind in ("gas", "water"))
    peak = reading.month_peak
    assert peak
    assert reading.at
    elapsed_s = 900 - quarter.Quarter(start=quarter.start_of(reading.at), at=reading.at).left_s
    found = {
        "time": reading.at,
        "rate": reading.tariff,
        "import_day_kwh": kilo(reading.import_1_wh),
        "import_night_kwh": kilo(reading.import_2_wh),
        "export_day_kwh": kilo(reading.export_1_wh),
        "export_night_kwh": kilo(reading.export_2_wh),
        "quarter_avg_kw": kilo(reading.quarter_w),
        "month_peak_kw": kilo(peak.peak_w),
        "month_peak_time": peak.stamp.at,
        "history": [[row.capture.at, row.stamp.at, row.peak_w / 1000] for row in reading.history.rows]
        if reading.history
        else [],
        "import_kw": kilo(reading.import_w),
        "export_kw": kilo(reading.export_w),
        "gas_m3": kilo(gas.reading.thousandths) if gas and gas.reading else None,
        "gas_time": gas.reading.stamp.at if gas and gas.reading else None,
        "water_m3": kilo(water.reading.thousandths) if water and water.reading else None,
        "quarter_elapsed_s": elapsed_s,
        "quarter_progress_pct": round(100 * elapsed_s / 900),
    }
    expected = {key: timed(value) for key, value in case["expect"].items()}
    assert expected == {key: found[key] for key in expected}


def timed(value: Any) -> Any:
    """Times in a case as instants."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return [timed(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("case", "tariffs"), cases("telegrams"))
def test_a_telegram_gives_forecast_and_gap(case: Case, tariffs: Tariffs) -> None:
    """How the quarter ends and what is left under the target, from the first telegram on."""
    house = hear(House(), read(case["text"]))
    assert house.quarter
    assert house.quarter.forecast_w is not None
    gap_w = target_w(house, Rules(tariffs=tariffs, connection_w=17_250)) - house.quarter.forecast_w
    assert house.link.state is LinkState.GOOD
    assert case["panel"] == {
        "forecast_kw": round(house.quarter.forecast_w / 1000, 3),
        "gap_kw": round(gap_w / 1000, 3),
    }


@pytest.mark.parametrize(("row", "tariffs"), cases("cost_rows"))
def test_a_column_costs_what_it_must(row: Case, tariffs: Tariffs) -> None:
    """Each row to the cent, where the volumes themselves are rounded as the case prints them."""
    amounts = Amounts(
        import_wh={"1": round(row["+Day"] * 1000), "2": round(row["+Night"] * 1000)},
        export_wh={"1": round(row["-Day"] * 1000), "2": round(row["-Night"] * 1000)},
        gas_l=round(row["gas_m3"] * 1000),
        water_l=round(row["water_m3"] * 1000),
    )
    found = priced(amounts, NOON, NOON + quarter.QUARTER, Used(), tariffs, Series())
    assert found is not None
    euro = costs(found.charges)
    electricity = {
        "+eur_day": euro.import_eur.get("1", 0.0),
        "-eur_day": euro.export_eur.get("1", 0.0),
        "+eur_night": euro.import_eur.get("2", 0.0),
        "-eur_night": euro.export_eur.get("2", 0.0),
        "sum_eur": euro.electricity_eur,
    }
    assert {key: row[key] for key in electricity} == {key: float(cents(value)) for key, value in electricity.items()}
    net_wh = sum(amounts.import_wh.values()) - sum(amounts.export_wh.values())
    assert kilo(net_wh) == pytest.approx(row["sum_kwh"], abs=5 * 0.005)  # each of the five is printed rounded
    factor = tariffs.versions[0].gas_kwh_m3(NOON.date())
    assert factor is not None
    assert row["gas_kwh"] == pytest.approx(factor * row["gas_m3"], abs=0.005 * factor + 0.005)
    printed = 0.005 * 6.1 + 0.005  # a volume printed with two decimals, at the dearer price, and the cent
    assert euro.gas_eur == pytest.approx(row["gas_eur"], abs=printed)
    assert euro.water_eur == pytest.approx(row["water_eur"], abs=printed)
    assert euro.total_eur == pytest.approx(row["utilities_eur"], abs=2 * printed)


@pytest.mark.parametrize("check", checks("constant_kw"))
def test_a_constant_load_swings_nothing(check: Case) -> None:
    """One telegram a second for a quarter, with the meter's resolution: the forecast stays within its tolerance."""
    load_w, step_w = check["constant_kw"] * 1000, check["resolution_kw"] * 1000
    now = None
    for second in range(900):
        demand_w = (load_w * second / 900) // step_w * step_w
        now = quarter.after(now, at=NOON + second * SECOND, grid_w=load_w, gained_wh=None, demand_w=demand_w)
        assert now.forecast_w == pytest.approx(load_w, abs=check["tolerance_kw"] * 1000)


@pytest.mark.parametrize("check", checks("booked_kwh"))
def test_a_register_that_runs_over(check: Case) -> None:
    """Booked by what it gained, in every row."""
    first = Counters(at=NOON, serial=None, import_wh={}, export_wh={}, gas_l={}, water_l={})
    booked = None
    for second, kwh in enumerate(check["readings_kwh"]):
        now = replace(first, at=NOON + second * SECOND, import_wh={"1": round(kwh * 1000)})
        booked = booking.after(booked, now, FREE)
    assert booked
    today, *longer = books.periods(booked, FREE)
    for tally in (today.watched, *(period.tally for period in longer)):
        assert check["booked_kwh"] == pytest.approx(tally.amounts.import_wh["1"] / 1000)


@pytest.mark.parametrize("check", checks("kwh"))
def test_a_long_pause_changes_day_and_month(check: Case) -> None:
    """Full dates are compared: the new day and month start from what they saw themselves."""
    first = Counters(
        at=datetime.fromisoformat(check["from"]), serial=None, import_wh={"1": 1000}, export_wh={}, gas_l={}, water_l={}
    )
    later = replace(first, at=datetime.fromisoformat(check["to"]), import_wh={"1": 1000 + round(check["kwh"] * 1000)})
    before = booking.after(None, first, FREE)
    after = booking.after(before, later, FREE)
    today, _, _, year = books.periods(after, FREE)
    assert check["day_changes"] == (after.today.day != before.today.day)
    assert check["month_changes"] == (after.month.start != before.month.start)
    assert not any(today.watched.amounts.import_wh.values())
    assert year.tally.amounts.import_wh["1"] == check["kwh"] * 1000


@pytest.mark.parametrize("rules", occasions("production", "rules"))
def test_production_starts_steps_and_stops(rules: Case) -> None:
    """Just above each limit an event once it lasts, at the limit none, and between the two one for each large step."""
    start_w, stop_w, step_w = (limit_w(rules[key]) for key in ("start", "stop", "step_message"))
    most_w = start_w + 2 + step_w
    powers_w = [0, -start_w, -start_w - 1, 1 - most_w, -most_w, step_w - most_w, 0, stop_w, stop_w + 1, -start_w]
    house, told = House(), list[int]()
    for number, power_w in enumerate(powers_w):
        for second in range(21):
            house = hear(house, a_reading(NOON + (number * 21 + second) * SECOND, grid_w=power_w))
            told += [number] * sum(event.kind is Kind.PRODUCTION for event in house.events)
    assert told == [2, 4, 6, 8]
    for second in (210, 230):
        house = hear(house, a_reading(NOON + second * SECOND, grid_w=-start_w - 1))
    assert [event.text.partition(":")[0] for event in house.events] == ["production started"]


@pytest.mark.parametrize("rule", occasions("breaker", "rule"))
def test_the_breaker_says_which_button_to_press(rule: str) -> None:
    """Told once when it is ready, and shown for as long as it is."""
    ready, seconds = re.findall(r"\d+", rule)
    house, told = House(), list[str]()
    for second, breaker in enumerate((1, int(ready), int(ready), 1)):
        house = hear(house, a_reading(NOON + second * SECOND, breaker=breaker))
        told += [event.text for event in house.events if event.kind is Kind.BREAKER]
        shown = f"yellow button for {seconds} seconds" in house.notices.get("breaker", "")
        assert shown == (breaker == int(ready))
    assert f"yellow button for {seconds} seconds" in told[0]
    assert told[1:] == ["the breaker closed: the house has power again"]


def test_every_fact_of_the_files_is_asked() -> None:
    """Nothing that the files hold is left out: each kind of case has its test here, the day's file in the stories."""
    asked = {"constant_kw", "booked_kwh", "kwh", "assumed_local", "written"}
    prose = {"about", "selection", "counts", "fields", "units", "ties", "repairs", "prices"}
    for file in FILES:
        assert file.keys() <= prose | {"telegrams", "cost_rows", "regressions", "events"}
        assert all(len(asked & case["check"].keys()) == 1 for case in file["regressions"])
        assert {case["event"] for case in file["events"]} <= {"production", "breaker"}


@pytest.mark.parametrize("check", checks("assumed_local"))
def test_a_stamp_without_letter_is_told_once(check: Case) -> None:
    """Brussels time is taken, and one notice says so however many telegrams come."""
    readings = [Parser().parse(f"/TST5\\1\r\n\r\n{line}\r\n!".encode()) for line in [check["line"]] * 2]
    house = House()
    for reading in readings:
        house = hear(house, reading, NOON)
    assert readings[0].clock
    assert datetime.fromisoformat(check["utc"]) == readings[0].at
    assert check["assumed_local"] == readings[0].clock.assumed_local
    assert [1] == [key.count("letter") for key in house.notices]
    assert all(one == other for one, other in pairwise(readings))
