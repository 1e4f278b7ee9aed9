"""`python -m lib.sim replay`: the program itself, on a past that dm has stored, beside a table a person can check."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from lib.commands import SLIP
from lib.commands.replay import AskedError
from lib.commands.replay_prices import contract_of
from lib.core.books import Month
from lib.core.charges import Charge, Item, Part
from lib.core.claims import Cause
from lib.core.counting import QuarterWh
from lib.core.house import Above
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.rates import parse_rates
from lib.core.sessions import Session
from lib.store.database import settle
from lib.store.ev_store import EvStore, Salvage
from lib.store.store import Store
from lib.store.traces import Trace
from tests.conftest import local
from tests.store.pasts import a_past, minutes_of, owned
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
OCTOBER = date(2026, 10, 1)
MONDAY = local("2026-10-05 00:00")
DAY = 96
NIGHT_FROM, NIGHT_TO = "22:00", "07:00"
RATES: dict[str, Any] = {
    "Electricity": {
        "+": {"Day": 0.4, "Night": 0.2},
        "-": {"Day": 0.05, "Night": 0.05},
        "tariff_switch": {"source": "clock"},
        "bands": {"Night": [{"days": "all", "from": NIGHT_FROM, "to": NIGHT_TO}], "Day": "rest"},
    }
}
PEAKS_COST: dict[str, Any] = {"Electricity": RATES["Electricity"] | {"capacity": {"eur_per_kw_year": 60.0}}}
HALF_KW = [125] * DAY


def program(home: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program, on the databases of a home."""
    return subprocess.run(
        [sys.executable, "-m", "lib.sim", "replay", *options],
        check=False, cwd=ROOT, env=os.environ | {"DM_HOME": str(home), "HOME": str(home)} | environ,
        capture_output=True, text=True, timeout=LIMIT_S,
    )  # fmt: skip


def printed(home: Path, *options: str, **environ: str) -> str:
    """What it prints when all is well."""
    ended = program(home, *options, **environ)
    assert (0, "") == (ended.returncode, ended.stderr)
    return ended.stdout


def told(home: Path, *options: str) -> Any:
    """What it tells a program."""
    return json.loads(printed(home, *options, "--json"))


def days(home: Path, *more: int | None, rates: dict[str, Any] = RATES, **said: Any) -> Path:
    """A home with four days of 500 W from Monday on, and what is said after them."""
    owned(home, rates)
    a_past(home, MONDAY, [*HALF_KW * 4, *more], tariffs=parse_rates(rates), **said)
    return home


def test_a_battery_by_hand(tmp_path: Path) -> None:
    """Three days of 500 W: 15 hours at 0.40 and 9 at 0.20 are € 3.90; 2 kWh a day moved into the day save € 0.40."""
    asked = ("--from", "2026-10-06", "--to", "2026-10-08", "--battery", "2", "--efficiency", "100", "--wear", "0.01")
    found = told(days(tmp_path), *asked)
    was, battery = found["columns"]
    assert 3 * 3.9 == pytest.approx(was["import_eur"])
    assert 3 * 3.9 == pytest.approx(found["billed"]["import_eur"])
    assert (6000, 3.0) == (battery["moved_wh"], battery["cycles"])
    assert 3 * 0.4 == pytest.approx(battery["saved_eur"], abs=0.2)  # what it bought for the fourth day is worth a mean
    assert was["import_eur"] - battery["import_eur"] + battery["left_eur"] == pytest.approx(battery["saved_eur"])
    assert found["sentences"][0].startswith("A 2 kWh battery would have saved € 1.")
    assert 3 * DAY == found["quarters"]


def test_people_see_a_table_and_a_sentence(tmp_path: Path) -> None:
    """As it was, what the bill said, with the battery; and what is not stored is said."""
    oven = [125] * 72 + [1100] + [125] * 23
    month = Month(month=OCTOBER, peak_w=4400.0, charges={Item(Part.CAPACITY, "capacity"): Charge(4400.0, 22.0)})
    home = days(tmp_path, *oven, rates=PEAKS_COST, months=[month])
    text = printed(home, "--battery", "5")
    lines = {line[:21].strip(): line.split() for line in text.splitlines() if line}
    assert {"as it was", "the bill said", "with a 5 kWh battery"} <= lines.keys()
    assert ["22.00", "4.40"] == [lines["as it was"][-3], lines["as it was"][-1]]
    assert "22.00" in lines["the bill said"]
    assert "2.50" in lines["with a 5 kWh battery"]
    assert "€ 9.50 of peak over the bills that count it; at € 0.05 wear a kWh that leaves € " in text
    assert "what house, sun, cars and battery did is not stored apart" in text
    assert text.startswith("October 2026 (5 to 9), 480 quarters\n")


def test_another_contract(tmp_path: Path) -> None:
    """A file of the owner: the same energy, at other prices, of quarters that both can price."""
    home = days(tmp_path, eur_mwh=[100.0] * DAY * 3)
    market = {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": 0.1}}
    (home / "market.json").write_text(json.dumps({"note": "flat", "Electricity": {"+": market, "-": 0.0}}))
    found = told(home, "--from", "2026-10-05", "--to", "2026-10-08", "--contract", str(home / "market.json"))
    was, market_column = found["columns"]
    assert DAY == found["quarters_without_price"]
    assert 3 * 3.9 == pytest.approx(was["import_eur"])
    assert 3 * 12 * 0.2 == pytest.approx(market_column["import_eur"])
    assert 3 * 3.9 - 3 * 12 * 0.2 == pytest.approx(market_column["saved_eur"])
    assert "market.json: flat" in found["notes"]
    assert any("96 of 384 quarters have no price" in note for note in found["notes"])


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "9" * 5_000], ids=["no end", "deep", "long"])
def test_a_contract_that_is_no_json_is_told(tmp_path: Path, text: str) -> None:
    """With the name of the file."""
    file = tmp_path / "mine.json"
    file.write_text(text)
    with pytest.raises(AskedError, match=r"--contract .*mine\.json: "):
        contract_of(str(file))


def test_the_dynamic_example_and_prices_of_a_file(tmp_path: Path) -> None:
    """The contract that comes along follows the day-ahead price; where none is stored a file brings it."""
    home = days(tmp_path)
    ended = program(home, "--contract", "dynamic")
    assert SLIP == ended.returncode
    assert "follows the day-ahead price, and none of October 2026 (5 to 8) is stored; --prices FILE" in ended.stderr
    rows = [f"{(MONDAY + n * QUARTER).isoformat()},100" for n in range(DAY * 5)]
    (home / "prices.csv").write_text("\n".join(["start,eur_mwh", *rows, ""]))
    found = told(home, "--contract", "dynamic", "--prices", str(home / "prices.csv"), "--to", "2026-10-08")
    energy = (0.108 + 0.01625) * 1.06 + 0.0554236 + 0.0503288 + 0.0020417 + 0.016112
    assert round(48 * energy, 4) == found["columns"][1]["import_eur"]
    assert any("1.625 + 0.108 x index" in note for note in found["notes"])


def test_your_own_battery_is_taken_out_first(tmp_path: Path) -> None:
    """Another battery stands in place of the one that there is; 0 is no battery at all."""
    home = days(tmp_path, parts=[Parts(start=MONDAY + 40 * QUARTER, load_wh=375, battery_wh=-250.0)])
    found = told(home, "--battery", "0", "--to", "2026-10-08")
    was, without = found["columns"]
    assert 250 == without["import_wh"] - was["import_wh"]
    assert -0.1 == pytest.approx(without["saved_eur"])
    assert "No battery would have cost € 0.10 more" in found["sentences"][0]


def charged(home: Path, *energies_wh: float) -> None:
    """An ev that knows one plug-in, from Tuesday 18:00 to Wednesday 7:00, with these quarters from its start on."""
    since, until = local("2026-10-06 18:00"), local("2026-10-07 07:00")
    quarters = [
        QuarterWh(charger="garage", start=since + n * QUARTER, energy_wh=wh) for n, wh in enumerate(energies_wh)
    ]
    session = Session(
        charger="garage", car="car_1", since=since, until=until, seen=until, split_at=until, energy_wh=sum(energies_wh)
    )
    path = home / "data" / "ev.db"
    EvStore.create(path, "now", Salvage(sessions=(session,), quarters=tuple(quarters)))
    settle(path)


def test_cars_that_wait_for_the_night(tmp_path: Path) -> None:
    """6 kWh at 18:00 at 0.40 and 4.5 kW; planned they cost 0.20, and the month peaks at its floor."""
    owned(tmp_path, PEAKS_COST)
    evening = [125] * 72 + [1125] * 6 + [125] * 18
    a_past(tmp_path, MONDAY, [*HALF_KW, *evening, *HALF_KW, *HALF_KW], tariffs=parse_rates(PEAKS_COST))
    charged(tmp_path, *[1000.0] * 6)
    was, planned = told(tmp_path, "--cars", "planned", "--to", "2026-10-08")["columns"]
    assert 6 * 0.2 == pytest.approx(was["import_eur"] - planned["import_eur"])
    assert ({"2026-10": 4500}, {"2026-10": 2500}) == (was["peaks_w"], planned["peaks_w"])
    assert 2 * 60 / 12 == pytest.approx(planned["saved_peak_eur"])
    was, naive = told(tmp_path, "--cars", "naive", "--to", "2026-10-08")["columns"]
    assert 0 == pytest.approx(naive["saved_eur"])  # they did charge at once
    assert SLIP == program(tmp_path, "--cars", "naive", "--to", "2026-10-05").returncode


SEEN = MONDAY + timedelta(days=3, hours=18)


def peaky(home: Path, *, seconds: bool = True) -> Path:
    """Thursday 18:00: 1 kW, an oven that cycles, a car from 18:05:10 on; 18:15 is the second highest."""
    watts = [1000 + 2800 * (n % 120 < 60) + 3680 * (n >= 310) for n in range(900)]
    average_w = sum(watts) / 900
    thursday = [125] * 72 + [round(average_w / 4), 700] + [125] * 22
    owned(home, PEAKS_COST)
    a_past(
        home,
        MONDAY,
        [*HALF_KW * 3, *thursday, *HALF_KW],
        tariffs=parse_rates(PEAKS_COST),
        traces=[Trace(month=OCTOBER, start=SEEN, peak_w=average_w, watts=tuple(watts))] if seconds else (),
        minutes=minutes_of(SEEN + QUARTER, [2800] * 15),
        above=[Above(start=SEEN, average_w=average_w, target_w=2500.0, cause=Cause.MAX)],
        parts=[Parts(start=SEEN, load_wh=600, cars_wh=3680 * 590 / 3600, battery_wh=100.0)],
    )
    return home


def test_a_peak_taken_apart(tmp_path: Path) -> None:
    """When, why, its picture, what ran, and what each way out would have saved."""
    text = printed(peaky(tmp_path), "--peaks", "--top", "2", PYTHONIOENCODING="utf-8")
    first, second = text.split("\n\n")[:2]
    assert first.startswith("Thu 08 Oct 2026 18:00–18:15  4.9")
    assert "above its target of 2.50 kW: max" in first
    assert "█" in first
    assert "2.80 kW 8 times from 18:00:00, 60 s each: probably a hob or an oven" in first
    assert "3.68 kW from 18:05:10, 10 min and longer: the car (0.60 kWh)" in first
    assert "without the car: 2.10 kW less, € 10.5" in first  # then 18:15 is the peak, at 2.8 kW
    assert "a battery that gives 0.53 kWh" in first
    assert "the battery took 0.40 kW on the mean" in first
    assert "its seconds are not kept" in second
    assert "number 2 of October" in second


def test_a_peak_on_a_plain_terminal(tmp_path: Path) -> None:
    """A terminal without blocks gets a picture all the same."""
    text = printed(peaky(tmp_path), "--peaks", PYTHONIOENCODING="ascii")
    assert text.isascii()
    assert "####" in text


def test_a_peak_without_its_seconds(tmp_path: Path) -> None:
    """An older month has only the quarter: that is said, and what is known still tells."""
    text = printed(peaky(tmp_path, seconds=False), "--peaks", "--top", "1", "--month", "2026-10")
    assert "how it went is not kept" in text
    assert "without the car: 2.10 kW less" in text


def test_a_peak_for_programs(tmp_path: Path) -> None:
    """The same as JSON."""
    found = told(peaky(tmp_path), "--peaks", "--top", "3")
    first, *rest = found["peaks"]
    assert (1, "max", 900) == (first["place"], first["cause"], len(first["watts"]))
    assert {"the car", "a hob or an oven"} == {one["what"] for one in first["ran"]}
    ways = {(one["kind"], one["what"]): one for one in first["ways"]}
    assert 2800 == ways["without", "the car"]["peak_w"]
    assert [2, 3] == [one["place"] for one in rest]
    (month,) = found["months"]
    assert ("2026-10", 2500, 2, 12.02) == (month["month"], month["line_w"], month["quarters_above"], month["saved_eur"])
    assert first["average_w"] - 2500 + 300 == pytest.approx(month["row_wh"] * 4, abs=4)  # both in a row


def test_a_peak_that_nobody_watched_is_the_meters(tmp_path: Path) -> None:
    """The meter tells 6 kW, the quarters only 4.9: what is known of them would have saved nothing."""
    home = days(tmp_path, *[125] * 72, 1100, rates=PEAKS_COST, peaks_w={OCTOBER: 6000.0})
    text = printed(home, "--peaks", "--top", "1")
    assert "would have saved nothing" in text
    assert "October 2026 peaked at 6.00 kW by the meter, in a quarter that nobody watched" in text
    assert "peaked at 6.00 kW in a quarter that is not among these" in printed(home, "--battery", "1")


def test_it_reads_while_the_meter_writes_and_writes_nothing(tmp_path: Path) -> None:
    """The meter's database is open; not a byte of it is another one after a replay."""
    home = peaky(tmp_path)
    path = home / "data" / "dm.db"
    with closing(Store.open(path)):
        before = sha256(path.read_bytes()).hexdigest()
        assert "as it was" in printed(home)
        assert "Thu 08 Oct" in printed(home, "--peaks")
        assert before == sha256(path.read_bytes()).hexdigest()


def test_the_demo_has_a_past_too(tmp_path: Path) -> None:
    """--demo reads the home of the simulated house."""
    assert "October 2026" in printed(days(tmp_path), "--demo")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--month", "2026-09"], "September 2026: nothing of it is stored; there is 2026-10-05 to 2026-10-08"),
        (["--month", "2026-10", "--to", "2026-10-07"], "--month and --from or --to: one or the other"),
        (["--from", "2026-10-07", "--to", "2026-10-06"], "--to 2026-10-06 is before --from 2026-10-07"),
        (["--contract", "nowhere"], "--contract nowhere: is no file, and no example; there are dynamic, "),
        (["--cars", "planned"], "ev.db: is not there yet; it comes with the first start of ev_app.py"),
        (["--prices", "nowhere.csv"], "--prices nowhere.csv cannot be read: No such file or directory"),
        (["--month", "october"], "october is no month: write it as 2026-10"),
        (["--battery", "-1"], "-1 is no size in kWh: take 0 to 1000"),
        (["--top", "0"], "0 is no number of quarters: take 1 to 100"),
    ],
)
def test_a_slip_is_one_sentence(tmp_path: Path, options: Sequence[str], said: str) -> None:
    """What cannot be answered is told, with what can."""
    ended = program(days(tmp_path), *options)
    assert SLIP == ended.returncode
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_home_without_a_past(tmp_path: Path) -> None:
    """No database, an empty one, and one that is damaged."""
    owned(tmp_path, RATES)
    assert "dm.db: is not there yet; it comes with the first reading of the meter" in program(tmp_path).stderr
    path = tmp_path / "data" / "dm.db"
    path.parent.mkdir()
    Store.create(path, "now")
    settle(path)
    assert f"replay: {path}: nothing was counted yet\n" == program(tmp_path).stderr
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    ended = program(tmp_path, "--peaks")
    assert (SLIP, True) == (ended.returncode, "is damaged" in ended.stderr)
