"""The pictures for the README."""

import sys
from pathlib import Path

import pytest

from lib.commands import picture
from lib.commands.picture_cars import charging, noon
from lib.commands.picture_store import NOW, evening, storage
from lib.core import battery_why
from lib.core.why import sentence
from lib.messages import parse_message, to_json


@pytest.mark.parametrize(
    ("program", "shown"),
    [("ev", ("garage", "Blue", "Sessions", "boost")), ("bs", ("cellar", "Flow", "Gains", "reserve"))],
)
def test_cars_and_battery_have_a_picture(
    program: str, shown: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes each time, with the keys; it loads nothing."""
    drawn = []
    for name in ("one.svg", "two.svg"):
        file = tmp_path / name
        monkeypatch.setattr(sys, "argv", ["picture", str(file), "--program", program])
        assert 0 == picture.main()
        drawn.append(file.read_text("utf-8"))
    assert drawn[0] == drawn[1]
    for words in shown:
        assert words in drawn[0], words
    assert "@font-face" not in drawn[0]


def test_the_noon_that_is_drawn_could_be_said() -> None:
    """Its messages pass the wire, and each charger says the sentence of its reason."""
    for word in noon():
        assert word == parse_message(to_json(word))
    assert all(sentence(one.because) == one.why for one in charging().chargers)


def test_the_evening_that_is_drawn_could_be_said() -> None:
    """It passes the wire, says the sentence of its reason, and its flows add up."""
    for word in evening():
        assert word == parse_message(to_json(word))
    told = storage()
    assert battery_why.sentence(told.because, at=NOW) == told.why
    flow = told.flow
    assert flow.house_w is not None
    assert flow.cars_w is not None
    assert flow.battery_w is not None
    assert flow.sun_w is not None
    assert flow.grid_w == flow.house_w + flow.cars_w + flow.battery_w - flow.sun_w
