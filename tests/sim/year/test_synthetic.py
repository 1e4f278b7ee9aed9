"""Homes that are made up: the same for everybody, and like real ones in what a controller meets."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import correlation, mean

import pytest

from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.sim.year.home import Home
from lib.sim.year.synthetic import SYNTHETIC, made
from tests.conftest import local

HOUR = timedelta(hours=1)
DAY_QUARTERS = 96
KWP = {"S1": 5.0, "S3": 8.0}
PINNED = {
    "S1": (4_386_182.0, 5_023, 2_672_977, 423),
    "S2": (4_060_051.0, 0, 2_672_977, 180),
    "S3": (6_315_493.0, 7_012, 2_672_977, 355),
}


@pytest.fixture(scope="module")
def years() -> dict[str, Home]:
    """The three homes as everybody gets them."""
    return {name: made(name) for name in SYNTHETIC}


def by_month(home: Home, values: list[float]) -> list[list[float]]:
    """The values of each month."""
    found: dict[date, list[float]] = {}
    for month, value in zip(home.months, values, strict=True):
        found.setdefault(month, []).append(value)
    return list(found.values())


def by_day(values: list[float]) -> list[float]:
    """Sums of stretches as long as a day."""
    return [sum(values[first : first + DAY_QUARTERS]) for first in range(0, len(values), DAY_QUARTERS)]


def local_hour(home: Home, quarter: int) -> int:
    """By the wall clock."""
    return home.at(quarter).astimezone(BRUSSELS).hour


def test_a_seed_gives_the_same_home_anywhere(years: dict[str, Home]) -> None:
    """Wh, kWh, prices and trips of the year, to the last digit; what docs/PERFORMANCE.md tells rests on them."""
    found = {
        name: (sum(home.load_wh), round(sum(home.sun_w) / 4000), round(sum(home.index)), len(home.journeys))
        for name, home in years.items()
    }
    assert PINNED == found


def test_another_seed_gives_another_home_and_the_same_seed_the_same() -> None:
    """In the load, the sun, its forecast, the market and the trips."""
    one, again, other = made("S1", days=9), made("S1", days=9), made("S1", seed=2, days=9)
    assert one == again
    for part in ("load_wh", "sun_w", "sun_foreseen_w", "index", "journeys"):
        assert getattr(one, part) != getattr(other, part), part


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_longer_stretch_begins_like_a_shorter_one(name: str) -> None:
    """So a number of a few days can be made again from the year."""
    start = date(2025, 10, 24)
    assert made(name, start=start, days=4) == made(name, start=start, days=11).first(4)


def test_homes_of_a_seed_share_sky_and_market(years: dict[str, Home]) -> None:
    """Only their people are their own."""
    assert years["S1"].index == years["S2"].index == years["S3"].index
    assert correlation(by_day(list(years["S1"].sun_w)), by_day(list(years["S3"].sun_w))) > 0.9
    assert years["S1"].load_wh != years["S3"].load_wh


def test_a_year_has_its_quarters_with_both_clock_changes(years: dict[str, Home]) -> None:
    """2025 begins at 23:00Z and has 365 days; breakfast stays at its hour of the wall clock."""
    for home in years.values():
        assert (local("2025-01-01 00:00"), 35_040) == (home.start, home.quarters)
        lists = (home.load_wh, home.sun_w, home.sun_foreseen_w, home.index)
        assert {home.quarters} == {len(values) for values in lists}
    assert [92, 100] == [made("S2", start=day, days=1).quarters for day in (date(2025, 3, 30), date(2025, 10, 26))]
    home = years["S1"]
    for months in ({1, 2, 12}, {6, 7, 8}):
        hours: list[list[float]] = [[] for _ in range(24)]
        for quarter in range(0, home.quarters, 4):
            at = home.at(quarter).astimezone(BRUSSELS)
            if at.month in months and at.weekday() < 5:
                hours[at.hour].append(sum(home.load_wh[quarter : quarter + 4]))
        assert max(range(4, 9), key=lambda hour: mean(hours[hour])) in {6, 7}


@pytest.mark.parametrize(
    ("name", "mwh", "mean_peak_kw", "above"),
    [("S1", (3.9, 4.8), (4.3, 5.5), (300, 900)), ("S2", (3.5, 4.5), (3.5, 5.0), (150, 400)),
     ("S3", (5.7, 6.6), (4.8, 6.3), (900, 1900))],
)  # fmt: skip
def test_a_load_is_like_those_of_real_houses(
    years: dict[str, Home],
    name: str,
    mwh: tuple[float, float],
    mean_peak_kw: tuple[float, float],
    above: tuple[int, int],
) -> None:
    """MWh a year, month peaks, quarters above the floor of the capacity tariff, and how much hangs together."""
    home = years[name]
    load = list(home.load_wh)
    peaks_kw = [4 * max(month) / 1000 for month in by_month(home, load)]
    assert mwh[0] < sum(load) / 1e6 < mwh[1]
    assert mean_peak_kw[0] < mean(peaks_kw) < mean_peak_kw[1]
    assert 2.8 < min(peaks_kw) < max(peaks_kw) < 7.5
    assert above[0] < sum(4 * wh > 2500 for wh in load) < above[1]
    assert 0.6 < correlation(load[:-1], load[1:]) < 0.8
    assert 0.1 < correlation(load[:-DAY_QUARTERS], load[DAY_QUARTERS:]) < 0.4
    assert all(wh >= 10 and wh == int(wh) for wh in load)


@pytest.mark.parametrize("name", KWP)
def test_the_sun_and_its_forecast_are_like_two_models_of_one_weather(years: dict[str, Home], name: str) -> None:
    """The year's kWh per kWp, most of it in summer; errors as large as a day ahead, days that hang together."""
    home = years[name]
    sun, foreseen = list(home.sun_w), list(home.sun_foreseen_w)
    lit = [(one, two) for one, two in zip(sun, foreseen, strict=True) if one or two]
    months = [sum(month) for month in by_month(home, sun)]
    assert 800 < sum(sun) / 4000 / KWP[name] < 1100
    assert 700 < max(sun) / KWP[name] + (name == "S3") * 120 < 900
    assert 2.5 * sum(months[:2] + months[10:]) < sum(months[4:8])
    assert 30 < mean(abs(one - two) for one, two in lit) / KWP[name] < 50
    assert abs(sum(foreseen) / sum(sun) - 1) < 0.06
    assert 0.93 < correlation(by_day(sun), by_day(foreseen)) < 0.98


def test_the_flat_has_no_roof(years: dict[str, Home]) -> None:
    """Nothing is made there and nothing foreseen."""
    assert not years["S2"].has_sun
    assert {0.0} == set(years["S2"].sun_foreseen_w)


def test_prices_are_like_those_of_the_auction(years: dict[str, Home]) -> None:
    """Their mean and their tails; a dip at noon in summer, ramps in the morning and evening, cheaper weekends."""
    home = years["S1"]
    index = list(home.index)
    assert all(1 == len(set(index[first : first + 4])) for first in range(0, home.quarters, 4))
    assert 65 < mean(index) < 90
    assert 0.03 < mean(price < 0 for price in index) < 0.06
    assert -150 < min(index) < -20
    assert 380 < max(index) < 565
    summer = [quarter for quarter in range(home.quarters) if home.months[quarter].month in {5, 6, 7, 8}]
    hours = {
        hour: mean(index[quarter] for quarter in summer if local_hour(home, quarter) == hour) for hour in range(24)
    }
    assert hours[13] + 40 < hours[8]
    assert hours[13] + 60 < hours[19]
    free = [home.at(quarter).astimezone(BRUSSELS).weekday() > 4 for quarter in range(home.quarters)]
    weekdays, weekends = (
        [price for price, is_free in zip(index, free, strict=True) if is_free == one] for one in (0, 1)
    )
    assert mean(weekends) + 8 < mean(weekdays)
    assert any(price > 250 and home.months[quarter].month in {11, 12, 1, 2} for quarter, price in enumerate(index))


@pytest.mark.parametrize(("name", "trips", "plugged"), [("S1", 430, 0.62), ("S2", 190, 0.75), ("S3", 360, 0.78)])
def test_a_car_is_used_as_its_people_do(years: dict[str, Home], name: str, trips: int, plugged: float) -> None:
    """Trips a year, time on the cable, everyday energies, some far days and a holiday with an empty house."""
    home = years[name]
    energies = sorted(trip.energy_wh / 1000 for trip in home.journeys)
    away = sum((trip.returns - trip.departs) / QUARTER for trip in home.journeys) / home.quarters
    assert trips == pytest.approx(len(energies), rel=0.08)
    assert plugged == pytest.approx(1 - away, abs=0.04)
    assert 5 < energies[len(energies) // 2] < 15
    assert 5 <= sum(30 <= kwh <= 48 for kwh in energies) <= 30
    holiday = max(home.journeys, key=lambda trip: trip.returns - trip.departs)
    assert timedelta(days=5) < holiday.returns - holiday.departs < timedelta(days=16)
    gone = home.load_wh[home.quarter(holiday.departs) + DAY_QUARTERS : home.quarter(holiday.returns) - DAY_QUARTERS]
    assert mean(gone) < 0.5 * mean(home.load_wh)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_trips_are_lawful(name: str) -> None:
    """On whole quarters, one after the other, and no more than a car holds that charges when it comes home."""
    for seed in range(1, 5):
        for start in (date(2025, 3, 24), date(2024, 12, 20)):
            home = made(name, seed=seed, start=start, days=16)
            assert home.car is not None
            assert home.journeys
            level_wh, since = home.car.capacity_wh, home.start
            for trip in home.journeys:
                assert 0 == (trip.departs - home.start) % QUARTER // timedelta(microseconds=1)
                assert 0 == (trip.returns - home.start) % QUARTER // timedelta(microseconds=1)
                assert home.start <= trip.departs < trip.returns
                charged_wh = home.car.charger_w * ((trip.departs - since) / HOUR)
                level_wh = min(home.car.capacity_wh, level_wh + charged_wh) - trip.energy_wh
                assert level_wh >= home.car.left_wh - 10  # energies are told in tens of Wh
                assert trip.energy_wh > 0
                since = trip.returns
            assert all(one.returns + HOUR <= two.departs for one, two in pairwise(home.journeys))


def test_a_name_that_is_not_built_in_is_refused() -> None:
    """The sentence tells which there are."""
    with pytest.raises(ValueError, match=r"'S4' is no home that is built in: take S1, S2, S3"):
        made("S4")
