"""What the papers promise: files that load, names that exist, links that lead somewhere, figures as they come out."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.commands import arguments, bs_arguments, ev_arguments
from lib.core.bands import midnight
from lib.core.house import House, Rules
from lib.core.metering import Heard, Published, after
from lib.core.rates import parse_rates
from lib.core.reading import MbusMeter, Reading
from lib.core.slots import Series, Slot
from lib.core.stamp import BRUSSELS
from lib.core.values import Count, History, HistoryRow, Peak
from lib.hub import answers, money
from lib.hub.questions import CARS, HOUSE, STORE
from lib.hub.states import CAR_STATES, HOUSE_STATES, STORE_STATES
from lib.hub.visitor import visitor
from lib.messages.counted import say_bill
from lib.messages.dm import say_house
from lib.messages.orders import ORDERS
from lib.panels.bs import bs_panels
from lib.panels.dm import dm_panels
from lib.settings import PORTS, SETTINGS
from tests.conftest import a_reading, local, stamp

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
RATES = sorted((ROOT / "docs" / "rates").glob("*.json"))
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
QUARTER = timedelta(minutes=15)
START, END = local("2026-11-01 00:00"), local("2026-12-01 00:00")
PEAK_END = local("2026-11-14 18:15")
MONTHS_KW = (1.8, 2.2, 2.5, 3.1, 4.0, 5.2, 6.4, 2.0, 2.4, 3.0, 3.6)  # from December to October
OPTIONS = {"dm.py": arguments.parser(), "ev_app.py": ev_arguments.parser(), "bs_app.py": bs_arguments.parser()}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NAMES_OF_THE_OWNER = {"bands", "registers", "band_times"}  # the keys in them are names of bands and registers


def keys_of(group: object, *, own: bool = True) -> Iterator[str]:
    """The keys of a rates file that are the program's, not names that an owner gives."""
    match group:
        case dict():
            for key, value in group.items():
                if own and not re.fullmatch(r"[0-9-]+|[A-Z][A-Za-z-]*", key):
                    yield key
                yield from keys_of(value, own=key not in NAMES_OF_THE_OWNER)
        case list():
            for value in group:
                yield from keys_of(value)


def json_blocks(paper: str) -> list[Any]:
    """The examples in a paper."""
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", paper, re.DOTALL)]


@pytest.mark.parametrize("file", RATES, ids=lambda file: file.stem)
def test_the_rates_to_start_from_load_without_a_warning(file: Path) -> None:
    """An owner begins with one of them, and changes prices only."""
    assert () == parse_rates(json.loads(file.read_text("utf-8"))).warnings


def test_the_paper_of_the_rates_names_every_file_and_every_key() -> None:
    """What stands in a file that we give is explained."""
    paper = (ROOT / "docs" / "RATES.md").read_text("utf-8")
    files = [*RATES, *sorted((ROOT / "tests" / "fixtures" / "rates").glob("*.json"))]
    keys = {key for file in files for key in keys_of(json.loads(file.read_text("utf-8")))}
    assert [] == [key for key in sorted(keys) if f"`{key}`" not in paper]
    assert [] == [file.name for file in RATES if f"rates/{file.name}" not in paper]


def test_its_examples_load_without_a_warning() -> None:
    """Whole files as they stand; a part of one beside a price."""
    paper = (ROOT / "docs" / "RATES.md").read_text("utf-8")
    examples = json_blocks(paper)
    assert examples
    for example in examples:
        whole = example if {"Electricity", "versions"} & example.keys() else {"Electricity": {"+": 0.3}, **example}
        assert () == parse_rates(whole).warnings


def test_the_readme_knows_every_setting_word_state_and_key() -> None:
    """And no setting that is not there."""
    settings = set(re.findall(r"^\| (`[a-z_, `]+`) \|", README.partition("\n## Settings")[2], re.MULTILINE))
    assert SETTINGS == {name for cell in settings for name in re.findall(r"`(\w+)`", cell)}
    assert [] == [word for word in HOUSE if f"`{word}`" not in README]
    assert [] == [word for word in (*CARS, *STORE) if not re.search(rf"`{word}[` ]", README)]
    states = (*HOUSE_STATES, *CAR_STATES, *STORE_STATES, "history")
    assert [] == [name for name in states if f"/api/{name}" not in README]
    assert {"set_storage", "set_reserve", "limit_sun"} <= set(re.findall(r"/api/orders/(\w+)`", README)) <= set(ORDERS)
    assert f"first of {NUMBERS[PORTS]} ports" in README
    assert f"it uses {NUMBERS[PORTS]}" in README
    assert f"`1`…`{len(dm_panels().panels)}`" in README
    pages = [panel.title.lower() for panel in bs_panels().panels]
    assert f"`1` to `{len(pages)}` are {', '.join(pages[:-1])} and {pages[-1]}" in " ".join(README.split())


def test_the_papers_know_which_key_shows_the_plan() -> None:
    """Its number is 7 where peaks cost nothing and one price holds all day, but it is the last in every home."""
    assert "plan" == dm_panels().panels[-1].name
    for paper, said in (("README.md", "The key of the last number"), ("docs/PLAN.md", "The last number key")):
        text = " ".join((ROOT / paper).read_text("utf-8").split())
        assert (True, False) == (said in text, "Key `9`" in text), paper


def test_the_certificate_of_the_readme_is_good_for_this_machine_too() -> None:
    """What is typed on the Pi asks 127.0.0.1 or localhost, and trusts the file that it is told."""
    (names,) = re.findall(r'-addext "subjectAltName=(\S+)"', README)
    assert {"DNS:localhost", "IP:127.0.0.1"} <= set(names.split(","))
    assert "`SSL_CERT_FILE=cert.pem .venv/bin/python -m websockets wss://127.0.0.1:8080/ws`" in README
    assert "`--cacert cert.pem`" in README


def test_the_readme_says_what_makes_a_proxy_known_as_one() -> None:
    """By nothing else would who stands behind it be told from this machine, which may change everything."""
    proxy = README.partition("A proxy on the Pi")[2].partition("\n## ")[0]
    headers = [name.lower().encode() for name in re.findall(r"`proxy_set_header (\S+) ", proxy)]
    assert any(visitor(address="", here="", headers=[(name, b"")], query=b"").is_passed_on for name in headers)
    assert "whoever stands behind it may change everything" in " ".join(proxy.split())
    assert {b"host", b"x-forwarded-for", b"authorization"} <= set(headers)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_options_and_links_lead_somewhere(paper: Path) -> None:
    """Every option of a program that a paper names, every file that it points to, and every heading there."""
    text = paper.read_text("utf-8")
    for program, parser in OPTIONS.items():
        known = {option for action in parser._actions for option in action.option_strings}
        lines = re.findall(rf"{re.escape(program)}( [^`\n]*)", text)
        assert set() == {option for line in lines for option in re.findall(r" (--[a-z-]+)", line)} - known
    links = re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text)
    assert [] == [link for link, _ in links if not (paper.parent / link).exists()]
    for link, heading in links:
        if heading:
            assert heading in headings((paper.parent / link if link else paper).read_text("utf-8"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_table_has_its_rows_on_lines_of_their_own(paper: Path) -> None:
    """A row that was put into the width of a paragraph is a paragraph."""
    lines = paper.read_text("utf-8").splitlines()
    assert [] == [line for line in lines if "|--" in line and set(line) - set("|-: ")]


def headings(paper: str) -> set[str]:
    """What a link may point to in a paper."""
    found = re.findall(r"^#+ (.*)$", paper, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in found}


def test_the_map_names_every_part_and_every_file_of_the_core() -> None:
    """A new file has a place on it; a page of docs/adr is a page."""
    paper = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    parts = {path.name for path in (ROOT / "lib").iterdir() if (path / "__init__.py").exists()}
    assert [] == [part for part in sorted(parts) if f"`lib/{part}`" not in paper]
    core = {path.stem for path in (ROOT / "lib" / "core").glob("*.py")} - {"__init__"}
    assert set() == core - set(re.findall(r"`(\w+)`", paper.partition("In `lib/core`")[2]))
    assert [] == [page.name for page in (ROOT / "docs" / "adr").iterdir() if len(page.read_text().splitlines()) > 50]


def _taken_wh(at: Any) -> int:
    """A quarter of the house in the paper of the bill: nights, days, evenings, a washing day, a dear evening."""
    there = at.astimezone(BRUSSELS)
    minute = there.hour * 60 + there.minute
    if at == PEAK_END - QUARTER:
        return 1180
    if there.weekday() == 2 and 9 <= there.hour < 11:
        return 400
    return 180 if 17 <= there.hour < 22 else 50 if minute < 420 else 90


def _injected_wh(at: Any) -> int:
    there = at.astimezone(BRUSSELS)
    return 150 if there.day % 3 == 0 and 11 <= there.hour < 14 else 0


def _eur_mwh(at: Any) -> float:
    hour = at.astimezone(BRUSSELS).hour
    return 60.0 if hour < 6 else 140.0 if hour < 10 else 80.0 if hour < 17 else 180.0 if hour < 21 else 100.0


def _readings() -> Iterator[Reading]:
    """November 2026 at that house: what its meter says at the end of each quarter, and a second before the month's."""
    imported, exported, gas_l, water_l = {1: 4_000_000, 2: 5_000_000}, {1: 900_000, 2: 300_000}, 812_000, 241_000
    months = [local(f"{2025 + month // 12}-{month % 12 + 1:02}-01 00:00") for month in range(12, 23)]
    rows = tuple(
        HistoryRow(stamp(month), stamp(month - 5 * QUARTER), kw * 1000)
        for month, kw in zip(months, MONTHS_KW, strict=True)
    )
    history = History(rows, len(rows))
    for count in range((END - START) // QUARTER + 1):
        at = START + count * QUARTER
        begun = at - QUARTER
        there = begun.astimezone(BRUSSELS)
        if count:
            register = 1 if there.weekday() < 5 and 7 <= there.hour < 22 else 2
            imported[register] += 0 if _injected_wh(begun) else _taken_wh(begun)
            exported[register] += _injected_wh(begun)
            gas_l += 100 if there.hour in {6, 7, 17, 18, 19, 20} else 0
            water_l += 40 if there.hour in {7, 19} else 0
        counts = ((1, 3, gas_l), (2, 7, water_l))
        yield a_reading(
            min(at, END - timedelta(seconds=1)),
            **{f"import_{register}_wh": wh for register, wh in imported.items()},
            **{f"export_{register}_wh": wh for register, wh in exported.items()},
            mbus=tuple(
                MbusMeter(
                    channel=channel,
                    type=kind,
                    serial=f"TST{channel}",
                    reading=Count(stamp(at), litres / 1000, f"0-{channel}:24.2.1", "m3"),
                )
                for channel, kind, litres in counts
            ),
            history=history,
            month_peak=Peak(stamp(PEAK_END), 4720.0) if at >= PEAK_END else None,
        )


def november(file: Path) -> tuple[House, Rules]:
    """The house at the end of its month, at the prices of a file."""
    rules = Rules(tariffs=parse_rates(json.loads(file.read_text("utf-8"))), connection_w=17_250)
    starts = [START + count * QUARTER for count in range((END - START) // QUARTER)]
    index = Series(tuple(Slot(start, start + QUARTER, _eur_mwh(start)) for start in starts))
    house = after(House(), Published(index=index), rules)
    for reading in _readings():
        assert reading.clock is not None
        assert reading.clock.known is not None
        house = after(house, Heard(reading=reading, received=reading.clock.known), rules)
    return house, rules


@pytest.mark.parametrize("name", ["flanders_day_night", "flanders_dynamic"])
def test_the_bills_in_the_paper_are_the_programs_own(name: str) -> None:
    """Each line of `bill`, as the example month gives it; and what 1 kW more costs."""
    paper = (ROOT / "docs" / "BILL.md").read_text("utf-8")
    house, rules = november(ROOT / "docs" / "rates" / f"{name}.json")
    assert house.books is not None
    assert midnight(house.books.month.start) == START
    bill = money.bill(say_bill(house, rules))
    assert [] == [line for line in bill.splitlines() if line[:48].rstrip() not in paper], bill
    said = answers.peak(say_house(house, rules, boot="paper", seq=1, now=END, demo=False))
    assert said.splitlines()[-1] in paper, said
