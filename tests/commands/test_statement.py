"""`--sessions 2026-11`: what the cars charged in a month, for people, spreadsheets and programs."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lib.commands import SLIP, statement
from lib.core.sessions import GUEST, Session
from lib.core.sessions import statement as whole_of
from lib.store.ev_standing import Standing
from tests.conftest import local
from tests.programs.program import ROOT
from tests.store.ev_builders import lived, recorder_in
from tests.waiting import LIMIT_S

NOVEMBER = date(2026, 11, 1)
TEXT = """\
November 2026

car_1
  from         to           charger        kWh     sun  battery    grid        €
  31-10 18:02  01-11 07:10  garage       21.34    5.00     1.00   15.34     5.42
  03-11 17:30  04-11 06:00  garage       10.01    0.00     0.00   10.01     3.00
  07-11 12:00  07-11 16:00  drive         4.00    4.00     0.00    0.00        ?
  3 sessions: 35.35 kWh (sun 9.00, battery 1.00, grid 25.35)
  of the grid's, 2.50 kWh were charged while nobody saw from where
  cost: € 8.42, 0.2687 €/kWh on the mean
  without 4.00 kWh in sessions marked ?, of which a price is not known
  they raised the month's peak by 0.40 kW: € 17.20 over 12 bills
  paid back: € 12.37 at 0.3500 €/kWh

unknown car
  from         to           charger        kWh     sun  battery    grid        €
  05-11 20:00  05-11 21:00  garage        3.00    0.00     0.00    3.00     0.90
  1 session: 3.00 kWh (sun 0.00, battery 0.00, grid 3.00)
  cost: € 0.90, 0.3000 €/kWh on the mean
  paid back: € 1.05 at 0.3500 €/kWh
"""


def a_session(start: str, end: str, *, charger: str = "garage", car: str = "car_1", **said: float) -> Session:
    """A session by local times."""
    since, until = local(f"2026-{start}"), local(f"2026-{end}")
    usual = {"energy_wh": sum(said.get(name, 0.0) for name in ("sun_wh", "battery_wh", "grid_wh"))}
    known = Session(charger=charger, car=car, since=since, until=until, seen=until, split_at=until)
    return replace(known, **(usual | said))  # type: ignore[arg-type]  # all of them are numbers


MONTH = (
    a_session(
        *("10-31 18:02", "11-01 07:10"),
        sun_wh=5_000,
        battery_wh=1_000,
        grid_wh=15_339.4,
        unseen_wh=2_500,
        priced_eur=5.4215,
        peak_w=400,
        peak_eur=17.2,
        soc_from_pct=41.2,
    ),
    a_session("11-03 17:30", "11-04 06:00", grid_wh=10_010, priced_eur=3.003),
    a_session("11-05 20:00", "11-05 21:00", grid_wh=3_000, priced_eur=0.9, car=GUEST),
    a_session("11-07 12:00", "11-07 16:00", sun_wh=4_000, unpriced_wh=4_000, charger="drive"),
    a_session("11-30 18:00", "12-01 06:00", grid_wh=9_000, priced_eur=2.7),
)


async def printed(home: Path, form: str = "text", car: str | None = None, eur_kwh: float | None = 0.35) -> str:
    """What it prints of November."""
    await lived(home, Standing(), MONTH)
    out = io.StringIO()
    assert 0 == statement.run(home / "data" / "ev.db", NOVEMBER, car, form, eur_kwh, out)
    return out.getvalue()


async def test_people_read_a_table_and_sentences(tmp_path: Path) -> None:
    """By car, in 80 columns; what is not known has no 0."""
    said = await printed(tmp_path)
    assert TEXT == said
    assert max(len(line) for line in said.splitlines()) <= 80


async def test_a_spreadsheet_adds_up_to_the_sums(tmp_path: Path) -> None:
    """To the cent: an employer adds the lines and finds the sum."""
    lines = list(csv.DictReader(io.StringIO(await printed(tmp_path, "csv"))))
    assert ["car_1", "car_1", GUEST, "car_1"] == [line["car"] for line in lines]
    mine = [line for line in lines if line["car"] == "car_1"]
    assert Decimal("12.37") == sum(Decimal(line["paid back (EUR)"]) for line in mine)
    assert Decimal("8.42") == sum(Decimal(line["cost (EUR)"] or "0") for line in mine)
    assert ("", "4000") == (mine[2]["cost (EUR)"], mine[2]["without a price (Wh)"])
    first = mine[0]
    assert ("2026-10-31 18:02:00+01:00", "2026-10-31 17:02:00") == (first["from (Brussels)"], first["from (UTC)"])
    assert ("21339", "15339", "2500", "41", "") == (
        first["energy (Wh)"],
        first["grid (Wh)"],
        first["of it unseen (Wh)"],
        first["from (%)"],
        first["to (%)"],
    )


def test_chargers_are_told_apart_by_their_whole_names() -> None:
    """The column is as wide as the longest."""
    days = ("11-05 20:00", "11-05 21:00"), ("11-06 20:00", "11-06 21:00")
    found = [a_session(*day, charger=f"charger_0{at}", grid_wh=3_000) for at, day in enumerate(days)]
    head, *lines = statement.as_text(whole_of(found, NOVEMBER)).splitlines()[3:6]
    assert "  charger_00      3.00" in lines[0]
    assert "  charger_01      3.00" in lines[1]
    assert 1 == len({len(line) for line in (head, *lines)})


async def test_a_program_reads_json(tmp_path: Path) -> None:
    """What is not known is null, and without a tariff nothing is paid back."""
    found = json.loads(await printed(tmp_path, "json", eur_kwh=None))
    mine, guest = found["cars"]
    assert ("2026-11", None, 4) == (found["month"], found["refund_eur_kwh"], len(found["sessions"]))
    assert ("car_1", 3, 35_349, None, None, 17.2) == tuple(
        mine[name] for name in ("car", "sessions", "energy_wh", "eur", "refund_eur", "peak_eur")
    )
    assert (0.9, 0.3) == (guest["eur"], guest["eur_kwh"])
    assert "2026-10-31T17:02:00+00:00" == found["sessions"][0]["since"]


async def test_one_car_alone(tmp_path: Path) -> None:
    """An employer is told of his car only."""
    lines = (await printed(tmp_path, "csv", car="car_1")).splitlines()
    assert 4 == len(lines)


async def test_it_works_while_ev_runs(tmp_path: Path) -> None:
    """The database is open and written."""
    recorder, _, _ = recorder_in(tmp_path)
    recorder.take(Standing(), MONTH)
    await recorder.commit()
    out = io.StringIO()
    assert 0 == statement.run(tmp_path / "data" / "ev.db", NOVEMBER, None, "text", 0.35, out)
    assert TEXT == out.getvalue()
    await recorder.close()


async def test_slips_are_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what is wrong, and ends with the code of a slip."""
    path = tmp_path / "data" / "ev.db"

    def slip(month: date = NOVEMBER, car: str | None = None, form: str = "text", eur_kwh: float | None = None) -> str:
        assert SLIP == statement.run(path, month, car, form, eur_kwh)
        captured = capsys.readouterr()
        assert "" == captured.out
        return captured.err

    assert "it comes with the first start of ev_app.py" in slip()
    await lived(tmp_path, Standing(), MONTH)
    assert "ev: --as xls: allowed is text, csv, json\n" == slip(form="xls")
    assert "0 or more" in slip(eur_kwh=-0.1)
    assert "0 or more" in slip(eur_kwh=float("nan"))
    assert "ev: no car charged anything in September 2026\n" == slip(month=date(2026, 9, 1))
    assert "ev: car_9 charged nothing in November 2026; car_1, unknown car did\n" == slip(car="car_9")
    path.write_bytes(b"no database at all, but long enough to be read")
    assert "is damaged" in slip()


async def test_a_full_disk_under_it_is_a_sentence(tmp_path: Path) -> None:
    """And a reader that has seen enough is no fault."""
    await lived(tmp_path, Standing(), MONTH)
    full = os.open("/dev/full", os.O_WRONLY)
    with as_process(tmp_path, full) as asked:
        os.close(full)
        _, told = asked.communicate(timeout=LIMIT_S)
    assert (SLIP, "ev: the sessions cannot be written: No space left on device\n") == (asked.returncode, told)
    with as_process(tmp_path, subprocess.PIPE) as asked:
        assert asked.stdout
        asked.stdout.close()
        _, told = asked.communicate(timeout=LIMIT_S)
    assert (0, "") == (asked.returncode, told)


def as_process(home: Path, out: int) -> "subprocess.Popen[str]":
    """The command in a process of its own."""
    code = "import sys; from datetime import date; from pathlib import Path; from lib.commands import statement;"
    code += "sys.exit(statement.run(Path(sys.argv[1]), date(2026, 11, 1), None, 'text', None))"
    command = [sys.executable, "-c", code, str(home / "data" / "ev.db")]
    return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, text=True)
