"""What the paper of the plan promises: its examples as the programs print them, its keys, words and figures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from lib import solver
from lib.commands import planner, replay
from lib.core import followed, foresight, horizon, in_force, planning, routine, wanting
from lib.core.arbitrage import Store
from lib.core.claims import Cause as Above
from lib.core.cost import PriceSlot
from lib.core.horizon import PeakPrices, problem
from lib.core.in_force import Found
from lib.core.outlook import Foreseen, Off, Outlook
from lib.core.parts import GAP, Parts
from lib.core.plan import Want
from lib.core.planning import Planning
from lib.core.problem import Row
from lib.core.rates import parse_rates
from lib.core.saved import Day, Saving
from lib.forecasts import open_forecast, open_meteo, watch
from lib.hub import planning as words
from lib.hub.questions import HOUSE
from lib.hub.states import HOUSE_STATES
from lib.messages.dm_plan import DAYS_SAID, say_outlook, say_plan
from lib.messages.plan import Plan
from lib.panels.dm import dm_panels
from lib.settings import roofs
from lib.store.traces import Trace
from tests.commands import test_replay as pasts
from tests.conftest import local
from tests.settings.homes import loaded
from tests.store.pasts import a_past, owned
from tests.test_docs import NUMBERS, README, ROOT
from tests.test_docs_cars import PAPER as CARS
from tests.test_docs_cars import rows, sentences

PAPER = (ROOT / "docs" / "PLAN.md").read_text("utf-8")
WORDS = " ".join(PAPER.split())  # wherever a line of the paper ends
BLOCKS: list[str] = re.findall(
    r"```\n(.*?)```", re.sub(r"```(?:python|sh)\n.*?```", "", PAPER, flags=re.DOTALL), re.DOTALL
)
GOLDEN = ROOT / "tests" / "panels" / "golden" / "plan_winter_80x24.txt"
HOUR, QUARTER, MINUTE = timedelta(hours=1), timedelta(minutes=15), timedelta(minutes=1)
WAITS = {15: "a quarter of an hour", 30: "half an hour", 60: "an hour"}
AT = local("2026-11-20 17:15")
DAY_EUR_KWH = (24, 23, 22, 21, 20.5, 22, 25, 29, 32, 30, 27, 24, 22, 21, 23, 27, 32, 38, 40, 36, 31, 28, 26, 26)
SUN_W = (0, 300, 800, 1400, 1600, 1200, 500, 0)  # from nine o'clock on
SOLD_EUR_KWH, KW_EUR = 18.0, 57.453 / 12
CAR_KWH = {False: 42.0, True: 17.62}
PAID_W = {False: 2500.0, True: 4000.0}


def shows(paper: str, said: str) -> bool:
    """Whether the paper's block is what is said, or the beginning, some parts and the end of it, with dots between."""
    first, *parts = paper.split("…\n")
    if not parts:
        return paper == f"{said}\n"
    return said.startswith(first) and f"{said}\n".endswith(parts[-1]) and all(part in f"{said}\n" for part in parts)


def house(hour: int) -> float:
    """What it draws, in W."""
    return 900.0 if 17 <= hour < 22 else 300.0 if hour < 7 else 500.0


def ahead() -> Outlook:
    """Two days of it."""

    def quarter(number: int) -> Foreseen:
        start = AT + number * QUARTER
        hour = (17 + (number + 1) // 4) % 24
        sun_w = SUN_W[hour - 9] if 9 <= hour < 17 else 0
        off_w = 250.0, 200.0 if sun_w else 0.0
        return Foreseen(
            start=start, end=start + QUARTER, load_w=house(hour), load_off_w=off_w[0], sun_w=sun_w, sun_off_w=off_w[1]
        )

    return Outlook(
        made=AT,
        quarters=tuple(quarter(number) for number in range(192)),
        sun_by="open-meteo",
        sun_made=local("2026-11-20 16:52"),
        days=41,
        off=(
            Off(ahead_h=1, load_w=148, load_more_w=6, sun_w=171, sun_more_w=-12, quarters=1300),
            Off(ahead_h=24, load_w=202, load_more_w=15, sun_w=263, sun_more_w=-31, quarters=1300),
        ),
    )


def planned(*, battery: bool) -> Plan:
    """The solver's plan of that evening, as dm says it; battery: and more of the peak is paid, and less to charge."""
    midnight = local("2026-11-20 00:00")
    want = Want(
        car="car_1",
        trip="Ardennes",
        energy_wh=CAR_KWH[battery] * 1000,
        until=local("2026-11-21 07:15"),
        full_w=11040,
        least_w=1380,
    )
    store = Store(
        energy_wh=5000,
        least_wh=2500,
        most_wh=10000,
        charge_w=5000,
        discharge_w=5000,
        efficiency=0.9,
        wear_eur_kwh=0.05,
    )
    given = problem(
        AT,
        prices=[
            PriceSlot(midnight + n * HOUR, midnight + (n + 1) * HOUR, eur / 100, (eur - SOLD_EUR_KWH) / 100)
            for n, eur in enumerate(DAY_EUR_KWH * 2)
        ],
        outlook=ahead(),
        peaks=PeakPrices(paid_w=PAID_W[battery], next_w=2500, kw_eur=KW_EUR, next_kw_eur=KW_EUR, margin=0.04),
        wants=[want],
        store=store if battery else None,
        rows=(Row(name="connection", most_w=17_250, house=True),),
    )
    schedule = replace(solver.solved(given), solve_s=0.07)
    plan = planning.found(Planning(), Found(problem=given, schedule=schedule, because="prices were published"))
    assert plan.in_force is not None
    yesterday = AT.date() - timedelta(days=1)
    days = (
        Day(day=AT.date(), quarters=69, eur=1.94, naive_eur=2.71, peak_w=2310, naive_peak_w=2310, planned_eur=2.06),
        Day(day=yesterday, quarters=96, eur=4.12, naive_eur=6.38, peak_w=3840, naive_peak_w=9120, planned_eur=4.03),
    )
    return say_plan(plan.in_force, Saving(days=days), boot="paper", seq=1, titles={"car_1": "Blue car"})


def block(holds: str) -> str:
    """The one block of the paper that has these words in it."""
    [found] = [one for one in BLOCKS if holds in one]
    return found


def test_the_plan_in_the_paper_is_the_programs_own() -> None:
    """Its costs, its peak, who does what, and the first reasons of it."""
    plan = planned(battery=True)
    assert shows(block("costs   "), words.plan(plan, None)), words.plan(plan, None)
    assert shows(block("gives in place"), words.why(plan, None)), words.why(plan, None)


def test_the_higher_peak_in_the_paper_is_the_programs_own() -> None:
    """And what is checked there by hand comes out so."""
    plan = planned(battery=False)
    assert shows(block("raises the month"), words.why(plan, None)), words.why(plan, None)
    assert plan.target_w is not None
    charging = [one for one in plan.spans if one.cars_w]
    for span in charging:
        assert plan.target_w == pytest.approx(span.cars_w["car_1"] + span.load_w + 175)
    powers = sorted({f"{span.cars_w['car_1'] / 1000:.2f} kW" for span in charging})
    assert f"takes {powers[0]} then, and {powers[-1]} at night" in WORDS
    assert f"{(plan.target_w - 2500) / 1000:.2f} kW above what is paid" in WORDS
    assert f"at € {KW_EUR:.2f} for the next 12 bills: € {(plan.target_w - 2500) / 1000 * KW_EUR:.2f}" in WORDS
    hours = (local("2026-11-21 07:15") - AT) / HOUR
    assert f"{CAR_KWH[False]:g} kWh in {hours:g} hours are {CAR_KWH[False] / hours:.2f} kW" in WORDS


def test_the_outlook_and_the_savings_in_the_paper_are_the_programs_own() -> None:
    """Hour by hour, and day by day."""
    outlook, saved = words.outlook(say_outlook(ahead())), words.saved(planned(battery=True))
    assert shows(block("load kW"), outlook), outlook
    assert shows(block("cost  at once"), saved), saved


def lived(home: Path) -> Path:
    """Five days of 500 W by day and night; a car on Tuesday at six, and on Thursday too much at once."""
    watts = [1000 + 2800 * (n % 120 < 60) + 3680 * (n >= 310) for n in range(900)]
    average_w, cars_wh = sum(watts) / 900, [0.0] * 96 * 5
    cars_wh[96 + 72 : 96 + 78] = [1000.0] * 6
    cars_wh[96 * 3 + 72] = 3680 * 590 / 3600
    load_wh = [125.0] * 96 * 5
    load_wh[96 * 3 + 72] = round(average_w / 4) - cars_wh[96 * 3 + 72]
    flows = zip(load_wh, cars_wh, strict=True)
    owned(home, pasts.PEAKS_COST)
    a_past(
        home,
        pasts.MONDAY,
        [round(load + cars) for load, cars in zip(load_wh, cars_wh, strict=True)],
        tariffs=parse_rates(pasts.PEAKS_COST),
        traces=[Trace(month=pasts.OCTOBER, start=pasts.SEEN, peak_w=average_w, watts=tuple(watts))],
        parts=[
            Parts(start=pasts.MONDAY + n * QUARTER, load_wh=load, cars_wh=cars, battery_wh=0.0)
            for n, (load, cars) in enumerate(flows)
        ],
    )
    pasts.charged(home, *[1000.0] * 6)
    return home


def told(home: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> str:
    """What a replay prints that the paper shows how to type."""
    assert f"./do_py.sh -m lib.sim {line}" in PAPER
    monkeypatch.setenv("DM_HOME", str(home))
    monkeypatch.setenv("HOME", str(home))
    out = StringIO()
    assert 0 == replay.run(line.split()[1:], out)
    return out.getvalue().rstrip("\n")


def test_the_replays_in_the_paper_are_the_programs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would have been, and why the peak was so high."""
    home = lived(tmp_path)
    table = told(home, monkeypatch, "replay --month 2026-10 --battery 5 --cars planned")
    assert shows(block("as it was"), table), table
    peaks = told(home, monkeypatch, "replay --peaks --top 1")
    assert shows(block("what would have kept"), peaks), peaks


def test_the_paper_names_every_option_of_a_replay() -> None:
    """And none that is not there."""
    known = {option for action in replay.parser()._actions for option in action.option_strings}
    named = set(re.findall(r"--[a-z][a-z-]*", PAPER))
    assert set() == named - known
    assert {"--help", "--demo", "-h"} >= known - named


def test_each_example_of_a_config_loads(tmp_path: Path) -> None:
    """As it stands; and each source opens."""
    examples = re.findall(r"```python\n(.*?)```", PAPER, re.DOTALL)
    assert examples
    for example in examples:
        config = loaded(tmp_path, example)
        assert config.place is not None
        for source in config.sun_forecast:
            open_forecast(source, config.place, config.roofs)


def test_the_paper_names_every_key_of_a_roof_and_every_source() -> None:
    """With what is supposed of it."""
    table = {line[0].strip("`"): line[2] for line in rows(PAPER, "key | allowed")}
    assert [*roofs.KEYS] == [*table]
    assert f"{roofs.LOSS_PCT:g}" == table["loss_pct"]
    assert [] == [source for source in roofs.SOURCES if f"- `{source}`" not in PAPER]
    assert f"At most {NUMBERS[roofs.MOST_ROOFS]} roofs" in WORDS


def test_the_paper_names_every_word_and_cause() -> None:
    """That the plan brings; and its key on the screen."""
    said = [line[0].strip("`") for line in rows(PAPER, "word | tells")]
    assert ["plan", "why", "outlook", "saved"] == said
    assert set(said) <= set(HOUSE)
    assert [] == [name for name in ("plan", "outlook") if f"/api/{name}" not in PAPER or name not in HOUSE_STATES]
    [place] = [number for number, panel in enumerate(dm_panels().panels, 1) if panel.title == "Plan"]
    assert f"The last number key in the dashboard of `dm` (`{place}`, where" in PAPER
    assert f'the cause "{Above.PLAN}"' in WORDS


def test_its_figures_are_those_of_the_code() -> None:
    """When it plans, how long it holds, what is kept for safety, when the solver is killed."""
    house_off = (
        f"draws {planning.OFF_W / 1000:g} kW more or less than foreseen for {NUMBERS[round(planning.OFF_S / 60)]}"
    )
    known = (
        f"better by more than {round(in_force.SAVES_EUR * 100)} cents",
        f"{house_off} minutes",
        f"at most each {NUMBERS[round(planning.AGAIN_S / 60)]} minutes",
        f"carries changed by more than {in_force.SAME_W / 1000:g} kW",
        f"counts half after {routine.HALF_DAYS[0]:g} days, a Saturday or Sunday after {routine.HALF_DAYS[1]:g}",
        f"every house is supposed to draw {routine.SUPPOSED_W / 1000:g} kW",
        f"counts with {horizon.SAFE:.0%}".replace("%", " %"),
        f"older than {planned(battery=True).for_s / 60:g} minutes",
        f"more than {followed.SAME_WH / 1000:g} kWh (and {followed.SAME_PART:.0%}".replace("%", " %"),
        f"killed after {planner.LIMIT_S:g} s",
        f"after {NUMBERS[planner.MOST_FAILED]} failures in a row",
        f"trips of the next {NUMBERS[wanting.PLANNED_FOR.days]} days",
        f"up to {wanting.SPARE_PCT:g} %, may cost {wanting.SPARE_EUR_KWH * 100:g} cents more",
        f"up to {NUMBERS[horizon.FARTHEST.days]} where a trip is that far",
    )
    assert [] == [said for said in known if said not in WORDS]
    spare = f"as long as full power would have {WAITS[foresight.MENDS // MINUTE]} to spare"
    assert [] == [paper for paper in (PAPER, CARS) if spare not in " ".join(paper.split())]
    assert MINUTE == GAP
    assert (3600.0, 7200.0) == (open_meteo.OpenMeteo.every_s, watch.BY_NIGHT_S)
    assert f"The last {DAYS_SAID} days are told" in WORDS


def test_what_the_paper_quotes_is_said_somewhere() -> None:
    """The owner looks for the words that he sees."""
    said = [*_said()]
    quoted = re.findall(r'"([^"`]+)"', " ".join(row[0] for row in rows(PAPER, "you see")))
    assert 6 <= len(quoted)
    for quote in quoted:
        assert [] == [piece for piece in _pieces(quote) if not any(piece in text for text in said)], quote


def _pieces(quote: str) -> Sequence[str]:
    """A quote without its numbers and names, which are filled in."""
    return [piece.strip(" :") for piece in re.split(r"…|\d+ s|SIGKILL", quote) if piece.strip(" :")]


def _said() -> Iterator[str]:
    for file in (ROOT / "lib").rglob("*.py"):
        yield from sentences(file)


def test_the_panel_in_the_readme_is_the_programs_own() -> None:
    """As its golden text has it, up to what follows the chart."""
    chart, _, _ = GOLDEN.read_text("utf-8").partition("\nuntil ")
    assert chart.rstrip() in README
