"""Energy and money of a year, worked out anew from what it wrote down: nothing here uses the year's own reckoning.

Source of the prices: the formulas of a dynamic and of a day/night card, network and levies of 2026, VAT included.
"""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from lib.sim.year.contract import contract
from lib.sim.year.course import write_csv
from lib.sim.year.home import Home
from lib.sim.year.live import Frame, lived
from lib.sim.year.score import Score, score
from lib.sim.year.strategies import STRATEGIES
from lib.sim.year.synthetic import START, made

BRUSSELS = ZoneInfo("Europe/Brussels")
ON_TOP = 0.0554236 + 0.0503288 + 0.0020417 + 0.01582  # network, excise, contribution, certificates
EUR_KW, FLOOR_KW, YEAR = 57.453, 2.5, 35_040
FEES = {"dynamic": 100.70 + 18.92, "daynight": 21.20 + 18.92}
CAPACITY_WH, WAY, START_WH = 10_000.0, 0.95, 5_000.0
PUBLIC_EUR_KWH, LEFT, NEAR_WH = 0.60, 0.2, 300.0
CENT = 0.005


class Case(NamedTuple):
    """A strategy under a contract, over so many days after some that are left out.

    months: that these have a part of; extra_h: that they have beside 24 a day.
    """

    tariff: str
    battery: bool
    strategy: str
    skip: int = 76
    days: int = 20
    months: int = 2
    extra_h: int = -1  # summer time begins


class Run(NamedTuple):
    """A home, the rows that were written of its days, by column, and its score."""

    home: Home
    case: Case
    at: list[datetime]
    columns: dict[str, list[float]]
    scored: Score


CASES = {
    "a year": Case("dynamic", True, "naive", skip=0, days=365, months=12, extra_h=0),
    "ours": Case("dynamic", True, "ours", skip=88, days=3),
    "daynight": Case("daynight", True, "cap"),
    "without battery": Case("dynamic", False, "naive"),
}


@pytest.fixture(scope="module", params=CASES.values(), ids=list(CASES))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What was lived, read back from its CSV."""
    case: Case = request.param
    home = made("S1", days=case.skip + case.days).first(case.days, skip=case.skip)
    rates, frame = contract(case.tariff), Frame(battery=case.battery, plan_every_s=3_600)
    prices = rates.prices(home)
    course = lived(home, STRATEGIES[case.strategy], contract=rates, prices=prices, frame=frame)
    path = tmp_path_factory.mktemp("year") / "year.csv"
    write_csv(path, home, prices, course, {"bill_eur": 0.0})
    scored = score(course, home=home, contract=rates, prices=prices, battery=case.battery, strategy=case.strategy)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    at = [datetime.strptime(row["t_utc"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) for row in rows]
    columns = {name: [float(row[name]) for row in rows] for name in rows[0] if name != "t_utc"}
    return Run(home, case, at, columns, scored)


def test_it_has_a_row_for_each_quarter(run: Run) -> None:
    """From local midnight to local midnight, 15 minutes apart: in spring a day has an hour less, in autumn one more."""
    first, after = run.at[0].astimezone(BRUSSELS), run.home.end.astimezone(BRUSSELS)
    assert 96 * run.case.days + 4 * run.case.extra_h == len(run.at)
    assert START + timedelta(days=run.case.skip) == first.date()
    assert (0, 0, 0, 0) == (first.hour, first.minute, after.hour, after.minute)
    assert run.at[-1] + timedelta(minutes=15) == after
    assert {timedelta(minutes=15)} == {two - one for one, two in pairwise(run.at)}


def test_energy_goes_in_and_comes_out(run: Run) -> None:
    """What is drawn less what is injected is house less roof, and car, and battery, in each quarter."""
    names = ("load_wh", "sun_wh", "car_wh", "charged_wh", "discharged_wh", "import_wh", "export_wh")
    for load, sun, car, charged, given, drawn, sold in zip(*(run.columns[name] for name in names), strict=True):
        assert load - sun + car + charged - given == pytest.approx(drawn - sold, abs=1e-5)
    assert run.columns["load_wh"] == pytest.approx(list(run.home.load_wh), abs=1e-5)
    assert run.columns["sun_wh"] == pytest.approx([sun_w / 4 for sun_w in run.home.sun_w], abs=1e-5)


def test_the_battery_holds_what_went_in_less_losses(run: Run) -> None:
    """0.95 on each way, from half full on, between empty and full."""
    held_wh = START_WH if run.case.battery else 0.0
    names = ("charged_wh", "discharged_wh", "stored_wh")
    for charged, given, stored in zip(*(run.columns[name] for name in names), strict=True):
        held_wh += charged * WAY - given / WAY
        assert held_wh == pytest.approx(stored, abs=1e-3)
        assert -1e-3 < held_wh < CAPACITY_WH + 1e-3
        assert run.case.battery or charged == given == 0.0


def test_the_car_holds_what_it_was_charged_less_its_trips(run: Run) -> None:
    """It starts full, draws nothing while away, and each trip takes its energy when it is back."""
    car = run.home.car
    assert car is not None
    held_wh, found = car.capacity_wh, run.columns
    taken_wh, away = defaultdict[int, float](float), set[int]()
    for trip in run.home.journeys:
        left, back = ((at - run.at[0]) / timedelta(minutes=15) for at in (trip.departs, trip.returns))
        taken_wh[floor(back)] += trip.energy_wh
        away.update(range(ceil(left), floor(back)))  # whole quarters
    for n in range(len(run.at)):
        held_wh = max(0.0, held_wh - taken_wh[n]) + found["car_wh"][n]
        assert held_wh == pytest.approx(found["level_wh"][n], abs=1e-3)
        assert n not in away or found["car_wh"][n] == 0.0


def prices(run: Run) -> tuple[list[float], list[float]]:
    """What a kWh costs and earns, from the market's price or the local clock."""
    if run.case.tariff == "dynamic":
        imports = [(0.008702 + 0.001039 * index) * 1.06 + ON_TOP for index in run.home.index]
        return imports, [-0.013135 + 0.001 * index for index in run.home.index]
    there = [at.astimezone(BRUSSELS) for at in run.at]
    by_day = [one.weekday() < 5 and 7 <= one.hour < 22 for one in there]
    return [(0.1417 if day else 0.1197) + ON_TOP for day in by_day], [0.0167] * len(run.at)


def test_prices_are_those_of_the_card(run: Run) -> None:
    """Formula or hours of the day, with network and levies."""
    imports, exports = prices(run)
    assert imports == pytest.approx(run.columns["import_eur_kwh"], abs=1e-12)
    assert exports == pytest.approx(run.columns["export_eur_kwh"], abs=1e-12)


def test_every_part_of_the_bill_is_right_to_the_cent(run: Run) -> None:
    """Energy, injection, capacity on the months' peaks, fees; what is held less at the end, what trips lacked."""
    imports, exports = prices(run)
    found, scored = run.columns, run.scored
    part = len(run.at) / YEAR
    energy_eur = sum(wh / 1000 * eur for wh, eur in zip(found["import_wh"], imports, strict=True))
    injection_eur = sum(wh / 1000 * eur for wh, eur in zip(found["export_wh"], exports, strict=True))
    peaks_kw: dict[tuple[int, int], float] = defaultdict(float)
    for at, wh in zip(run.at, found["import_wh"], strict=True):
        month = at.astimezone(BRUSSELS).year, at.astimezone(BRUSSELS).month
        peaks_kw[month] = max(peaks_kw[month], wh * 4 / 1000)
    assert run.case.months == len(peaks_kw)
    capacity_eur = EUR_KW * part * sum(max(FLOOR_KW, kw) for kw in peaks_kw.values()) / len(peaks_kw)
    fees_eur = FEES[run.case.tariff] * part
    end_eur = held_less_kwh(run) * energy_eur / (sum(found["import_wh"]) / 1000)
    short_eur = PUBLIC_EUR_KWH * sum(short_kwh(run))
    assert (energy_eur, injection_eur) == pytest.approx((scored.energy_eur, scored.injection_eur), abs=CENT)
    assert (capacity_eur, fees_eur) == pytest.approx((scored.capacity_eur, scored.fees_eur), abs=CENT)
    assert (end_eur, short_eur) == pytest.approx((scored.end_eur, scored.short_eur), abs=CENT)
    total_eur = energy_eur - injection_eur + capacity_eur + fees_eur + end_eur + short_eur
    assert total_eur == pytest.approx(scored.bill_eur, abs=CENT)
    assert list(peaks_kw.values()) == pytest.approx(list(scored.month_peaks_kw), abs=1e-6)
    assert sum(found["discharged_wh"]) / CAPACITY_WH == pytest.approx(scored.cycles, abs=1e-6)
    assert sum(found["car_wh"]) / 1000 == pytest.approx(scored.car_kwh, abs=1e-6)
    assert sum(kwh > 0 for kwh in short_kwh(run)) == scored.missed_trips


def held_less_kwh(run: Run) -> float:
    """What refilling car and battery to where they began would draw."""
    car = run.home.car
    assert car is not None
    less_wh = car.capacity_wh - run.columns["level_wh"][-1]
    less_wh += sum(trip.energy_wh for trip in run.home.journeys if trip.departs <= run.at[-1] < trip.returns)
    if run.case.battery:
        stored_wh = START_WH - run.columns["stored_wh"][-1]
        less_wh += stored_wh / WAY if stored_wh > 0 else stored_wh * WAY
    return less_wh / 1000


def short_kwh(run: Run) -> list[float]:
    """What each trip found less than it takes and what is to be left; 300 Wh less is near enough."""
    car = run.home.car
    assert car is not None
    found = []
    for trip in run.home.journeys:
        quarter = (trip.departs - run.at[0]) // timedelta(minutes=15)
        if 0 < quarter < len(run.at):
            needs_wh = min(car.capacity_wh, trip.energy_wh + LEFT * car.capacity_wh)
            lacks_wh = needs_wh - run.columns["level_wh"][quarter - 1]
            found.append(lacks_wh / 1000 if lacks_wh > NEAR_WH else 0.0)
    return found
