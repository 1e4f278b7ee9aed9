"""Options that mean something only beside another one: typed alone they start nothing."""

from types import ModuleType

import pytest

from lib.commands import arguments, ev_arguments
from lib.settings import SettingsError


@pytest.mark.parametrize(
    ("of", "line", "why"),
    [
        (arguments, "--from 2026-01-01", "--from goes with --export"),
        (arguments, "--bill 2026-01 --to 2026-01-02", "--to goes with --export"),
        (arguments, "--no-crc", "--no-crc goes with --decode"),
        (ev_arguments, "--as csv", "--as goes with --sessions or --quarters"),
        (ev_arguments, "--car van", "--car goes with --sessions"),
        (ev_arguments, "--quarters 2026-01 --eur-kwh 0.3", "--eur-kwh goes with --sessions"),
    ],
)
def test_an_option_that_is_typed_alone_says_what_it_goes_with(of: ModuleType, line: str, why: str) -> None:
    """And is not taken for a start of the program."""
    with pytest.raises(SettingsError, match=f"^{why}$"):
        of.instead(of.parser().parse_args(line.split()))


def test_a_plain_start_is_none_of_them() -> None:
    """Nor one with options of its own."""
    assert arguments.instead(arguments.parser().parse_args(["--headless", "--speed", "0"])) is None
    assert ev_arguments.instead(ev_arguments.parser().parse_args(["--demo", "--headless"])) is None
