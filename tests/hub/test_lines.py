"""A typed line and its answer."""

import asyncio
import logging
from collections.abc import Mapping

import pytest

from lib.hub import answers, money
from lib.hub.lines import Lines, Word
from lib.hub.newest import Newest
from lib.hub.orders import Handlers, Orders
from lib.hub.questions import CARS, HOUSE
from lib.messages import Refused
from lib.messages.orders import AcceptPeak, Done, SetMode

from .builders import RATES, TELEGRAM, USAGE, a_house
from .garage import a_charging


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


def lines(
    words: Mapping[str, Word] | None = None, *, capacity_tariff: bool = True, orders: Handlers | None = None
) -> Lines:
    """Lines about the house at noon."""
    newest = Newest()
    for message in (a_house(capacity_tariff=capacity_tariff), RATES, USAGE, TELEGRAM):
        newest.take(message)
    return Lines(newest, HOUSE, words or {}, Orders("dm", orders or {}))


def lines_of_ev(orders: Handlers, *, capacity_tariff: bool = True) -> Lines:
    """Lines about two chargers at noon."""
    newest = Newest()
    newest.take(a_charging(capacity_tariff=capacity_tariff))
    return Lines(newest, CARS, {}, Orders("ev", orders))


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


async def test_a_month_behind_the_bill_is_told_how_it_is_had() -> None:
    """Else it would pass for the bill of that month."""
    hint, *bill = (await lines().answer("bill 2026-10", may_change=False)).split("\n")
    assert "./do_py.sh dm.py --bill 2026-10" in hint
    assert await lines().answer("bill", may_change=False) == "\n".join(bill)


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
    orders: Handlers = {AcceptPeak: lambda order: Done(what="never")}
    assert "peak" in await lines_of_ev(orders).answer("help", may_change=True)
    assert "peak" not in await lines_of_ev(orders, capacity_tariff=False).answer("help", may_change=True)


async def test_before_the_first_state_every_word_says_that_it_is_not_known_yet() -> None:
    """Unknown is said, never shown as zero."""
    nothing = Lines(Newest(), HOUSE, {}, Orders("dm", {}))
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
    assert "type help for the words" == await Lines(Newest(), {}, {}, Orders("bs", {})).answer("", may_change=True)


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


async def test_a_question_with_something_behind_it_is_an_order() -> None:
    """`mode` asks; `mode garage off` tells, and the answer is what became of it."""
    told: list[SetMode] = []

    def set_mode(order: SetMode) -> Done:
        told.append(order)
        return Done(what=f"{order.charger}: {order.mode}")

    desk = lines_of_ev({SetMode: set_mode})
    assert "garage         pv_only\ncarport        auto" == await desk.answer("mode", may_change=True)
    assert [] == told
    assert "garage: off" == await desk.answer("  MODE\tGarage   OFF\r\n", may_change=True)
    assert ["garage"] == [order.charger for order in told]


async def test_a_refusal_is_no_done() -> None:
    """Whoever typed it sees at the first word that nothing happened."""
    desk = lines_of_ev({SetMode: lambda _: Refused(why="there is no charger boat; there is garage")})
    said = await desk.answer("mode boat off", may_change=True)
    assert "not done: there is no charger boat; there is garage" == said


async def test_what_is_wrong_is_said_with_an_example() -> None:
    """And nothing is carried out."""
    desk = lines_of_ev({SetMode: buggy_order})
    assert (
        "mode is one of off, pv_only, pv_all, max, manual, auto, and not 'turbo';\ntype such as: mode garage pv_only"
        == await desk.answer("mode garage turbo", may_change=True)
    )
    assert "which charger: garage or carport; type such as: mode garage pv_only" == await desk.answer(
        "mode off", may_change=True
    )


def buggy_order(_: SetMode) -> Done:
    """It must not be called."""
    raise AssertionError


async def test_the_peak_is_a_question_and_an_order() -> None:
    """`peak` shows it, `peak 4.5` accepts one; where nobody takes that order, the refusal says so."""

    def accept(order: AcceptPeak) -> Done:
        return Done(what=f"{order.peak_w:g} W")

    desk = lines(orders={AcceptPeak: accept})
    assert answers.peak(a_house()) == await desk.answer("peak", may_change=True)
    assert "4500 W" == await desk.answer("peak 4.5", may_change=True)
    assert "not done: dm takes no accept_peak now" == await lines().answer("peak 4.5", may_change=True)


async def test_who_may_only_look_gives_no_order() -> None:
    """The question is answered, the order is not, and help does not say how it is given."""
    desk = lines_of_ev({SetMode: buggy_order})
    assert "garage" in await desk.answer("mode", may_change=False)
    said = await desk.answer("mode garage off", may_change=False)
    assert "mode: changes something, and this token may only look: it needs the control token" == said
    assert "to set it" not in await desk.answer("help", may_change=False)


async def test_help_shows_how_an_order_is_typed() -> None:
    """For those that the program takes; each line fits."""
    said = (await lines_of_ev({SetMode: buggy_order}).answer("help", may_change=True)).splitlines()
    assert "  mode       what each charger is set to; to set it: mode garage pv_only" in said
    assert 1 == sum("to set it" in line for line in said)
    assert max(map(len, said)) <= 72


@pytest.mark.parametrize(
    "typed", ["mode " + "x " * 30_000, "soc " + "9" * 60_000, "car \x1b[2J \x00", "boost -1", "mode \ud800"]
)
async def test_whatever_is_typed_the_answer_is_short_and_harmless(typed: str) -> None:
    """Nothing raises, nothing grows with what was typed, and no screen is played tricks on."""
    said = await lines_of_ev({SetMode: buggy_order}).answer(typed, may_change=True)
    assert 0 < len(said) < 400
    assert all(letter.isprintable() or letter == "\n" for letter in said)
