"""The plan's panel: two days at a glance, and who does what when and why."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lib.commands import picture_store
from lib.commands.picture_cars import charging, noon
from lib.commands.picture_store import evening, storage
from lib.messages import Message
from lib.messages.plan import Plan, Saved
from lib.panels.bs import bs_panels
from lib.panels.dm import dm_panels
from lib.panels.ev import ev_panels
from lib.panels.look import Room
from lib.panels.plan import plan_drawn_from, render_plan
from lib.panels.plan_chart import chart_of
from tests.panels import ahead, story
from tests.panels.ahead import NOW, STORIES, house, plan_of, planned
from tests.panels.golden import LOOK, LOOKS, a_dashboard, golden, screen, seen, shown, styles
from tests.panels.laws import fits_any_room
from tests.yardstick import cost

PANELS = dm_panels()
(PLAN,) = (panel for panel in PANELS.panels if panel.name == "plan")
PAGE = Room(76, 18, whole=True)
ROOMS = {"page_80": PAGE, "page_120": Room(116, 34, whole=True), "page_200": Room(196, 54, whole=True)}
BESIDE = {"beside_36": Room(36, 9), "beside_52": Room(52, 11), "beside_108": Room(108, 15)}


@pytest.mark.parametrize("room", ROOMS | BESIDE)
def test_a_winter_day_looks_as_it_did(room: str) -> None:
    """As a page of three sizes, and beside other panels."""
    found = shown(render_plan(seen(ahead.winter()), LOOK, (ROOMS | BESIDE)[room]), (ROOMS | BESIDE)[room])
    assert golden(f"plan_winter_{room}.txt", found) == found


@pytest.mark.parametrize("name", STORIES)
def test_the_plan_of_other_days_looks_as_it_did(name: str) -> None:
    """Other homes, prices, troubles; what is wrong stands above."""
    found = shown(render_plan(seen(STORIES[name]()), LOOK, PAGE), PAGE)
    assert golden(f"plan_{name}_80x24.txt", found) == found


@pytest.mark.parametrize("width", [40, 52, 76])
def test_what_was_saved_is_told_to_its_end(width: int) -> None:
    """Against what it is reckoned gives way where there is no room for it."""
    room = Room(width, 200, whole=True)
    lines = shown(render_plan(seen(ahead.winter()), LOOK, room), room).split("\n")
    (saved,) = (line for line in lines if "Saved" in line)
    assert saved.rstrip().endswith("at once" if width == 76 else "9.19")


def tail(*days: Saved, at: datetime = NOW) -> str:
    """What a page says that these days saved."""
    return render_plan(seen([ahead.house(at), planned(saved=days)]), LOOK, Room(76, 200, whole=True)).plain


def test_what_is_not_known_of_a_day_was_not_saved() -> None:
    """Nor did a day of which it is not known cost less than it was planned at."""
    today = Saved(day="2026-11-20", eur=2.0, naive_eur=3.0)
    whole = Saved(day="2026-11-19", eur=4.0, naive_eur=6.0, planned_eur=3.9)
    assert "Saved today € 1.00, in Nov € 3.00" in tail(today, whole)
    assert "Thu 19 Nov was planned at € 3.90, and cost € 4.00" in tail(today, whole)
    gap = tail(replace(today, missing=40), replace(whole, missing=2))
    assert "Saved today ~€ 1.00, in Nov ~€ 3.00" in gap
    assert "was planned at" not in gap
    unknown = tail(Saved(day="2026-11-20"), Saved(day="2026-11-19", missing=96, planned_eur=3.9))
    assert "Saved today –, in Nov –" in unknown
    assert "was planned at" not in unknown


def test_what_yesterday_saved_is_not_said_of_today() -> None:
    """As after a night in which dm was off, until the first quarter is over; that day is over then."""
    yesterday = Saved(day="2026-11-19", eur=4.0, naive_eur=6.26, planned_eur=3.9)
    told = tail(yesterday)
    assert "Saved on Thu 19 Nov € 2.26, in Nov € 2.26" in told
    assert "Thu 19 Nov was planned at € 3.90, and cost € 4.00" in told


@pytest.mark.parametrize("look", ["console", "ascii"])
def test_the_plan_looks_as_it_did_on_a_plain_terminal(look: str) -> None:
    """The lanes tell by their signs what others tell by colours."""
    found = shown(render_plan(seen(ahead.greedy()), LOOKS[look], PAGE), PAGE)
    assert golden(f"plan_greedy_80x24_{look}.txt", found) == found


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48), (240, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_with_a_plan_looks_as_it_did(size: tuple[int, int]) -> None:
    """It stands where the prices stood, which it shows too; a small screen has it as a page."""
    told = [*story.four_days().told(), planned(story.four_days().received), ahead.outlook()]
    app = a_dashboard([replace(one, at=NOW) if one.type == "house" else one for one in told])
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        found = screen(app)
        assert golden(f"screen_plan_{size[0]}x{size[1]}.txt", found) == found
        await pilot.press("9")
        await pilot.pause()
        assert "the sun gives more than the house takes" in screen(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("program", ["ev", "bs"])
async def test_the_screens_of_cars_and_battery_look_as_they_did(program: str, size: tuple[int, int]) -> None:
    """With dm's plan beside what else there is to see."""
    told = [*noon(), planned()] if program == "ev" else [*evening(), planned(picture_store.NOW)]
    app = a_dashboard(told, panels=ev_panels() if program == "ev" else bs_panels())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        found = screen(app)
    assert golden(f"{program}_screen_plan_{size[0]}x{size[1]}.txt", found) == found


def test_every_panel_has_its_name_on_the_last_line_of_a_small_screen() -> None:
    """All nine, with the letters beside them."""
    names = [panel.tab or panel.title for panel in PANELS.panels]
    assert 80 >= sum(len(f" {key} {name}") for key, name in enumerate(["All", *names])) + len(" t ? q")


@pytest.mark.parametrize("name", STORIES)
def test_it_keeps_to_its_room(name: str) -> None:
    """Whatever the plan and the size."""
    fits_any_room(PLAN, seen(STORIES[name]()), ())


@pytest.mark.parametrize("name", STORIES)
def test_it_keeps_to_its_room_on_the_screens_of_cars_and_battery(name: str) -> None:
    """Beside trips and calendars, and as the battery's."""
    plan = plan_of(STORIES[name]())
    for panels, place, said in ((ev_panels(), "coming", charging()), (bs_panels(), "plan", storage(at=NOW))):
        (panel,) = (one for one in panels.panels if one.name == place)
        fits_any_room(panel, seen([said, plan]), ())


def test_before_there_is_a_plan_it_waits() -> None:
    """And has no place among the panels."""
    assert "waiting for the plan" == render_plan(seen([]), LOOK, PAGE).plain
    assert not PLAN.shown(seen([house()]))
    assert PLAN.shown(seen([planned()]))


def test_what_it_does_to_the_peak_stands_above_all() -> None:
    """That it stays under it, what more of it costs, and nothing where peaks cost nothing."""
    for told, said in (
        (ahead.winter(), "Month's peak 3.91 kW is paid, the plan stays under it"),
        (ahead.higher(), "Month's peak 2.50 kW is paid, the plan goes to 3.91 kW for € 6.62"),
    ):
        assert said == render_plan(seen(told), LOOK, PAGE).plain.split("\n")[1]
    text = render_plan(seen(ahead.higher()), LOOK, PAGE)
    assert {LOOK.colours.target} == styles(text, "the plan goes to")
    assert "peak" not in render_plan(seen(ahead.no_battery()), LOOK, Room(76, 14)).plain


def test_trouble_is_amber_and_a_need_without_a_place_red() -> None:
    """Both stand before the chart, also in a small room."""
    for room in (PAGE, Room(52, 9)):
        text = render_plan(seen(ahead.greedy()), LOOK, room)
        assert {LOOK.colours.warn} == styles(text, "Greedy plan: the solver gave no plan within")
        assert {LOOK.colours.bad} == styles(text, "Red car for Ardennes by Sun 07:45")
    assert {LOOK.colours.over} == styles(render_plan(seen(ahead.greedy()), LOOKS["unicode"], Room(96, 14)), "!")


def test_an_old_plan_says_that_nobody_follows_it() -> None:
    """Once it no longer holds by the meter's clock."""
    for minutes, old in ((34, False), (64, True)):
        text = render_plan(seen([house(NOW + timedelta(minutes=minutes)), planned()]), LOOK, PAGE).plain
        assert old == ("nobody follows it" in text)


def test_a_quarter_that_may_count_more_than_is_paid_is_marked() -> None:
    """In the colour of what is too much; one of the next month by what is meant for that."""
    text = render_plan(seen(ahead.higher()), LOOK, PAGE)
    assert LOOK.colours.over in {str(span.style) for span in text.spans}
    text = render_plan(seen(ahead.winter()), LOOK, PAGE)
    assert LOOK.colours.over not in {str(span.style) for span in text.spans}


def test_a_block_that_runs_says_until_when() -> None:
    """And those that are over are gone."""
    text = render_plan(seen(ahead.winter()), LOOK, PAGE)
    assert {LOOK.colours.good} == styles(text, "until 15:30")
    later = render_plan(seen([house(NOW + timedelta(hours=3)), planned()]), LOOK, PAGE)
    assert "15:30" not in later.plain


def test_a_day_of_a_hundred_quarters_has_its_hours() -> None:
    """48 hours are as long as any, and two of them are called 02."""
    plan = plan_of(ahead.autumn_night())
    chart = chart_of(plan, plan.made, LOOK, 116)
    assert chart is not None
    assert timedelta(hours=48) == plan.spans[-1].end - plan.spans[0].start.replace(minute=0)
    wide = Room(300, 40, whole=True)
    assert 3 == render_plan(seen(ahead.autumn_night()), LOOK, wide).plain.count(" 02 ")


def test_lanes_are_no_longer_than_their_time() -> None:
    """Each line of the chart is as wide as the others at most, whatever reaches beyond it."""
    lines = render_plan(seen(ahead.coarse()), LOOK, PAGE).plain.split("\n")
    assert 76 >= max(map(len, lines))
    assert any("fair" in line for line in lines)


def test_the_same_minute_is_not_drawn_anew() -> None:
    """What it is drawn from changes with the plan and the minute alone."""
    told: list[Message] = [planned(), ahead.outlook()]
    first, same, later = (
        plan_drawn_from(seen([house(NOW + timedelta(seconds=seconds)), *told])) for seconds in (0, 30, 60)
    )
    assert first == same != later


def test_it_is_drawn_in_no_time() -> None:
    """A whole large page."""
    told, room = seen(ahead.winter()), ROOMS["page_200"]
    assert cost(lambda: render_plan(told, LOOK, room)) < 6


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1e30])
def test_what_is_no_number_breaks_nothing(bad: float) -> None:
    """It comes from another program."""
    odd = tuple(
        replace(one, import_eur_kwh=bad, grid_w=bad, counts_w=bad, battery_w=bad, soc_pct=bad, cars_w={"car_1": bad})
        for one in planned().spans
    )
    told: Plan = planned(spans=odd, target_w=bad, paid_w=bad, peak_eur=bad, eur=bad, rounding_eur=bad, solve_s=bad)
    fits_any_room(PLAN, seen([house(), told]), ())
