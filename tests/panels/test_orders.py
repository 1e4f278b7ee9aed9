"""The keys that change something: the question, the order, its answer, and a screen that never waits."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.events import Paste
from textual.worker import WorkerFailed

from lib.core.modes import Mode, Phases
from lib.messages import Message, Refused
from lib.messages.orders import AcceptPeak, Boost, Done, Order, SetCar, SetMode, SetPhases, SetSoc
from lib.panels.ask_screens import AskScreen
from lib.panels.asks import ONLY_LOOKS
from lib.panels.dashboard import Dashboard
from lib.panels.errands import STANDS_S, Errands
from lib.panels.ev import ev_panels
from tests.panels import carpark, story
from tests.panels.garage import STORIES, charging, noon
from tests.panels.golden import a_dashboard, screen, until

SIZE = (80, 24)


class Counter:
    """Takes orders and answers them, at once or when it is told to."""

    def __init__(self, answer: Done | Refused | None = None) -> None:
        self.taken: list[Order] = []
        self.answer = answer or Done(what="so be it")
        self.open = asyncio.Event()
        self.open.set()

    async def give(self, order: Order) -> Done | Refused:
        """What became of an order."""
        self.taken.append(order)
        await self.open.wait()
        return self.answer


def cars(
    counter: Counter | None, told: list[Message] | None = None, *, elapsed_s: Callable[[], float] = lambda: 0.0
) -> Dashboard:
    """The screen of the cars."""
    orders = counter.give if counter else None
    return a_dashboard(noon() if told is None else told, panels=ev_panels(), orders=orders, elapsed_s=elapsed_s)


def foot(app: Dashboard) -> str:
    """The last line of the screen."""
    return screen(app).rstrip("\n").split("\n")[-1]


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        ("m 2", SetMode(charger="garage", mode=Mode.PV_ONLY)),
        ("m up enter", SetMode(charger="garage", mode=Mode.MANUAL)),
        ("m down space", SetMode(charger="garage", mode=Mode.OFF)),
        ("p 3", SetPhases(charger="garage", phases=Phases.THREE)),
        ("s 6 3 enter", SetSoc(car="car_1", soc_pct=63.0)),
        ("s 6 3 comma 5 enter", SetSoc(car="car_1", soc_pct=63.5)),
        ("s 7 backspace 6 3 enter", SetSoc(car="car_1", soc_pct=63.0)),
        ("s 7 7 7 ctrl+u 9 enter", SetSoc(car="car_1", soc_pct=9.0)),
        ("b", Boost(charger="garage")),
        ("c 3", SetCar(charger="garage", car="")),
        ("a 4 full_stop 5 enter", AcceptPeak(peak_w=4500.0)),
        ("down m 1", SetMode(charger="carport", mode=Mode.OFF)),
        ("down down down s 4 0 enter", SetSoc(car="car_2", soc_pct=40.0)),
        ("down up down b", Boost(charger="carport")),
        ("down down down down down m 6", SetMode(charger="carport", mode=Mode.AUTO)),
    ],
)
async def test_each_key_gives_its_order(keys: str, order: Order) -> None:
    """To what is chosen; the answer stands in the last line."""
    counter = Counter()
    app = cars(counter)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*keys.split())
        await until(pilot, lambda: foot(app) == " ● so be it")
    assert [order] == counter.taken


async def test_a_refusal_is_shown_with_its_reason() -> None:
    """In as many lines as it needs."""
    why = "garage cannot switch phases, it has 1; switches_phases in config.py says so, and a charger with one has none"
    app = cars(Counter(Refused(why=why)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "2")
        await until(pilot, lambda: "has none" in foot(app))
        assert " ● garage cannot switch phases, it has 1;" in screen(app)


async def test_an_answer_stands_for_some_seconds() -> None:
    """Then the keys are there again."""
    now = [0.0]
    app = cars(Counter(), elapsed_s=lambda: now[0])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: "so be it" in foot(app))
        now[0] = STANDS_S - 1
        app.show(replace(charging(), seq=2))
        await pilot.pause()
        assert "so be it" in foot(app)
        now[0] = STANDS_S + 1
        await until(pilot, lambda: " 0 All " in foot(app))


async def test_a_wrong_input_gets_a_sentence_and_the_field_stays_open() -> None:
    """What is typed next may be right."""
    counter = Counter()
    app = cars(counter)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", "1", "2", "3", "enter")
        await pilot.pause()
        assert "Type a number from 0 to 100, such as 63" in screen(app)
        assert [] == counter.taken
        await pilot.press("backspace")
        await pilot.pause()
        assert "Type a number" not in screen(app)
        await pilot.press("enter")
        await until(pilot, lambda: bool(counter.taken))
    assert [SetSoc(car="car_1", soc_pct=12.0)] == counter.taken


@pytest.mark.parametrize("key", ["m", "p", "s", "c", "a"])
async def test_escape_leaves_all_as_it_is(key: str) -> None:
    """No order, and the panels have their keys again."""
    counter = Counter()
    app = cars(counter)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, AskScreen)
        assert "Esc leaves all as it is" in screen(app)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, AskScreen)
        await pilot.press("5")
        await pilot.pause()
        assert "┌─ Sessions ─" in screen(app)
        assert "┌─ Chargers ─" not in screen(app)
    assert [] == counter.taken


async def test_a_slow_answer_holds_nothing_up() -> None:
    """The screen draws what comes; a second order is not queued behind it."""
    counter = Counter()
    counter.open.clear()
    app = cars(counter)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: "the order is on its way" in foot(app))
        app.show(replace(charging(), seq=2, demo=False))
        await until(pilot, lambda: "DEMO" not in screen(app))
        await pilot.press("down", "b")
        await until(pilot, lambda: "no answer yet: try again" in foot(app))
        assert 1 == len(counter.taken)
        counter.open.set()
        await until(pilot, lambda: "so be it" in foot(app))
        await pilot.press("b")
        await until(pilot, lambda: 2 == len(counter.taken))


async def test_a_question_is_drawn_while_words_come() -> None:
    """It stands before panels that go on."""
    app = cars(Counter())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("m")
        app.show(replace(charging(), seq=2, demo=False))
        await until(pilot, lambda: "DEMO" not in screen(app))
        assert "garage: mode" in screen(app)


async def test_a_screen_that_only_looks_says_so() -> None:
    """On each key; nothing is marked, and no frame names one."""
    app = cars(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "▸" not in screen(app)
        assert "m mode" not in screen(app)
        for key in "mpsbca":
            await pilot.press(key)
            await pilot.pause()
            assert f" ● {ONLY_LOOKS}" == foot(app), key


async def test_the_frames_and_the_help_name_the_keys() -> None:
    """Where they change something."""
    app = cars(Counter())
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        for words in ("m mode   p phases   b boost   c car", "s state of charge", "a accept a peak"):
            assert words in screen(app), words
        await pilot.press("h")
        await pilot.pause()
        for words in ("Up Down     choose the charger or the car", "b           boost: as fast as it goes for 60 min"):
            assert words in screen(app), words


async def test_the_mark_stays_in_sight() -> None:
    """A list that is longer than its place follows it, and back."""
    app = cars(Counter(), carpark.told(14))
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(13):
            await pilot.press("down")
        await pilot.pause()
        assert "▸ place 14" in screen(app)
        assert "place 01 " not in screen(app)
        for _ in range(13):
            await pilot.press("up")
        await pilot.pause()
        assert "▸ place 01" in screen(app)
        await pilot.press("2", *["down"] * 14)
        await pilot.pause()
        assert "▸ Car 14" in screen(app)


async def test_on_a_page_the_arrows_go_through_what_it_shows() -> None:
    """Cars on theirs; where there is nothing to choose they scroll."""
    app = cars(Counter(), STORIES["late"]())
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("2", "down")
        await pilot.pause()
        assert "▸ Blue car" in screen(app)
        await pilot.press("down")
        await pilot.pause()
        assert "▸ Red car" in screen(app)
        await pilot.press("4", "down")
        await pilot.pause()
        assert " 2-" in screen(app)


async def test_what_is_chosen_and_gone_gives_way_to_the_first() -> None:
    """A charger that was taken out of config.py while a screen from elsewhere looked on."""
    counter = Counter()
    app = cars(counter)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down")
        app.show(replace(charging(), seq=2, chargers=charging().chargers[:1]))
        await pilot.press("b")
        await until(pilot, lambda: bool(counter.taken))
    assert [Boost(charger="garage")] == counter.taken


async def test_a_paste_is_typed() -> None:
    """As far as it is printable, and no more than a figure is long."""
    counter = Counter()
    app = cars(counter)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s")
        await pilot.pause()
        app.screen.post_message(Paste("6\x1b3\n"))
        await until(pilot, lambda: "▸ 63" in screen(app))
        await pilot.press("enter")
        await until(pilot, lambda: bool(counter.taken))
    assert [SetSoc(car="car_1", soc_pct=63.0)] == counter.taken


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (30, 8), (80, 24), (200, 50)])
@pytest.mark.parametrize("look", ["unicode", "ascii"])
async def test_a_question_fits_any_screen(look: str, size: tuple[int, int]) -> None:
    """Also one that is far too small, and in ASCII."""
    app = a_dashboard(STORIES["late"](), look, panels=ev_panels(), orders=Counter().give)
    async with app.run_test(size=size) as pilot:
        for keys in ("m down down", "p", "s x enter", "c", "a 9 9"):
            await pilot.press(*keys.split())
            await pilot.pause()
            assert look != "ascii" or screen(app).isascii()
            await pilot.resize_terminal(*size)
            await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, AskScreen)


async def test_a_small_screen_shows_the_option_that_is_marked() -> None:
    """And the field that is typed into."""
    app = cars(Counter())
    async with app.run_test(size=(40, 5)) as pilot:
        await pilot.press("m")
        await pilot.pause()
        assert "▸ 6  auto" in screen(app)
        await pilot.press("escape", "s", "5")
        await pilot.pause()
        assert "▸ 5" in screen(app)


async def test_the_meter_s_screen_accepts_a_peak_too() -> None:
    """Where it gives orders: its key is named at the quarter, and its price while it is typed."""
    counter = Counter(Done(what="4.5 kW are accepted until the month ends"))
    app = a_dashboard(story.new_peak(), orders=counter.give)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "a accept a peak" in screen(app)
        await pilot.press("a", "4", "full_stop", "5")
        await pilot.pause()
        assert "about € 9.58 over the next 12 bills" in " ".join(screen(app).split())
        await pilot.press("enter")
        await until(pilot, lambda: "4.5 kW are accepted" in foot(app))
        await pilot.press("m", "down")
        await pilot.pause()
        assert "Stop" not in screen(app)
    assert [AcceptPeak(peak_w=4500.0)] == counter.taken


async def test_where_peaks_cost_nothing_no_key_speaks_of_one() -> None:
    """Not in the frame, not in the help."""
    app = a_dashboard(story.no_capacity_tariff(), orders=Counter().give)
    async with app.run_test(size=(100, 40)) as pilot:
        for key in ("0", "h"):
            await pilot.press(key)
            await pilot.pause()
            assert "peak" not in screen(app).lower(), key


async def test_a_handler_that_breaks_is_our_own_bug() -> None:
    """It ends the screen, which the program shows again; the errands of that one can go on."""

    async def broken(order: Order) -> Done | Refused:
        raise ZeroDivisionError(order.type)

    app = a_dashboard(noon(), panels=ev_panels(), orders=broken)

    async def boost() -> None:
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("b")
            await until(pilot, lambda: app.failure is not None)

    with pytest.raises(WorkerFailed, match="ZeroDivisionError"):
        await boost()
    assert 1 == app.return_code
    errands = Errands(broken, lambda: 0.0)
    assert errands.begin()
    with pytest.raises(ZeroDivisionError):
        await errands.run(Boost(charger="garage"))
    assert errands.begin()
