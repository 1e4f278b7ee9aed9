"""The chapter of the homes: what was not run is said, what was run before stays, and tables say what scores say."""

from dataclasses import replace
from datetime import date

import pytest

from lib.sim.year.conditions import FAULTS, Perfect
from lib.sim.year.grid import CLEAN
from lib.sim.year.home import Home
from lib.sim.year.live import Frame
from lib.sim.year.results import Result as Ran
from lib.sim.year.runs import Run
from lib.sim.year.score import Score
from lib.sim.year.strategies import LIMIT, NAIVE, OURS, RIVALS
from lib.sim.year.synthetic import made
from tests.bench import homes, homes_tables
from tests.bench.__main__ import BENCHES, HOMES, page
from tests.bench.homes_curve import curve
from tests.bench.homes_standings import place_of, standings

DAY = date(2026, 11, 21)
EUR = {NAIVE: 2000.0, "cap": 1500.0, OURS: 1200.0, LIMIT: 1000.0}


@pytest.fixture(scope="module")
def home() -> Home:
    """A day of it."""
    return made("S1").first(1)


def a_run(home: Home, strategy: str, *, battery: bool = True, eur: float | None = None, conditions: str = CLEAN) -> Ran:
    """One strategy at it; who is not named costs 1 900 €."""

    def scored(name: str, bill_eur: float) -> Score:
        return Score(
            home="S1",
            tariff="dynamic",
            battery=battery,
            strategy=name,
            conditions=conditions,
            quarters=35_040,
            bill_eur=bill_eur,
            energy_eur=bill_eur - 200,
            capacity_eur=150.0,
            injection_eur=0.0,
            fees_eur=50.0,
            end_eur=0.0,
            short_eur=0.0,
            month_peaks_kw=(bill_eur / 200,) * 12,
            mean_peak_kw=bill_eur / 200,
            import_kwh=1.0,
            export_kwh=0.0,
            car_kwh=0.0,
            missed_trips=0,
            short_kwh=0.0,
            cycles=0.0,
            starts=0,
            phase_switches=0,
            took_s=300.0,
        )

    bill_eur = EUR.get(strategy, 1900.0) if eur is None else eur
    score = replace(scored(strategy, bill_eur), headroom_share=(EUR[NAIVE] - bill_eur) / (EUR[NAIVE] - EUR[LIMIT]))
    run = Run(home=home, tariff="dynamic", strategy=strategy, frame=Frame(battery), conditions=conditions)
    return Ran(run, score, scored(NAIVE, EUR[NAIVE]), None)


def test_what_was_not_run_is_said_and_what_was_stays() -> None:
    """A section that nobody asked for, without one there before and with one; the other chapters are as they were."""
    said = "### Synthetic homes: what faults cost ours\n\nAs it was.\n"
    before = f"# Performance\n\n## Homes\n\nOld words.\n\n{said}\n## Money\n\nDear.\n"
    found = homes.written(before, parts=(), days=None, own=(), day=DAY)
    assert [] == found.results
    assert said in found.chapter
    assert "Not run yet: `./do_py.sh -m tests.bench homes --part headline`." in found.chapter
    assert 2 * len(homes.PARTS) == found.chapter.count("\n### ")
    after = page(before, found.chapter)
    assert "## Money\n\nDear.\n" in after
    assert "Old words" not in after
    assert after == page(after, homes.written(after, parts=(), days=None, own=(), day=DAY).chapter)


def test_the_years_are_run_when_they_are_named_alone() -> None:
    """They take hours; their chapter comes first."""
    assert BENCHES[0] == HOMES == homes.TITLE.lower()


def test_the_best_rival_is_the_cheapest_and_shares_are_those_of_the_scores(home: Home) -> None:
    """By hand: 500 and 800 of 1 000 €."""
    found = standings([a_run(home, name) for name in (*RIVALS, OURS, LIMIT)])
    row = homes_tables.headline(found).splitlines()[2]
    assert row == "| S1 | dynamic | yes | 2000 | 1500 cap | **1200** | 1000 | 50.0 % | **80.0 %** |"
    assert [False, True, True, True] == [one.reached for one in homes_tables.reached(found, judged=True)]
    drawn = curve(found)
    assert drawn
    assert 4 == drawn.count("<polyline")


def test_a_fault_is_held_against_the_lead(home: Home) -> None:
    """Bold where it costs as much as the lead."""
    ran = [a_run(home, OURS, eur=1200.0 + 60 * n, conditions=name) for n, name in enumerate(FAULTS)]
    place = place_of(ran[0].score)
    results, table = homes_tables.faults(ran, {place: (360.0, "cap")})
    assert ["5 of 6"] == [one.measured for one in results]
    assert "| +60 | +120 | +180 | +240 | +300 | **+360** | 360 (cap) |" in table


def test_what_holds_back_most_is_named(home: Home) -> None:
    """In points of the share; the plan has what is left with all of the rest."""
    gains = dict.fromkeys(Perfect, 0.0) | {Perfect.LOAD: 50.0, "+".join(sorted(Perfect)): 170.0}
    ran = [a_run(home, OURS)]
    ran += [a_run(home, OURS, eur=1200.0 - eur, conditions=f"{CLEAN}+{name}") for name, eur in gains.items()]
    results, table = homes_tables.perfect(ran)
    assert ["load: 5.0 points of the share"] == [one.measured for one in results]
    assert "| 80.0 % | +5.0 | +0.0 | +0.0 | +0.0 | +0.0 | +3.0 |" in table


def test_a_year_that_was_not_timed_is_said(home: Home) -> None:
    """Of the plan each hour nothing is known here."""
    ran = [a_run(home, OURS)]
    results, table = homes_tables.speed(ran, [place_of(ran[0].score)])
    assert [True] == [one.reached for one in results]
    assert "| 300 s | not run |" in table


def test_what_a_year_takes_is_parted_into_plans_and_the_rest(home: Home) -> None:
    """By hand: 460 s with a plan each quarter, 400 with one each hour; three in four of those plans took 60 s."""
    one = a_run(home, OURS)
    ran = [
        one._replace(
            run=replace(one.run, frame=one.run.frame._replace(plan_every_s=every)),
            score=replace(one.score, took_s=took_s),
        )
        for every, took_s in ((900, 460.0), (3600, 400.0))
    ]
    results, _ = homes_tables.speed(ran, [place_of(ran[0].score)])
    assert [True, False] == [one.reached for one in results]
    assert "S1; of it 80 s those plans, 380 s its minutes and plans on news" == results[0].beside
    assert "S1; of it 20 s those plans, 380 s its minutes and plans on news" == results[1].beside
