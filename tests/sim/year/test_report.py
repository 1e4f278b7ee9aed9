"""The page of a year: whole, harmless, and readable on a desk and on a phone, in a real browser."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lib.sim.year.chart import Curve, Part, bar, plot
from lib.sim.year.contract import contract
from lib.sim.year.course import Course, Row
from lib.sim.year.folder import homes
from lib.sim.year.home import Home
from lib.sim.year.keep import Keep
from lib.sim.year.live import Frame
from lib.sim.year.report import page
from lib.sim.year.results import Result
from lib.sim.year.runs import Run, outcome
from lib.sim.year.strategies import LIMIT
from lib.sim.year.weeks import paid_w, typical
from tests.sim.year.programs import HOMES

EVIL = '<script>alert("x")</script> & Sons'
NEVER_CLOSED = {"meta", "rect", "path"}


@pytest.fixture(scope="module")
def home() -> Home:
    """Two days of a home with a name that nobody should trust."""
    return replace(homes(HOMES)["corner"].first(2), name=EVIL)


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Where the results are kept."""
    return Keep(tmp_path / "kept")


@pytest.fixture
def told(home: Home, keep: Keep) -> list[Result]:
    """What two strategies come to, of which one takes the part of the limit."""
    results = list[Result]()
    naive, cap = (
        Run(home=home, tariff="dynamic", strategy=name, frame=Frame(battery=False), key=f"{n:032x}")
        for n, name in enumerate(("naive", "cap"))
    )
    scores = []
    for run in (naive, cap):
        found = outcome(run)
        assert found
        keep.put(run.key, *found)
        scores.append(found.score)
    for run, score, share in zip((naive, cap), scores, (0.0, 0.7), strict=True):
        results.append(Result(run, replace(score, headroom_share=share), scores[0], scores[1]))
    return results


@pytest.fixture
def written(told: list[Result], keep: Keep, tmp_path: Path) -> Path:
    """A page of them."""
    path = tmp_path / "page.html"
    path.write_text(page(told, keep), "utf-8")
    return path


class Tags(HTMLParser):
    """Every element is closed, and none asks for anything from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.seen.add(tag)
        assert not {"src", "href", "onload", "onclick"} & {name for name, _ in attrs}
        if tag not in NEVER_CLOSED:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag not in NEVER_CLOSED:
            assert tag == self.open.pop()


def test_faults_alone_are_shown(told: list[Result], keep: Keep) -> None:
    """The limit knows no faults, so it is clean in any case; that is no reason to show it alone."""
    faulty = [
        one if one.score.strategy == LIMIT else one._replace(score=replace(one.score, conditions="sun_half"))
        for one in (*told, told[-1]._replace(score=replace(told[-1].score, strategy=LIMIT)))
    ]
    shown = page(faulty, keep)
    assert all(shown.count(f">{name} · sun_half<") >= 3 for name in ("naive", "cap"))


def test_who_lost_more_than_he_saved_has_no_bar(told: list[Result], keep: Keep) -> None:
    """One who lets trips go saves energy, and pays far more in public."""
    one = told[-1]
    lost = replace(one.score, energy_eur=0.0, short_eur=1_000.0, bill_eur=1_000.0)
    shown = page([told[0], one._replace(score=lost)], keep)
    went = shown[shown.index("Where the euros went") :]
    drawn = re.findall(r'<span title="(\w+)">.*?</svg>', went)
    assert ["naive", "cap"] == drawn[:2]
    [cap] = re.findall(r'<span title="cap">.*?</svg>', went)[:1]
    assert 'class="left"' in cap
    assert not {'class="energy"', 'class="capacity"', 'class="rest"'} & set(re.findall(r'class="\w+"', cap))


def test_each_home_has_its_own_period(told: list[Result], keep: Keep) -> None:
    """A period of which two homes do not agree is said with their names."""
    one = told[0]
    later = replace(one.run.home, name="later", start=one.run.home.start + timedelta(days=366))
    other = one._replace(run=replace(one.run, home=later), score=replace(one.score, home="later"))
    [alone] = re.findall(r"From \d[^<]*", page(told, keep))
    assert "2 days." in alone
    assert ":" not in alone
    first, second = re.findall(r"From \d[^<]*", page([*told, other], keep))
    assert second.endswith("2 days: later.")
    assert first.split(",")[0] != second.split(",")[0]


def test_the_page_needs_nothing_else(written: Path) -> None:
    """No script, no address; what is opened is closed, and an evil name is only text."""
    text, tags = written.read_text("utf-8"), Tags()
    tags.feed(text)
    assert [] == tags.open
    assert "script" not in tags.seen
    assert not re.search(r"https?://|url\(|@import", text)
    assert "&lt;script&gt;" in text


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no browser to look with")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("width", [500, 1200])
def test_it_fits_its_window(written: Path, width: int, tmp_path: Path) -> None:
    """Neither on a phone nor on a desk it is wider than what it is shown in."""
    probe = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth</script></body>"
    written.write_text(written.read_text("utf-8").replace("</body>", probe), "utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'browser'}")
    done = subprocess.run(
        ["chromium", *options, f"--window-size={width},900", "--dump-dom", written.as_uri()],
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    found = re.search(r"<title>(\d+) of (\d+)</title>", done.stdout)
    assert found
    assert int(found[1]) <= int(found[2])


def test_a_curve_reaches_from_edge_to_edge() -> None:
    """Steps hold until the next one, what is unknown leaves a gap, and an area comes back to 0."""
    shown = plot([Curve("load", [1.0, 1.0, None, 3.0], is_area=True)], "a test", unit=" kW")
    [path] = re.findall(r'<path class="load" d="([^"]*)"', shown)
    assert "M0 200V133H500V200M750 200V0H1000V200" == path
    assert ["3 kW", "2", "1", "0"] == re.findall(r"%\">([^<]*)</span>", shown)[::-1]


def test_a_bar_stays_within_its_frame() -> None:
    """What is more than the whole ends with it."""
    shown = bar([Part("energy", 0.0, 5.0)], 4.0, "<more>")
    assert 'width="1000.0"' in shown
    assert 'aria-label="&lt;more&gt;"' in shown


def test_the_paid_peak_rises_within_a_month_alone() -> None:
    """It is what was paid before the quarter began, at least the floor, and starts anew with a month."""
    home = homes(HOMES)["corner"]
    course = Course()
    for imported_wh in (100.0, 900.0, 800.0, 1000.0):
        course.add(Row(imported_wh, *(0.0,) * 8))
    assert [2500.0, 2500.0, 3600.0, 3600.0] == paid_w(course, home, contract("dynamic"))


def test_a_short_period_shows_its_first_days() -> None:
    """There is no winter and no summer in it."""
    home = homes(HOMES)["corner"]
    [week] = typical(home)
    assert (0, home.quarters) == (week.first, week.until)
    assert "The first days, from 28 March 2026" == week.title
