"""What the keys of the battery's screen ask, and which orders come of it."""

import pytest

from lib.core.modes import StorageMode
from lib.messages import Refused
from lib.messages.orders import AcceptPeak, Done, Order, SetReserve, SetStorage
from lib.panels.asks import Asked, Chooser, Field
from lib.panels.battery import NONE_SET_UP
from lib.panels.bs import bs_panels
from lib.panels.bs_keys import BS_KEYS, MODES, NO_PEAKS, NOTHING_KNOWN, ask_mode, ask_reserve
from lib.panels.dashboard import ORDER_KEYS
from lib.panels.peak_key import NO_COST, ask_peak
from tests.panels.cellar import STORIES, storage
from tests.panels.golden import a_dashboard, screen, seen, until


def chooser(asked: Asked) -> Chooser:
    """It is one."""
    assert isinstance(asked, Chooser)
    return asked


def field(asked: Asked) -> Field:
    """It is one."""
    assert isinstance(asked, Field)
    return asked


def test_every_mode_can_be_chosen() -> None:
    """With what it means; the one that holds now is marked."""
    modes = chooser(ask_mode(seen([storage(mode=StorageMode.HOLD)])))
    assert [SetStorage(mode=mode) for mode in StorageMode] == [one.order for one in modes.options]
    assert [*StorageMode] == list(MODES)
    assert ["hold"] == [one.name for one in modes.options if one.now]
    assert all(one.meaning for one in modes.options)


def test_a_reserve_is_typed_or_left_to_the_time_of_day() -> None:
    """With a comma and its unit too."""
    asked = field(ask_reserve(seen([storage()])))
    assert SetReserve(reserve_pct=30.0) == asked.parse("30")
    assert SetReserve(reserve_pct=30.5) == asked.parse("30,5 %")
    assert SetReserve(reserve_pct=0.0) == asked.parse("0")
    assert SetReserve(reserve_pct=None) == asked.parse(" AUTO ")
    assert "It is 40 % now, by the time of day." in asked.question
    assert "as you set it" in field(ask_reserve(seen([storage(reserve_set=True)]))).question


@pytest.mark.parametrize("typed", ["", "x", "101", "-1", "30 kWh", "nan"])
def test_a_reserve_that_is_none_gets_a_sentence(typed: str) -> None:
    """What may be typed, and an example."""
    said = field(ask_reserve(seen([storage()]))).parse(typed)
    assert "Type a number from 0 to 100, such as 30, or auto" == said


def test_what_a_reserve_would_mean_now_is_said_meanwhile() -> None:
    """Below the floor it keeps nothing; above the level it is charged to it."""
    asked = field(ask_reserve(seen([storage()])))
    assert "no more than its floor of 10 %" in asked.remark("8")
    assert "It holds 58 % now" in asked.remark("80")
    assert "" == asked.remark("30") == asked.remark("x")
    assert "" == field(ask_reserve(seen([storage(soc_pct=None)]))).remark("80")


def test_the_peak_is_accepted_here_too() -> None:
    """With the target that bs knows."""
    asked = field(ask_peak(seen([storage()])))
    assert "The target is 3.91 kW now." in asked.question
    assert AcceptPeak(peak_w=4500.0) == asked.parse("4.5")
    assert field(ask_peak(seen([storage(quarter_w=None)]))).question.endswith("takes it back.")


def test_each_key_reaches_the_screen() -> None:
    """The dashboard binds the letters of all programs."""
    assert {one.key for one in BS_KEYS} <= set(ORDER_KEYS)


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        ("m 3", SetStorage(mode=StorageMode.HOLD)),
        ("m up enter", SetStorage(mode=StorageMode.OWN)),
        ("r 3 0 enter", SetReserve(reserve_pct=30.0)),
        ("r a u t o enter", SetReserve(reserve_pct=None)),
        ("a 4 full_stop 5 enter", AcceptPeak(peak_w=4500.0)),
    ],
)
async def test_each_key_gives_its_order(keys: str, order: Order) -> None:
    """From the screen itself; the answer stands in its last line."""
    taken: list[Order] = []

    async def give(one: Order) -> Done | Refused:
        taken.append(one)
        return Done(what="so be it")

    app = a_dashboard([storage()], panels=bs_panels(), orders=give)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys.split())
        await until(pilot, lambda: bool(taken))
        await until(pilot, lambda: "so be it" in screen(app))
    assert [order] == taken


async def test_the_help_names_the_keys_and_what_the_colours_mean() -> None:
    """With all notices in full."""

    async def give(order: Order) -> Done | Refused:
        return Refused(why=f"no {order.type}")

    app = a_dashboard(STORIES["several"](), panels=bs_panels(), orders=give)
    async with app.run_test(size=(100, 60)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        shown = screen(app)
    for words in (
        "how much it keeps in reserve",
        "full cells: kept for the peak",
        "garage: over temperature",
    ):
        assert words in shown


def test_where_peaks_cost_nothing_neither_reserve_nor_peak_is_asked() -> None:
    """A sentence, and the keys are not in the help."""
    walloon = seen([storage(capacity_tariff=False)])
    assert NO_PEAKS == ask_reserve(walloon)
    assert NO_COST == ask_peak(walloon)
    assert ["m"] == [one.key for one in BS_KEYS if one.shown(walloon)]
    assert ["m", "r", "a"] == [one.key for one in BS_KEYS if one.shown(seen([storage()]))]


def test_where_there_is_nothing_to_change_a_sentence_says_so() -> None:
    """Before the first word, and without a battery."""
    for ask in (ask_mode, ask_reserve):
        assert NOTHING_KNOWN == ask(seen([]))
        assert NONE_SET_UP == ask(seen(STORIES["none"]()))
