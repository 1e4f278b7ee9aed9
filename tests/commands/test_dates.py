"""Days and months on a command line."""

from argparse import ArgumentTypeError
from datetime import date
from types import ModuleType

import pytest

from lib.commands import SLIP, arguments, dates, ev_arguments


def test_a_day_and_a_month_are_read_as_they_are_written() -> None:
    """A month is its first day."""
    assert (date(2026, 11, 20), date(2026, 11, 1)) == (dates.day("2026-11-20"), dates.month("2026-11"))
    assert (date(2000, 1, 1), date(2099, 12, 1)) == (dates.day("2000-01-01"), dates.month("2099-12"))


@pytest.mark.parametrize("text", ["october", "2026-13", "2026-02-30", ""])
def test_what_is_none_gets_a_sentence(text: str) -> None:
    """With how it is written."""
    with pytest.raises(ArgumentTypeError, match=r"is no day: write it as 2026-11-20"):
        dates.day(text)
    with pytest.raises(ArgumentTypeError, match=r"is no month: write it as 2026-10"):
        dates.month(text)


@pytest.mark.parametrize(
    ("program", "line", "said"),
    [
        (arguments, "--bill 9999-12", "9999-12 is in the year 9999: take 2000 to 2099"),
        (ev_arguments, "--sessions 9999-12", "9999-12 is in the year 9999: take 2000 to 2099"),
        (ev_arguments, "--quarters 9999-12", "9999-12 is in the year 9999: take 2000 to 2099"),
        (arguments, "--export csv --to 9999-12-31", "9999-12-31 is in the year 9999: take 2000 to 2099"),
        (arguments, "--export csv --from 0001-01-01", "0001-01-01 is in the year 1: take 2000 to 2099"),
    ],
)
def test_the_ends_of_the_calendar_are_a_slip_of_the_owner(
    program: ModuleType, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The day after the last one is none, which ended in a stack trace."""
    with pytest.raises(SystemExit) as ended:
        program.parser().parse_args(line.split())
    assert SLIP == ended.value.code
    assert said in capsys.readouterr().err
