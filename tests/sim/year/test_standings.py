"""The tables of a year: each figure as a person reads it."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from lib.sim.year.folder import homes
from lib.sim.year.live import Frame
from lib.sim.year.report import eur
from lib.sim.year.runs import Run, outcome
from lib.sim.year.score import Score
from lib.sim.year.standings import print_standings
from tests.sim.year.programs import HOMES


@pytest.fixture(scope="module")
def naive() -> Score:
    """A day without a battery."""
    home = homes(HOMES)["corner"].first(1)
    found = outcome(Run(home=home, tariff="dynamic", strategy="naive", frame=Frame(battery=False), key="0" * 32))
    assert found
    return found.score


def printed(score: Score) -> str:
    """Its table."""
    console = Console(width=80, file=StringIO())
    print_standings([score], console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_what_is_almost_nothing_has_no_sign(naive: Score) -> None:
    """Whoever ends a tenth of a cent better off than it began ends as it began."""
    assert "-0.00" not in printed(replace(naive, end_eur=-0.001, injection_eur=0.001))


def test_several_months_have_their_peaks_below_the_mean(naive: Score) -> None:
    """One month's is in the table."""
    assert "month peaks" not in printed(naive)
    assert "naive, month peaks kW: 2.50 4.06 3.10" in printed(replace(naive, month_peaks_kw=(2.5, 4.061, 3.1)))


def test_a_few_days_are_said_to_say_little(naive: Score) -> None:
    """A month tells; its euro are whole on the page, those of a few days have their cents."""
    assert "whole months tell" in " ".join(printed(naive).split())
    month = replace(naive, quarters=28 * 96)
    assert "whole months tell" not in " ".join(printed(month).split())
    assert ("9.35", "0.00", "9") == (eur(9.3456, naive), eur(-0.001, naive), eur(9.3456, month))
