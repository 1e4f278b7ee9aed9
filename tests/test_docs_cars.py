"""What the papers of the cars promise: settings that load, names that exist, and figures as they come out."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import pytest

from lib.cars import SOURCES, audi, eu_data_act, evcc, home_assistant, http_json, mqtt, open_source, smartcar
from lib.cars.options import EVERYWHERE
from lib.commands.ev_rules import charging_rules
from lib.commands.statement import as_text
from lib.core import ledger, tidings
from lib.core.books import Closed
from lib.core.car import Ask, CarRules
from lib.core.claims import LATE, PLAN, Cause, Claim
from lib.core.house import new_peak_eur
from lib.core.ledger import Ledger
from lib.core.modes import Mode
from lib.core.needs import target_pct
from lib.core.plugged import Ground
from lib.core.quarter import Quarter
from lib.core.sessions import Session, statement
from lib.core.soc import Confidence
from lib.core.trip import Entry, asked, trips
from lib.hub.questions import CARS
from lib.hub.states import CAR_STATES
from lib.messages.orders import ORDERS, order_of
from lib.panels.ev_keys import EV_KEYS
from lib.secrets import NO_SECRETS, OTHERS
from lib.settings import Settings, cars, chargers
from tests.conftest import local
from tests.core.test_ledger import Home, a_car
from tests.settings.homes import loaded
from tests.test_docs import ROOT, november

PAPER = (ROOT / "docs" / "CARS.md").read_text("utf-8")
CIRCUITS = (ROOT / "docs" / "CIRCUITS.md").read_text("utf-8")
LEDGER = (ROOT / "docs" / "LEDGER.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
STORED = (ROOT / "docs" / "BATTERY.md").read_text("utf-8")
DOORS = 'socket_info = {"dm": ("127.0.0.1", 9000), "ev": ("127.0.0.1", 9001), "bs": ("127.0.0.1", 9002)}\n'
MAKES = (home_assistant, mqtt, http_json, evcc, smartcar, eu_data_act, audi)
SECRETS = {**dict.fromkeys(OTHERS, "secret"), "wican": "secret", "smartcar_token": "{}"}
NOON = local("2026-11-20 12:00")
CAR = CarRules(name="car_1", capacity_wh=77_000, wh_km=180, trip_default=Ask(km=46))


def rows(paper: str, first: str) -> list[list[str]]:
    """The cells of the table whose head begins with `first`."""
    table = paper.partition(f"| {first} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def examples() -> Iterator[str]:
    """What belongs into config.py; the parts that an example takes for granted stand beside it."""
    for block in re.findall(r"```python\n(.*?)```", PAPER + CIRCUITS + README, re.DOTALL):
        yield DOORS + (
            block
            if "cars = " in block or '"car"' not in block
            else f'{block}cars = {{"car_1": {{"capacity_kwh": 77}}}}\n'
        )


@pytest.mark.parametrize("example", list(examples()))
def test_each_example_of_a_config_loads(example: str, tmp_path: Path) -> None:
    """As it stands, with its circuits; and each source of a state of charge opens."""
    config: Settings = loaded(tmp_path, example)
    charging_rules(config)
    for place in config.cars:
        if place.soc.get("from") not in {None, "smartcar"}:
            open_source(place.soc, SECRETS, keep_secret=lambda _name, _text: None)


def test_the_paper_names_every_key_source_and_secret() -> None:
    """What may stand in config.py and in the secrets is explained."""
    keys = {*chargers.KEYS, *chargers.RELAY_KEYS, *cars.KEYS, *EVERYWHERE} - {"from"}
    known = [key for key in keys if not re.search(rf"[`\"]{key}[`\"]", PAPER)]
    assert [] == known
    told = {line[0].strip("`"): line[2] for line in rows(PAPER, '`"from"` | who')}
    assert set(SOURCES) == set(told)
    for source, make in zip(SOURCES, (home_assistant, http_json, mqtt, evcc, smartcar, eu_data_act, audi), strict=True):
        assert set(make.OPTIONS) == set(re.findall(r"`(\w+)`", told[source])), source
    papers = PAPER + CIRCUITS + STORED + README
    made = {
        "google_client_id",
        "google_client_secret",
        "google_token",
        "smartcar_token",
    }  # by --connect
    others = {"homewizard"}  # README names it with its pairing
    assert [] == [name for name in OTHERS - NO_SECRETS - made - others if f'"{name}' not in papers]


def test_the_paper_names_every_word_order_mode_and_ground() -> None:
    """And none that is not there."""
    assert list(CARS) == [line[0].strip("`") for line in rows(PAPER, "word")]
    assert [] == [name for name in CAR_STATES if f"/api/{name}" not in PAPER]
    posted = re.findall(r"/api/orders/(\w+) -d '(.*)'", PAPER + STORED + README)
    assert set(ORDERS) == {name for name, _ in posted}
    for name, body in posted:
        order_of(ORDERS[name], json.loads(body))
    assert set(Mode) == {Mode(line[0].strip("`")) for line in rows(PAPER, "mode")}
    assert [*Confidence] == [Confidence(line[0]) for line in rows(PAPER, "shown as")]
    assert {key.key for key in EV_KEYS} == {line[0].strip("`") for line in rows(PAPER, "key | what it does")}
    assert 6 == len(Ground)  # "Which car is on the cable" goes through five, and a guest is none of them


@pytest.mark.parametrize(
    ("paper", "least"), [(PAPER, 20), (STORED, 20), (CIRCUITS, 10)], ids=["cars", "battery", "circuits"]
)
def test_what_the_papers_quote_is_said_somewhere(paper: str, least: int) -> None:
    """The owner looks for the words that he sees."""
    said = [text for file in (ROOT / "lib").rglob("*.py") for text in sentences(file)]
    quoted = re.findall(r'"([^"`]+)"', " ".join(row[0] for row in rows(paper, "you see")))
    assert least <= len(quoted)
    for quote in quoted:
        pieces = [piece.strip(" :") for piece in quote.split("…") if piece.strip(" :")]
        assert [] == [piece for piece in pieces if not any(piece in text for text in said)]


def sentences(file: Path) -> Iterator[str]:
    """The texts of a module, each whole."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def test_each_title_asks_for_what_the_paper_says() -> None:
    """And 180 km come to the per cent that it works out."""
    fleet = {name: replace(CAR, name=name) for name in ("car_1", "car_2")}
    for title, says in rows(PAPER, "title"):
        entry = Entry(key="x", title=title.strip("`"), start=NOON + timedelta(days=1), end=NOON + timedelta(days=1))
        found = trips([entry], fleet, now=NOON)
        said = asked(CAR.trip_default) if "trip_default" in says else says.partition(",")[0]
        assert {said} == {asked(trip.ask) for trip in found.trips}, title
        assert ("each of the two" in says) == (len(found.trips) == 2)
        assert () == found.notes
    assert f"so {ceil(target_pct(Ask(km=180), CAR))} %" in PAPER


def test_the_statement_in_the_paper_is_the_programs_own() -> None:
    """Two sessions, one by night and one by day."""
    days = (("07 22:10", "08 07:05", 16_400.0, 0.0, 4.92), ("14 11:30", "14 15:45", 8_250.0, 7_050.0, 1.185))
    found = [
        Session(
            charger="garage",
            car="car_1",
            since=local(f"2026-11-{since}"),
            until=local(f"2026-11-{until}"),
            seen=local(f"2026-11-{until}"),
            split_at=local(f"2026-11-{until}"),
            energy_wh=energy_wh,
            sun_wh=sun_wh,
            grid_wh=energy_wh - sun_wh,
            priced_eur=eur,
        )
        for since, until, energy_wh, sun_wh, eur in days
    ]
    text = as_text(statement(found, date(2026, 11, 1), eur_kwh=0.35))
    assert text in PAPER, text


def test_the_quarter_in_the_paper_is_the_ledgers_own() -> None:
    """Each row of the example, and how the quarter ended."""

    def house_w(second: int) -> float:
        return 600.0 + (2000.0 if 180 <= second < 190 else 0.0) + (2400.0 if second >= 480 else 0.0)

    home = Home(house_w, a_car(priority=PLAN), target_w=4000.0)
    told: dict[str, tuple[str, str, str]] = {}
    for second in range(901):
        home.run(1)
        power_w = home.ledger.grants[0].power_w
        may = f"{power_w / 1000:.2f} kW{', its least' if power_w == 1380 else ''}" if power_w else "nothing"
        used_wh = 0 if second == 0 else home.energy_ws / 3600
        told[f"{second // 60}:{second % 60:02}"] = (f"{house_w(second) / 1000:.2f} kW", f"{used_wh:.0f} Wh", may)
    shown = {row[0]: tuple(row[2:]) for row in rows(LEDGER, "at")}
    assert {at: told[at] for at in shown} == shown
    assert "nothing" != told["14:46"][2]
    assert f"ended at {home.averages[0] / 1000:.2f} kW" in LEDGER


def test_the_help_in_the_paper_is_the_ledgers_own() -> None:
    """The car of the example gets all that it takes, and the quarter is kept."""
    home = Home(600.0, a_car(priority=LATE, over_w=280.0, cause=Cause.LATE_TRIP, helped=True), target_w=4000.0)
    home.help_w = 440.0
    home.run(1)
    assert 3680 == home.ledger.grants[0].power_w
    home.run(900)
    assert 3680 == home.ledger.grants[0].power_w
    assert () == home.ledger.overs
    assert 4000 >= home.averages[0]
    assert "3.24 kW may be drawn at 0:00 by a car that takes 3.68" in LEDGER
    assert "helps\nwith 0.44 kW, it is granted all of the 3.68" in LEDGER


def test_the_price_of_a_peak_in_the_paper_is_the_programs_own() -> None:
    """Announced as an event, and told again when the quarter is over."""
    house, rules = november(ROOT / "docs" / "rates" / "flanders_day_night.json")
    assert house.peaks is not None
    assert house.peaks.running is not None
    eur = new_peak_eur(house, rules, house.peaks.running.peak_w + 1000)
    at = local("2026-11-20 18:00")
    late = Claim(who="garage", priority=LATE, wish_w=4400, least_w=1380, over_w=1000, cause=Cause.LATE_TRIP)
    asked_for = ledger.heard(Ledger(), "ev", [late], [], 0.0)
    quarter = Quarter(start=at, at=at, grid_w=600.0, average_w=0.0)
    before, budget = Ledger(), ledger.after(asked_for, quarter, target_w=4000, now_s=0.0, price=lambda _: eur)
    said = [event.text for event in tidings.announced(before, budget, at)]
    ended = Closed(start=at, average_w=5000)
    said += [event.text for event in tidings.above(ended, 4000, Cause.LATE_TRIP, at)]
    assert 2 == len(said)
    assert [] == [text for text in said if text not in LEDGER], said


def test_the_paper_of_the_ledger_names_every_cause() -> None:
    """As they are stored."""
    assert [*Cause] == [Cause(line[0]) for line in rows(LEDGER, "cause")]
