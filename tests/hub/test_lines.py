"""A typed line and its answer."""

import asyncio
import logging
from collections.abc import Mapping

import pytest

from lib.hub import answers, money
from lib.hub.lines import Lines, Word
from lib.hub.newest import Newest
from lib.hub.questions import HOUSE

from .builders import RATES, TELEGRAM, USAGE, a_house


async def forward(rest: str) -> str:
    """A word that takes what stands behind it."""
    return f"sim heard {rest!r}"


async def unreachable(_: str) -> str:
    """A word whose other end is not there."""
    raise ConnectionRefusedError(111, "Connection refused")


async def endless(_: str) -> str:
    """A word that never answers."""
    await asyncio.Event().wait()
    return ""


async def buggy(_: str) -> str:
    """A word that is wrong."""
    return f"{1 // 0}"


def lines(words: Mapping[str, Word] | None = None, *, capacity_tariff: bool = True) -> Lines:
    """Lines about the house at noon."""
    newest = Newest()
    for message in (a_house(capacity_tariff=capacity_tariff), RATES, USAGE, TELEGRAM):
        newest.take(message)
    return Lines(newest, HOUSE, words or {})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("status", answers.status(a_house())),
        ("STATUS\r\n", answers.status(a_house())),
        ("", answers.status(a_house())),
        ("  rates ", money.rates(RATES, a_house())),
        ("Usage", answers.usage(USAGE)),
        ("peak", answers.peak(a_house())),
        ("telegram please", answers.telegram(TELEGRAM)),
        ("quit", "Ctrl-D leaves this talk; the program goes on"),
    ],
)
async def test_a_word_is_answered_however_it_is_typed(typed: str, expected: str) -> None:
    """Case, spaces and line ends do not matter."""
    assert expected == await lines().answer(typed, may_change=True)


async def test_an_unknown_word_gets_a_hint_and_the_status() -> None:
    """Whoever types something else still sees the house; what was typed comes back harmless and short."""
    hint, status = (await lines().answer("oven\x1b[2J on" + "!" * 1000, may_change=True)).split("\n", 1)
    assert ("no such word: oven[2J on" + "!" * 29 + "; help lists them", answers.status(a_house())) == (hint, status)


async def test_help_lists_every_word() -> None:
    """The first line is the list, the others say what each word is for."""
    said = await lines({"sim": forward}).answer("help", may_change=True)
    assert "words: help status rates usage bill peak events telegram follow sim" == said.splitlines()[0]
    assert "  sim       with more behind it; `sim help` says what" == said.splitlines()[-1]


async def test_help_does_not_speak_of_peaks_where_they_cost_nothing() -> None:
    """No face speaks of a peak without a capacity tariff; who asks all the same gets an answer."""
    free = lines(capacity_tariff=False)
    assert "peak" not in await free.answer("help", may_change=True)
    assert "peaks cost nothing here" in await free.answer("peak", may_change=True)


async def test_before_the_first_state_every_word_says_that_it_is_not_known_yet() -> None:
    """Unknown is said, never shown as zero."""
    nothing = Lines(Newest(), HOUSE, {})
    for word in HOUSE:
        said = await nothing.answer(word, may_change=True)
        assert "not known yet" in said or "nothing happened yet" == said


async def test_a_word_with_more_behind_it_is_passed_on() -> None:
    """`sim oven on` reaches the simulated house as `oven on`."""
    assert "sim heard 'oven on'" == await lines({"sim": forward}).answer("SIM  oven on \n", may_change=True)


async def test_a_long_answer_of_others_is_folded() -> None:
    """A frame is a line on the screen, also when the simulated house lists all it knows."""

    async def list_all(_: str) -> str:
        return "Type an appliance with on or off: " + ", ".join(["dishwasher"] * 20)

    said = (await lines({"sim": list_all}).answer("sim", may_change=True)).splitlines()
    assert 1 < len(said)
    assert max(map(len, said)) <= 72


async def test_a_word_that_fails_answers_with_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """The talk goes on; a bug is in the log in full."""
    desk = lines({"away": unreachable, "bug": buggy})
    assert "away: Connection refused" == await desk.answer("away", may_change=True)
    assert [] == caplog.records
    assert "bug: failed with ZeroDivisionError; the log has the whole of it" == await desk.answer(
        "bug", may_change=True
    )
    assert [logging.ERROR] == [record.levelno for record in caplog.records]


async def test_a_word_that_is_slow_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr("lib.hub.lines.WORD_S", 0.05)
    assert "slow: no answer within 0.05 s" == await lines({"slow": endless}).answer("slow", may_change=True)


async def test_a_program_without_states_says_what_to_type() -> None:
    """The hub of a program that has no status yet answers too."""
    assert "type help for the words" == await Lines(Newest(), {}, {}).answer("", may_change=True)


async def test_who_may_only_look_asks_all_questions_and_changes_nothing() -> None:
    """A word that changes something says what it takes, and help does not name it."""
    told: list[str] = []

    async def change(rest: str) -> str:
        told.append(rest)
        return "done"

    desk = lines({"sim": change})
    assert answers.status(a_house()) == await desk.answer("status", may_change=False)
    said = await desk.answer("sim oven on", may_change=False)
    assert "sim: changes something, and this token may only look: it needs the control token" == said
    assert [] == told
    assert "sim" not in await desk.answer("help", may_change=False)
    assert "done" == await desk.answer("sim oven on", may_change=True)
