"""Bars and curves."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.messages import QuarterNow
from lib.panels.look import ASCII, Look
from lib.panels.sheet import Piece
from lib.panels.strokes import bar, curve, energy_bar, fine_bar
from lib.panels.themes import NIGHT
from tests.panels.golden import LOOK
from tests.panels.story import brussels

ODD = st.floats(allow_nan=True, allow_infinity=True)
POOR = Look(glyphs=ASCII, colours=NIGHT.palette)
START = brussels("2026-11-20 14:00")


def plain(pieces: list[Piece]) -> str:
    """The signs of a line."""
    return "".join(text for text, _ in pieces)


def test_half_a_bar_is_half_full() -> None:
    """Ten cells, five of them."""
    assert "█████░░░░░" == plain(bar(LOOK, 10, 0.5, "red"))


def test_a_fine_bar_shows_eighths() -> None:
    """A quarter of three cells is three quarters of one."""
    assert "▊  " == plain(fine_bar(LOOK, 3, 0.25, "red"))


def test_the_energy_of_a_quarter_ends_before_its_target() -> None:
    """Used, forecast, and the target at the end of the scale."""
    assert "##==.....|" == plain(energy_bar(POOR, 10, used_w=500, ahead_w=1000, target_w=2500))


def test_what_lies_beyond_the_target_has_another_colour() -> None:
    """The part of the forecast above the target is red."""
    pieces = energy_bar(POOR, 10, used_w=1000, ahead_w=5000, target_w=2500)
    assert [("##===", LOOK.colours.used), ("|", LOOK.colours.target), ("====", LOOK.colours.over)] == pieces


@given(ODD, ODD, ODD, st.integers(1, 60))
def test_a_bar_keeps_its_width(used_w: float, ahead_w: float, target_w: float, width: int) -> None:
    """Also for numbers that are none."""
    assert width == len(plain(energy_bar(POOR, width, used_w=used_w, ahead_w=ahead_w, target_w=target_w)))
    assert width == len(plain(bar(POOR, width, ahead_w, "")))
    assert width == len(plain(fine_bar(POOR, width, ahead_w, "")))


def a_quarter(average_w: float, forecast_w: float, target_w: float = 2500.0) -> QuarterNow:
    """Ten minutes in, at an even rise."""
    curve = tuple((second, average_w * second / 600) for second in range(0, 600, 15))
    return QuarterNow(
        start=START,
        at=START + timedelta(minutes=10),
        left_s=300.0,
        target_w=target_w,
        average_w=average_w,
        forecast_w=forecast_w,
        curve=curve,
    )


def test_the_curve_rises_to_now_and_goes_on_to_the_forecast() -> None:
    """Full cells for what was drawn, half ones for the forecast, a line for the target."""
    lines = curve(POOR, 12, 5, a_quarter(1000, 1500, target_w=2000), gone_s=600, top_w=2500)
    assert ["------------", "            ", "        ====", "    ####====", "########===="] == [
        plain(line) for line in lines
    ]


@given(ODD, ODD, ODD, st.floats(0, 900), st.integers(1, 50), st.integers(1, 20))
def test_a_curve_fills_its_room(
    average_w: float, forecast_w: float, target_w: float, gone_s: float, width: int, height: int
) -> None:
    """Whatever the numbers are, each row has its width."""
    lines = curve(POOR, width, height, a_quarter(average_w, forecast_w, target_w), gone_s=gone_s, top_w=3000)
    assert [width] * height == [len(plain(line)) for line in lines]
