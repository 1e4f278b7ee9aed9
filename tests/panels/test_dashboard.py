"""The whole screen: what stands where, what each key does, and what happens when something goes wrong."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.text import Text

from lib.messages import House
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from lib.panels.layout import Panel
from lib.panels.look import Look, Room
from lib.panels.seen import Peer, Seen
from lib.panels.themes import SKINS, Terminal
from lib.panels.view import View
from tests.panels import story, words
from tests.panels.golden import SIZES, a_dashboard, golden, screen, until
from tests.waiting import LIMIT_S


def house() -> House:
    """An ordinary noon."""
    first = story.four_days().told()[0]
    assert isinstance(first, House)
    return first


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["four_days", "new_peak", "no_capacity_tariff"])
async def test_the_screen_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    """Everything together, at three sizes."""
    app = a_dashboard(getattr(story, name)())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        found = screen(app)
    assert golden(f"screen_{name}_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize(("width", "height"), [*SIZES, (160, 48), (80, 48), (80, 68)])
async def test_the_screen_of_a_sunny_market_looks_as_it_did(width: int, height: int) -> None:
    """Prices, bill and events have their places, and two troubles are seen."""
    app = a_dashboard(words.a_sunny_market())
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        found = screen(app)
    assert golden(f"screen_market_{width}x{height}.txt", found) == found


@pytest.mark.parametrize("look", ["console", "ascii"])
async def test_the_screen_looks_as_it_did_on_a_plain_terminal(look: str) -> None:
    """With the frames that such a terminal has."""
    app = a_dashboard(story.new_peak(), look)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        found = screen(app)
    assert golden(f"screen_new_peak_80x24_{look}.txt", found) == found


async def test_ascii_is_ascii_on_every_page() -> None:
    """Panels, help and question, with their frames."""
    app = a_dashboard(story.new_peak(), "ascii")
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (*([str(key)] for key in range(1, 9)), ["0"], ["h"], ["escape"], ["q"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert screen(app).isascii(), keys
        assert "Stop the meter?" in screen(app)


async def test_without_capacity_tariff_no_page_speaks_of_a_peak() -> None:
    """No panel, no tab, no help, no notice, at any size."""
    told = story.no_capacity_tariff()
    told = replace(
        told, house=replace(told.house, notices={"history": "The meter announces 13 months of history and prints 12"})
    )
    for size in SIZES:
        app = a_dashboard(told)
        async with app.run_test(size=size) as pilot:
            for key in ("0", *map(str, range(1, 9)), "h", "down", "pagedown", "escape", "q"):
                await pilot.press(key)
                await pilot.pause()
                assert "peak" not in screen(app).lower(), (size, key)


async def test_a_number_shows_one_panel_and_again_all() -> None:
    """4 is the telegram, over the whole screen."""
    app = a_dashboard(story.four_days())
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Version of the interface" not in screen(app)
        for back in ("4", "0", "escape"):
            await pilot.press("4")
            await pilot.pause()
            assert "Version of the interface" in screen(app)
            assert "┌─ Usage " not in screen(app)
            await pilot.press(back)
            await pilot.pause()
            assert "┌─ Usage " in screen(app), back


async def test_tab_goes_through_the_panels() -> None:
    """All, then each in turn, then all again; Shift+Tab and the arrows as well."""
    app = a_dashboard(story.four_days())
    titles = ["Quarter", "Usage", "Rates", "Telegram", "Bill", "Events", "Month peaks", "Prices"]
    async with app.run_test(size=(80, 24)) as pilot:
        for title in titles:
            await pilot.press("tab")
            await pilot.pause()
            assert [title] == [view.panel.title for view in app.query(View) if view.display]
        await pilot.press("right")
        await pilot.pause()
        assert 3 == sum(view.display for view in app.query(View))
        await pilot.press("left")
        await pilot.pause()
        assert ["Prices"] == [view.panel.title for view in app.query(View) if view.display]


async def test_a_long_panel_is_scrolled_with_the_keys() -> None:
    """A line, a page, to the end and back; its head stays, and its frame says where one is."""
    app = a_dashboard(story.four_days())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        assert " 1-17 of 41 " in screen(app)
        for key, seen in (("down", "2-18"), ("pagedown", "19-35"), ("end", "25-41"), ("up", "24-40"), ("home", "1-17")):
            await pilot.press(key)
            await pilot.pause()
            assert f" {seen} of 41 " in screen(app), key
            assert "41 lines, received" in screen(app)


async def test_help_names_the_keys_and_every_notice() -> None:
    """? h and F1 open it, and the same keys close it."""
    app = a_dashboard(story.new_peak())
    async with app.run_test(size=(80, 40)) as pilot:
        for key in ("question_mark", "h", "f1"):
            await pilot.press(key)
            await pilot.pause()
            shown = screen(app)
            for word in ("Ctrl-b d", "PgUp", "NEW PEAK", "Works in your street on Monday", "night, paper, contrast"):
                assert word in shown, word
            assert "stop the program" in shown
            await pilot.press(key)
            await pilot.pause()
            assert "Ctrl-b d" not in screen(app)


async def test_help_is_scrolled_where_it_is_longer_than_the_screen() -> None:
    """Its end can be read at 80×24."""
    app = a_dashboard(story.new_peak())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("h")
        await pilot.pause()
        assert "1-22 of 29, Up Down scroll, Esc closes" in screen(app)
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert "Ctrl-b d" in screen(app)


async def test_t_turns_through_the_themes() -> None:
    """Four of them; the console's draws with the console's signs."""
    app = a_dashboard(story.four_days())
    async with app.run_test(size=(80, 24)) as pilot:
        seen = []
        for _ in SKINS:
            await pilot.press("t")
            await pilot.pause()
            seen.append(app.theme)
            assert ("€" in screen(app)) == (app.theme != "console")
        assert ["paper", "contrast", "console", "night"] == seen


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_q_asks_before_it_stops(key: str) -> None:
    """No, Esc and q go on, y ends with "quit"."""
    app = a_dashboard(story.four_days())
    async with app.run_test(size=(80, 24)) as pilot:
        for no in ("n", "escape", "q"):
            await pilot.press(key)
            await pilot.pause()
            assert "Stop the meter?" in screen(app)
            assert "Ctrl-b d leaves it running" in screen(app)
            await pilot.press(no)
            await pilot.pause()
            assert "Stop the meter?" not in screen(app)
        await pilot.press("q", "1", "t", "y")
        await until(pilot, lambda: app.return_value == "quit")
    assert "night" == app.theme


async def test_a_screen_from_elsewhere_is_left_at_once() -> None:
    """Q stops nothing there, so it asks nothing."""
    app = a_dashboard(story.four_days(), attached=True)
    app.show(Peer(url="ws://pi:8080/ws", connected=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "attached to ws://pi:8080/ws" in screen(app)
        await pilot.press("q")
        await until(pilot, lambda: app.return_value == "quit")


async def test_ages_count_on_when_no_message_comes() -> None:
    """Once a second, by the clock that was handed in."""
    now = [0.0]
    app = Dashboard("Digital Meter", dm_panels(), terminal=Terminal(), elapsed_s=lambda: now[0])
    app.show(house())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "said nothing" not in screen(app)
        now[0] = 12.4
        await until(pilot, lambda: "the program said nothing for 12 s" in screen(app))
        app.show(house())
        await until(pilot, lambda: "said nothing" not in screen(app))


async def test_the_newest_word_replaces_those_that_wait() -> None:
    """Two hundred words at once are drawn a few times, and the last one stands there."""
    drawn = 0

    def counted(seen: Seen, look: Look, room: Room) -> Text:
        nonlocal drawn
        drawn += 1
        return panels.panels[0].render(seen, look, room)

    panels = dm_panels()
    first = replace(panels.panels[0], render=counted)
    app = Dashboard(
        "Digital Meter", replace(panels, panels=(first, *panels.panels[1:])), terminal=Terminal(), elapsed_s=lambda: 0.0
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = drawn
        for watts in range(200):
            app.show(replace(house(), grid_w=float(watts)))
        await pilot.pause()
        assert drawn - before < 10
        assert app.seen.newest(House) == replace(house(), grid_w=199.0)


async def test_words_may_come_from_any_thread_and_at_any_time() -> None:
    """Before the screen runs, from another thread while it does, and after it ended."""
    app = a_dashboard()
    app.show(replace(house(), demo=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "DEMO" in screen(app)
        teller = threading.Thread(target=lambda: app.show(replace(house(), demo=False)))
        teller.start()
        await until(pilot, lambda: "DEMO" not in screen(app))
        teller.join(LIMIT_S)
    app.show(house())


async def test_what_did_not_change_is_not_drawn_again() -> None:
    """The same values leave each widget as it is."""
    app = a_dashboard(story.four_days())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = [view.content for view in app.query(View)]
        for word in story.four_days().told():
            app.show(word)
        await pilot.pause()
        after = [view.content for view in app.query(View)]
    assert all(one is other for one, other in zip(before, after, strict=True))


async def test_the_words_that_stay_are_not_rendered_again() -> None:
    """A telegram each second does not draw the bill and the curve of the prices anew, a new bill and a quarter do."""
    drawn: list[str] = []

    def counted(panel: Panel) -> Panel:
        def render(seen: Seen, look: Look, room: Room) -> Text:
            drawn.append(panel.name)
            return panel.render(seen, look, room)

        return replace(panel, render=render)

    panels = dm_panels()
    app = Dashboard(
        "Digital Meter",
        replace(panels, panels=tuple(counted(panel) for panel in panels.panels)),
        terminal=Terminal(),
        elapsed_s=lambda: 0.0,
    )
    told = words.a_sunny_market()
    for word in told:
        app.show(word)
    async with app.run_test(size=(240, 60)) as pilot:
        await pilot.pause()
        drawn.clear()
        assert isinstance(told[0], House)
        app.show(replace(told[0], seq=2, grid_w=431.0))
        await pilot.pause()
        assert "quarter" in drawn
        assert not {"bill", "prices", "events"} & set(drawn)
        app.show(words.a_bill(month_eur=204.57))
        app.show(replace(told[0], seq=3, at=words.NOON + timedelta(minutes=15)))
        await pilot.pause()
        assert {"bill", "prices"} <= set(drawn)
        assert "events" not in drawn


async def test_a_screen_that_grows_is_placed_anew() -> None:
    """More panels have room."""
    app = a_dashboard(story.four_days())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(240, 60)
        await until(pilot, lambda: 8 == sum(view.display for view in app.query(View)))
        await pilot.resize_terminal(40, 8)
        await until(pilot, lambda: "Quarter" in screen(app))


async def test_a_fault_in_a_panel_ends_the_screen_and_is_kept() -> None:
    """The caller goes on and sees what happened: no answer, return code 1, the fault itself."""

    def broken(seen: Seen, look: Look, room: Room) -> Text:
        raise ZeroDivisionError("a bug of ours")

    panels = dm_panels()
    panels = replace(panels, panels=(Panel(name="quarter", title="Quarter", render=broken),))
    app = Dashboard("Digital Meter", panels, terminal=Terminal())
    async with asyncio.timeout(LIMIT_S):
        assert await app.run_async(headless=True, size=(80, 24)) is None
    assert 1 == app.return_code
    assert isinstance(app.failure, ZeroDivisionError)


async def test_an_empty_screen_waits() -> None:
    """Before the first word nothing is made up."""
    app = a_dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = screen(app)
    assert "starting" in shown
    assert "waiting for the first telegram" in shown
    assert "0.00" not in shown


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (40, 10), (79, 23), (500, 120)])
async def test_any_size_is_drawn(size: tuple[int, int]) -> None:
    """However small or large the terminal is."""
    app = a_dashboard(story.new_peak())
    async with app.run_test(size=size) as pilot:
        for key in (*map(str, range(9)), "h", "escape"):
            await pilot.press(key)
        await pilot.pause()
        assert size == app.size
