"""The tables of a year: each figure as a person reads it."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from lib.sim.year.folder import homes
from lib.sim.year.live import Frame
from lib.sim.year.runs import Run, outcome
from lib.sim.year.standings import print_standings
from tests.sim.year.programs import HOMES


def test_what_is_almost_nothing_has_no_sign() -> None:
    """Whoever ends a tenth of a cent better off than it began ends as it began."""
    home = homes(HOMES)["corner"].first(1)
    found = outcome(Run(home=home, tariff="dynamic", strategy="naive", frame=Frame(battery=False), key="0" * 32))
    assert found
    console = Console(width=80, file=StringIO())
    print_standings([replace(found.score, end_eur=-0.001, injection_eur=0.001)], console)
    assert isinstance(console.file, StringIO)
    assert "-0.00" not in console.file.getvalue()
