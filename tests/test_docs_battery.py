"""What the paper of the battery promises: settings that load, names that exist, and figures as they are in the code."""

import calendar
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib import inverters as makes_of_the_sun
from lib.batteries import open_battery
from lib.batteries.flash import Budget
from lib.batteries.keeper import LEASE_S
from lib.batteries.pace import Pace
from lib.clock import WallClock
from lib.commands.bs_rules import storage_rules
from lib.core.battery import ONE_PHASE_W, SOCKET_W, THREE_PHASE_W
from lib.core.cellar import TURN_S
from lib.core.dispatch import IDLES_S
from lib.core.helping import BRIDGE_S, KEEPS, START_WH
from lib.core.modes import StorageMode
from lib.core.reserve import reserve_pct
from lib.core.storing import DEAD_W
from lib.hub.questions import STORE
from lib.hub.states import STORE_STATES
from lib.inverters import open_inverter
from lib.panels.battery import NONE_SET_UP
from lib.panels.bs import bs_panels
from lib.panels.bs_keys import BS_KEYS, MODES
from lib.settings import batteries, inverters
from tests.conftest import local
from tests.settings.homes import loaded, slip
from tests.test_docs import NUMBERS, README, ROOT
from tests.test_docs_cars import DOORS, rows

PAPER = (ROOT / "docs" / "BATTERY.md").read_text("utf-8")
WORDS = " ".join(PAPER.split())  # wherever a line of the paper ends
MONTHS = tuple(calendar.month_name)[1:]


def examples() -> Iterator[str]:
    """What belongs into config.py."""
    yield from re.findall(r"```python\n(.*?)```", PAPER + README.partition("\n## The battery")[2], re.DOTALL)


@pytest.mark.parametrize("example", list(examples()))
def test_each_example_of_a_config_loads(example: str, tmp_path: Path) -> None:
    """As it stands; and each battery and inverter of it opens."""
    config = loaded(tmp_path, DOORS + example)
    storage_rules(config)
    for place in config.batteries:
        open_battery(
            place.make,
            place.address,
            rules=place.rules,
            user=place.user,
            password="secret",
            options=place.options,
            clock=WallClock(),
        )
    for roof in config.inverters:
        open_inverter(roof.make, roof.address, name=roof.name, options=roof.options, clock=WallClock())


def test_the_paper_names_every_key_and_make() -> None:
    """What may stand in config.py is explained, and nothing that is not there."""
    of_batteries, of_inverters = ({name for line in table for name in _names(line[0])} for table in _key_tables())
    assert set(batteries.KEYS) == of_batteries
    assert set(inverters.KEYS) == of_inverters
    told = {line[0].strip("`"): line[1] for line in _key_tables()[0]}
    assert [f'`"{make}"`' for make in batteries.OPTIONS] == told["make"].split(", ")
    assert [f'`"{make}"`' for make in makes_of_the_sun.OPTIONS] == [line[0] for line in rows(PAPER, "make | how")]
    assert set(inverters.MAKES) == set(makes_of_the_sun.OPTIONS)
    sections = dict(re.findall(r"\n### (\w+)\n(.*?)(?=\n##)", PAPER, re.DOTALL))
    assert [*batteries.OPTIONS] == [name.lower() for name in sections]
    alone = {make: set(keys) - {"unit"} for make, keys in batteries.OPTIONS.items()}
    for line in _key_tables()[0]:
        for key in _names(line[0]):
            whose = [make for make, keys in alone.items() if key in keys]
            assert not whose or any(f'"{make}"' in line[3] or f"#{make}" in line[2] for make in whose), key
    assert 'none of a `"fronius"`' in WORDS
    assert ("unit" in makes_of_the_sun.OPTIONS["kostal"]) > ("unit" in makes_of_the_sun.OPTIONS["fronius"])


def _key_tables() -> list[list[list[str]]]:
    """The tables of keys: that of the batteries, that of the inverters."""
    _, first, second = PAPER.split("| key | type |")
    return [rows(f"| key | type |{table}", "key | type | when missing |") for table in (first, second)]


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_what_is_not_said_is_as_the_paper_says(tmp_path: Path) -> None:
    """Each figure in the column of what is missing, and what the owner may let his batteries do."""
    config = loaded(
        tmp_path, f'{DOORS}batteries = {{"a": {{"make": "sessy", "address": "a", "capacity_kwh": 5, "wired": "1"}}}}'
    )
    [place] = config.batteries
    missing = {key: line[2] for line in _key_tables()[0] for key in _names(line[0])}
    rules = place.rules
    assert f"{rules.least_pct:g}, {rules.most_pct:g}" == missing["least_pct"]
    assert f"{rules.efficiency * 100:g}" == missing["efficiency_pct"]
    assert f"{rules.wear_eur_kwh:g}" == missing["wear_eur_kwh"]
    assert f"{rules.phases}" == missing["phases"]
    assert f"above € {0.20 / rules.efficiency + rules.wear_eur_kwh:.2f}" in WORDS
    assert (StorageMode.AUTO, None) == (config.battery_mode, config.battery_reserve_pct)


def test_the_law_is_said_as_the_start_says_it(tmp_path: Path) -> None:
    """Its figures, and the sentence that refuses more."""
    law = f"on one phase have {ONE_PHASE_W / 1000:g} kVA, on three phases {THREE_PHASE_W / 1000:g} kVA, and in a socket"
    assert f"{law} {SOCKET_W:g} W" in WORDS
    home = '{"make": "victron", "address": "a", "capacity_kwh": 10, "phases": 1, "wired": "2", "charge_kw": 6}'
    said = slip(tmp_path, f"{DOORS}batteries = {{'home': {home}}}")
    assert f"config.py: {said}\n" in PAPER


def test_the_paper_names_every_word_key_page_and_mode() -> None:
    """And none that is not there."""
    words = rows(PAPER, "word")
    assert [*STORE] == [line[0].strip("`") for line in words]
    tells = {line[0]: line[2] for line in words}
    assert [f"`mode {mode}`" for mode in StorageMode] == tells["`mode`"].split(", ")
    assert [*StorageMode] == [*MODES] == [line[0].strip("`") for line in rows(PAPER, "mode |")]
    assert [] == [name for name in STORE_STATES if f"/api/{name}" not in PAPER]
    *keys, pages = rows(PAPER, "key | what it does")
    assert {key.key for key in BS_KEYS} == {line[0].strip("`") for line in keys}
    assert f"`1` to `{len(bs_panels().panels)}`" == pages[0]
    titles = [panel.title.lower() for panel in bs_panels().panels]
    assert f"{', '.join(titles[:-1])}, and {titles[-1]}" in pages[1]
    assert f"## {NONE_SET_UP.rpartition('README, ')[2]}\n" in README


def test_the_reserve_of_each_hour_is_the_papers() -> None:
    """By the table, its first row that holds."""
    table = rows(PAPER, "kept")
    for month in range(1, 13):
        for hour in range(24):
            found = next(line for line in table if _holds(line, month, hour))
            assert f"{reserve_pct(local(f'2026-{month:02}-10 {hour:02}:30')):g} %" == found[0], (month, hour)


def _holds(line: list[str], month: int, hour: int) -> bool:
    _, start, end, months = line
    if not start:
        return True
    first, last = int(start[:2]), int(end[:2])
    in_hours = first <= hour < last if first < last else hour >= first or hour < last
    if " to " not in months:
        return in_hours
    begin, finish = (MONTHS.index(name) + 1 for name in months.split(" to "))
    return in_hours and (begin <= month <= finish if begin < finish else month >= begin or month <= finish)


def test_its_figures_are_those_of_the_code() -> None:
    """How patient, how sparing and how generous it is."""
    pace, budget = Pace(), Budget()
    pauses = ", ".join(f"{pace.pause_s(count):g}" for count in range(1, 6))
    written = f"more waits {budget.least_s:g} s, less goes at once, and after {budget.writes} writes in 24 hours"
    for said in (
        f"leaves the battery to it for {NUMBERS[round(pace.meddled_s / 60)]} minutes",
        f"after {NUMBERS[pace.misses]} questions without an answer, or {NUMBERS[round(pace.missed_s)]} seconds",
        f"asked again after {pauses} s",
        f"a change of less than {budget.band_w:g} W is none, {written}",
        f"telegrams or `dm`, for {LEASE_S:g} s",
        f"rests for {NUMBERS[round(TURN_S)]} seconds. Less than {DEAD_W:g} W is nothing",
        f"it rests on, for {IDLES_S:g} seconds at the longest",
        f"for {NUMBERS[round(BRIDGE_S / 60)]} minutes at the longest. With less than {START_WH:g} Wh to give",
        f"Nobody is helped in {', '.join(f'`{mode}`' for mode in KEEPS[:-1])} and `{KEEPS[-1]}`",
    ):
        assert said in WORDS
