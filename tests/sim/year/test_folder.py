"""A folder of homes is read whole and exactly, or refused with the file, the line and what to do."""

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.sim.year.folder import homes
from lib.sim.year.home import BatterySpec, CarSpec, Home
from lib.sim.year.table import HomesError
from tests.conftest import folders, local

OWN = folders()[0] / "homes"
CORNER_LOAD = "loads/houses.csv.gz"
FOLDERS = [folder / "homes" for folder in folders() if (folder / "homes").is_dir()]


def read(path: Path) -> str:
    """The text of a file, packed or not."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()


def write(path: Path, text: str) -> None:
    """A file again, packed as its name says."""
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of our own folder, to spoil."""
    return Path(shutil.copytree(OWN, tmp_path / "homes"))


def change(folder: Path, what: Callable[[Any], object]) -> None:
    """Change what homes.json holds."""
    found = json.loads(read(folder / "homes.json"))
    what(found)
    write(folder / "homes.json", json.dumps(found))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a piece of a file that is there once."""
    text = read(folder / name)
    assert text.count(old) == 1
    write(folder / name, text.replace(old, new))


def inputs(home: Home) -> list[str]:
    """A home as the table of inputs shows it."""
    away = sum((min(home.end, trip.returns) - max(home.start, trip.departs)) / QUARTER for trip in home.journeys)
    sun_kwh = sum(home.sun_w) / 4000
    driven_kwh = sum(trip.energy_wh for trip in home.journeys if trip.returns < home.end) / 1000
    return [
        home.name,
        str(home.quarters),
        f"{sum(home.load_wh) / 1000:.3f}",
        f"{sun_kwh:.3f}" if sun_kwh else "0",
        f"{driven_kwh:.2f} ({len(home.journeys)})" if driven_kwh else "0 (0)",
        f"{100 - 100 * away / home.quarters:.1f} %",
        f"{sum(home.index) / home.quarters:.2f}",
        f"{4 * max(home.load_wh) / 1000:.3f}",
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_what_is_read_agrees_with_the_table_of_inputs(folder: Path) -> None:
    """Sums and peaks of each home are those that headroom.md of the folder tells; plugged in it is to two quarters."""
    text = read(folder / "headroom.md").split("## Inputs, to check a loader")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    those = homes(folder).values()
    found = [inputs(home) for home in those]
    assert {0} == {at.astimezone(BRUSSELS).hour for home in those for at in (home.start, home.end)}
    plugged = [[float(row.pop(5).removesuffix("%")) for row in table] for table in (rows[2:], found)]
    assert rows[2:] == found
    assert plugged[0] == pytest.approx(plugged[1], abs=0.11)


def test_a_home_has_its_own_part_of_the_files() -> None:
    """The period, the roofs together, the car, the battery and the trips in the period; prices of an hour hold."""
    corner, attic = homes(OWN).values()
    assert local("2026-03-28 00:00") == corner.start
    assert CarSpec(name="van", capacity_wh=52_000, charger_w=7_400, phases=1) == corner.car
    assert BatterySpec(capacity_wh=8_000, power_w=4_000, way=0.94, start_wh=3_000) == corner.battery
    assert [local("2026-03-28 09:30"), local("2026-03-29 14:00")] == [trip.departs for trip in corner.journeys[:2]]
    assert corner.index[:188] == attic.index
    assert all(len(set(attic.index[hour : hour + 4])) == 1 for hour in range(0, 188, 4))
    assert len(set(corner.index[188:192])) == 4
    assert (None, (), {0.0}) == (attic.car, attic.journeys, {*attic.sun_w, *attic.sun_foreseen_w})


def test_without_a_forecast_the_sun_of_two_days_before_is_foreseen(folder: Path) -> None:
    """Nearer days are not over yet when a strategy looks two days ahead; before there are two days, nothing is."""
    with_forecast = homes(folder)["corner"]
    change(folder, lambda found: found["files"].pop("pv_forecast"))
    without = homes(folder)["corner"]
    assert replace(with_forecast, sun_foreseen_w=()) == replace(without, sun_foreseen_w=())
    assert [0.0] * 192 + list(without.sun_w[:92]) == without.sun_foreseen_w


def test_a_trip_under_way_at_the_end_of_the_period_counts(folder: Path) -> None:
    """And one that is over, or not begun yet, does not."""
    change(folder, lambda found: found["homes"]["corner"].update(period=["2026-03-29", "2026-03-29"]))
    assert [local("2026-03-29 14:00")] == [trip.departs for trip in homes(folder)["corner"].journeys]


def test_who_drives_farther_than_the_car_holds_charges_the_rest_on_the_way(folder: Path) -> None:
    """It comes home empty, and what it took elsewhere is no matter of the home."""
    spoil(folder, "trips.csv", "11:15Z,7.4", "11:15Z,52.5")
    assert 52_000.0 == max(trip.energy_wh for trip in homes(folder)["corner"].journeys)


def test_only_the_homes_that_are_named_must_be_whole(folder: Path) -> None:
    """A slip in another one is not in the way."""
    change(folder, lambda found: found["homes"]["attic"].update(load="nowhere"))
    assert homes(OWN, ["corner"]) == homes(folder, ["corner"])
    with pytest.raises(HomesError, match=r"--home S9: there is none; take corner, attic"):
        homes(folder, ["corner", "S9"])


def test_a_file_may_be_plain_or_packed_and_written_by_a_spreadsheet(folder: Path) -> None:
    """A byte order mark, line ends of Windows and a blank last line change nothing."""
    text = read(folder / CORNER_LOAD).replace("\n", "\r\n")
    (folder / "plain.csv").write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n")
    change(folder, lambda found: found["files"].update(load="plain.csv"))
    assert homes(OWN) == homes(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (CORNER_LOAD, "2026-03-28T07:15Z,", "2026-03-28T07:15Z,,", "line 35: has 4 cells where the header has 3"),
        (CORNER_LOAD, "t_utc,corner,", "t_utc,korner,", "line 1: has the column corner not; it has t_utc, korner"),
        (CORNER_LOAD, "t_utc,corner,attic", "t_utc,corner,corner", "line 1: has the column corner twice"),
        ("roofs/made.csv", "2026-03-27T23:15Z,0,", "2026-03-27T23:15Z,,", "line 3, column morning: '' is empty"),
        ("roofs/made.csv", "2026-03-27T23:15Z,0,", "2026-03-27T23:15Z,nan,", "line 3, column morning: 'nan' is no num"),
        ("roofs/made.csv", "2026-03-27T23:15Z,0,", "2026-03-27T23:15Z,-7,", "line 3, column morning: '-7' is below 0"),
        ("roofs/made.csv", "2026-03-28T00:00Z,0,0\n", "", "line 6, column t_utc: '2026-03-28T00:15Z' leaves a hole"),
        ("roofs/made.csv", "2026-03-28T00:00Z", "2026-03-27T23:45Z", "'2026-03-27T23:45Z' is there twice"),
        ("roofs/made.csv", "2026-03-28T00:00Z", "2026-03-27T22:45Z", "'2026-03-27T22:45Z' runs back"),
        ("roofs/made.csv", "2026-03-28T00:00Z", "28/03/2026 00:00", "'28/03/2026 00:00' is no time in UTC"),
        ("roofs/made.csv", "2026-03-28T00:00Z", "2026-3-28T00:00Z", "is not written in full; write 2026-03-28T00:00Z"),
        ("roofs/made.csv", "2026-03-27T23:00Z,0,0\n", "", "holds 2026-03-27T23:15Z to 2026-03-30T22:00Z where"),
        ("prices/hours.csv", "2026-03-28T23:00Z", "2026-03-28T22:15Z", "begins a finer step"),
        ("prices/hours.csv", "2026-03-28T00:00Z", "2026-03-27T23:30Z", "is 0:30:00 after the line before"),
        ("trips.csv", "11:15Z,7.4", "08:15Z,7.4", "column return_utc: '2026-03-28T08:15Z' is not after it depa"),
        ("trips.csv", "11:15Z,7.4", "11:20Z,7.4", "'2026-03-28T11:20Z' is not on a whole quarter; round it up"),
        ("trips.csv", "28T11:15Z,7.4", "29T12:15Z,7.4", "line 4, column depart_utc: '2026-03-29T12:00Z' is before the"),
        ("homes.json", '"schema": 1', '"schema": 2', "schema: 2 is not known; this program reads schema 1"),
        ("homes.json", '"schema": 1', '"schema": 1 1', "cannot be read as JSON"),
        ("homes.json", "Europe/Brussels", "Europe/London", 'timezone: "Europe/London" is no time zone that is'),
        ("homes.json", '"load": "corner",', "", "homes corner load: is missing; a home has a load"),
        ("homes.json", '"id": "van"', '"id": "cab"', "trips.csv: holds no trip of the car cab"),
        ("homes.json", '"phases": 1', '"phases": 2', "car phases: 2 is neither 1 nor 3"),
        ("homes.json", '"phases": 1', '"phases": [1]', "car phases: [1] is neither 1 nor 3"),
        ("homes.json", '7.4, "phases": 1', '3.7, "phases": 3', "3.7 is no number from 4.14 to"),
        ("homes.json", '"kwh": 52', '"kwh": "52"', 'car kwh: "52" is no number from 1 to 300'),
        ("homes.json", '["morning", 2.5]', '["morning"]', "is no list of roofs"),
        ("homes.json", '"trips": "trips.csv"', '"trip": "trips.csv"', "files trips: is missing; name the file"),
        ("homes.json", '"trips.csv"', '"journeys.csv"', "journeys.csv: is not there; correct its path"),
        ("homes.json", '["2026-03-28", "2026-03-30"]', '["2026-03-30", "2026-03-28"]', "is no period; write its first"),
        ("homes.json", '"2026-03-28", "2026-03-30"', '"2026-03-28", "9999-12-31"', "is no period; write its first"),
        ("homes.json", '"2026-03-30"', '"2026-03-31"', "made.csv: holds 2026-03-27T23:00Z to 2026-03-30T22:00Z"),
        ("homes.json", '"prices/quarters.csv", ', "", "prices: [\"prices/hours.csv\"] hold none at 2026-03-29T22:00Z"),
        ("homes.json", '"prices/quarters.csv", ', '"trips.csv", ', "trips.csv line 1: has the column t_utc not"),
        ("homes.json", '"loads/houses.csv.gz"', '"prices/hours.csv"', "hour after the line before; here each"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(folder: Path, name: str, old: str, new: str, said: str) -> None:
    """One sentence names the file, and in it what is to be corrected."""
    spoil(folder, name, old, new)
    with pytest.raises(HomesError) as caught:
        homes(folder)
    assert said in str(caught.value)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_prices_that_two_files_hold_are_refused(folder: Path) -> None:
    """Nobody could say which of them is meant."""
    more = read(folder / "prices" / "quarters.csv").replace(
        "2026-03-29T22:00Z,", "2026-03-29T21:45Z,5\n2026-03-29T22:00Z,"
    )
    write(folder / "prices" / "late.csv", more)
    change(folder, lambda found: found["files"]["prices"].append("prices/late.csv"))
    with pytest.raises(HomesError, match=r"late.csv: holds prices of 2026-03-29T22:00Z, as another file does"):
        homes(folder)


def test_prices_of_quarters_count_where_another_file_tells_the_hour(folder: Path) -> None:
    """The market told hours first and quarters later; both files may be kept."""
    write(folder / "prices" / "late.csv", "t_utc,eur_mwh\n2026-03-28T10:15Z,-4\n2026-03-28T10:30Z,-5\n")
    change(folder, lambda found: found["files"]["prices"].append("prices/late.csv"))
    before, after = homes(OWN)["corner"], homes(folder)["corner"]
    first = before.quarter(local("2026-03-28 11:15"))
    assert [*before.index[:first], -4.0, -5.0, *before.index[first + 2 :]] == after.index


def test_a_broken_package_is_said(folder: Path) -> None:
    """Half a download is no reason for a traceback."""
    for kept in (9, 200):
        (folder / CORNER_LOAD).write_bytes((OWN / CORNER_LOAD).read_bytes()[:kept])
        with pytest.raises(HomesError, match=r"houses.csv.gz: is no whole gzip file .*; pack it anew"):
            homes(folder)
    (folder / CORNER_LOAD).write_bytes(b"t_utc,corner")
    with pytest.raises(HomesError, match=r"houses.csv.gz: "):
        homes(folder)


def test_a_path_that_can_be_none_is_said(folder: Path) -> None:
    """A zero byte in it never reaches the disk."""
    change(folder, lambda found: found["files"].update(load="loads/\x00.csv"))
    with pytest.raises(HomesError, match=r"cannot be read .*; correct its path in homes.json"):
        homes(folder)


def test_a_description_without_end_is_said(tmp_path: Path) -> None:
    """Lists in lists, deeper than anybody writes them."""
    write(tmp_path / "homes.json", "[" * 100_000)
    with pytest.raises(HomesError, match=r"homes.json: cannot be read as JSON"):
        homes(tmp_path)


def test_a_year_that_nobody_lives_is_said(folder: Path) -> None:
    """Times beyond what a calendar holds."""
    write(folder / "prices" / "late.csv", "t_utc,eur_mwh\n9999-12-31T22:00Z,1\n9999-12-31T23:00Z,1\n")
    change(folder, lambda found: found["files"]["prices"].append("prices/late.csv"))
    with pytest.raises(HomesError, match=r"is no time from 1990 to 2100; correct its year"):
        homes(folder)


def test_a_file_that_no_memory_holds_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small package may hold gigabytes."""
    monkeypatch.setattr("lib.sim.year.table.MOST_BYTES", 1_000)
    with pytest.raises(HomesError, match=r": holds more than 0 MB; keep the columns"):
        homes(folder)


def test_a_folder_without_homes_is_said(tmp_path: Path) -> None:
    """The sentence tells what a folder must hold."""
    with pytest.raises(HomesError, match=r"homes.json: is not there; name a folder that holds homes.json"):
        homes(tmp_path)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_broken_is_read_or_refused(folder: Path, data: st.DataObject) -> None:
    """A byte that changes anywhere never ends in anything but homes or one sentence."""
    name = data.draw(st.sampled_from(["homes.json", "trips.csv", "roofs/made.csv", "prices/hours.csv"]))
    raw = (OWN / name).read_bytes()
    place = data.draw(st.integers(0, len(raw) - 1))
    cut = raw[:place] + data.draw(st.binary(max_size=3)) + raw[place + data.draw(st.integers(0, 30)) :]
    (folder / name).write_bytes(cut)
    said = ""
    try:
        for home in homes(folder).values():
            assert len(home.load_wh) == len(home.sun_w) == len(home.index)
    except HomesError as error:
        said = str(error)
    (folder / name).write_bytes(raw)
    assert "\n" not in said
