"""The pictures for the README."""

import sys
from pathlib import Path

import pytest

from lib.commands import picture
from lib.commands.picture_cars import charging, noon
from lib.core.why import sentence
from lib.messages import parse_message, to_json


def test_the_cars_have_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes each time, with the keys; it loads nothing."""
    drawn = []
    for name in ("one.svg", "two.svg"):
        file = tmp_path / name
        monkeypatch.setattr(sys, "argv", ["picture", str(file), "--program", "ev"])
        assert 0 == picture.main()
        drawn.append(file.read_text("utf-8"))
    assert drawn[0] == drawn[1]
    for words in ("garage", "Blue", "Sessions", "boost"):
        assert words in drawn[0], words
    assert "@font-face" not in drawn[0]


def test_the_noon_that_is_drawn_could_be_said() -> None:
    """Its messages pass the wire, and each charger says the sentence of its reason."""
    for word in noon():
        assert word == parse_message(to_json(word))
    assert all(sentence(one.because) == one.why for one in charging().chargers)
