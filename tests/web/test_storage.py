"""The battery on the phone page: what it shows, and what an owner presses and types there."""

from lib.core.claims import Drawn
from lib.core.modes import StorageMode
from lib.messages import SunNow
from lib.messages.orders import SetReserve, SetStorage
from lib.messages.storage import Flow
from tests.hub.builders import RATES, a_house
from tests.hub.cellar import GIVEN, a_battery, a_storage

from .browser import Tab, needs_chromium
from .house import LOOK, TOKENS, Owner, at, door

pytestmark = needs_chromium
BATTERY, MODE, RESERVE = (f"#storage [aria-label='{name}']" for name in ("battery", "battery mode", "reserve"))
FLOW, HELP, GAINS, PLAN = (f"#storage [aria-label='{name}']" for name in ("flow", "help", "gains", "plan"))


async def test_the_battery_is_drawn_and_each_state_comes_by_itself(tab: Tab) -> None:
    """Why, how full, what is kept, flows, gains, plan."""
    async with door("bs", a_storage()) as hub:
        await tab.go(at(hub))
        await tab.shows("stores 1.9 kW from the sun", BATTERY)
        assert "The battery" == await tab.value("document.title")
        for place, words in (
            (BATTERY, "63 % 6.3 of 10.0 kWh"),
            (BATTERY, "never below 10 %, 20 % kept for the peak"),
            (BATTERY, "stores 5.00 kW and gives 5.00 kW at most"),
            (MODE, "stores what is cheap or your own"),
            (RESERVE, "20 %, by the time of day"),
            (FLOW, "sun 4.71 kW"),
            (FLOW, "grid 140 W injected"),
            (FLOW, "battery 1.85 kW stores"),
            (HELP, "the cars ask for none; 5.00 kW could be given"),
            (HELP, "2.00 kW granted to store"),
            (HELP, "the quarter's target is 3.91 kW"),
            (GAINS, "4.1 kWh stored, 2.0 kWh given, 0.3 kWh lost"),
            (GAINS, "peak 3.91 kW, 6.24 kW without the battery, € 11.16 over the next 12 bills"),
            (PLAN, "12:05 to 14:05 stores 1.80 kW, at 0.1000 €/kWh, then 95 %"),
        ):
            await tab.shows(words, place)
        hub.say(a_storage(seq=2, why="rests", power_w=0.0, help=GIVEN, mode=StorageMode.HOLD))
        await tab.shows("2.00 kW to the cars until 12:20, 1.9 kWh at most: a cloud passes", HELP)
        assert "gives nothing; sun that is left over and what is cheap are still stored" in await tab.text(MODE)
        assert "hold" == await tab.value(f'document.querySelector("{MODE} [aria-pressed=true]").value')


async def test_the_marks_of_the_bar_stand_where_floor_and_reserve_are(tab: Tab) -> None:
    """And its length is the state of charge."""
    part = 'getComputedStyle(document.querySelector("{} .bar .{}")).getPropertyValue("--part")'
    async with door("bs", a_storage()) as hub:
        await tab.go(at(hub))
        await tab.shows("63 %", BATTERY)
        found = [float(await tab.value(part.format(BATTERY, name))) for name in ("battery", "floor", "reserve")]
    assert [0.634, 0.1, 0.2] == found


async def test_a_mode_is_pressed_and_a_reserve_is_typed(tab: Tab) -> None:
    """Each answered beside it; what is no number is refused in words."""
    owner = Owner()
    async with door("bs", a_storage(reserve_set=True), owner=owner) as hub:
        await tab.go(at(hub))
        for mode in StorageMode:
            await tab.press(f"{MODE} button[value={mode}]")
            await tab.shows(f"battery: {mode}", f"{MODE} output")
        await tab.type(f"{RESERVE} input", "30,5")
        await tab.shows("reserve 30.5 %", f"{RESERVE} output")
        await tab.type(f"{RESERVE} input", "much")
        await tab.shows("not done: type a number, 0 to 100", f"{RESERVE} output")
        await tab.press(f"{RESERVE} [data-is=byday]")
        await tab.shows("reserve by the time of day", f"{RESERVE} output")
    assert [
        *(SetStorage(mode=mode) for mode in StorageMode),
        SetReserve(reserve_pct=30.5),
        SetReserve(reserve_pct=None),
    ] == owner.told


async def test_a_token_that_may_only_look_is_refused_in_words(tab: Tab) -> None:
    """It sees all and changes nothing."""
    owner = Owner()
    async with door("bs", a_storage(), owner=owner, tokens=TOKENS, names=["pi.test"]) as hub:
        await tab.go(at(hub, "pi.test", f"?token={LOOK}"))
        await tab.shows("63 %", BATTERY)
        await tab.press(f"{MODE} button[value=off]")
        await tab.shows("not done: this token may only look", f"{MODE} output")
    assert [] == owner.told


async def test_what_is_not_known_is_no_zero(tab: Tab) -> None:
    """A silent battery, no inverter, no plan, nothing counted."""
    silent = a_storage(
        batteries=(a_battery(silent_s=184.0, soc_pct=None, power_w=None),),
        why="the battery does not answer",
        soc_pct=None,
        energy_wh=None,
        power_w=None,
        flow=Flow(grid_w=3620.0, cars_w=0.0),
        refused="the battery does not answer",
        plan=(),
        today=None,
        month=None,
        granted_w=None,
        quarter_w=None,
    )
    async with door("bs", silent) as hub:
        await tab.go(at(hub))
        await tab.shows("how full it is, is not known yet", BATTERY)
        assert "silent for 3 min 04 s" in await tab.text(BATTERY)
        assert not await tab.value(f'document.querySelector("{BATTERY} .bar").checkVisibility()')
        assert "sun ?" in await tab.text(FLOW)
        assert "no inverter is read" not in await tab.text(FLOW)
        assert "no help: the battery does not answer nothing is asked of the grid" in await tab.text(HELP)
        assert "nothing is counted yet" in await tab.text(GAINS)
        assert "nothing is planned" in await tab.text(PLAN)


async def test_a_house_without_a_battery_says_so(tab: Tab) -> None:
    """And has no buttons for it."""
    async with door("bs", a_storage(batteries=(), soc_pct=None, energy_wh=None, power_w=None)) as hub:
        await tab.go(at(hub))
        await tab.shows("no battery is set up in config.py", BATTERY)
        assert ["", ""] == [await tab.text(MODE), await tab.text(RESERVE)]


async def test_where_peaks_cost_nothing_none_is_spoken_of(tab: Tab) -> None:
    """Nor is there a reserve to type."""
    async with door("bs", a_storage(capacity_tariff=False, reserve_pct=10.0, quarter_w=17_250.0)) as hub:
        await tab.go(at(hub))
        await tab.shows("the quarter's limit is 17.25 kW", HELP)
        assert "" == await tab.text(RESERVE)
        for place in (BATTERY, HELP, GAINS):
            assert "peak" not in await tab.text(place)


async def test_names_are_texts_whatever_is_in_them(tab: Tab) -> None:
    """Markup in them is shown as it was typed."""
    evil = "<img src=x onerror=\"document.title='gone'\">"
    told = a_storage(batteries=(a_battery(evil, fault=evil), a_battery()), why=evil, refused=evil)
    async with door("bs", told) as hub:
        await tab.go(at(hub))
        for place in (BATTERY, HELP):
            await tab.shows(evil, place)
        assert 0 == await tab.value("document.querySelectorAll('img').length")


async def test_the_house_shows_sun_and_battery_where_there_is_one(tab: Tab) -> None:
    """On dm's page, beside the grid; an inverter that does not answer says why."""
    drawn = (Drawn(who="battery", low_w=-1100.0, high_w=-1100.0),)
    suns = (SunNow(name="roof", power_w=2400.0, limit_w=2500.0), SunNow(name="shed", trouble="no answer within 5 s"))
    grid = "#house [aria-label=grid]"
    async with door("dm", a_house(), RATES) as hub:
        await tab.go(at(hub))
        await tab.shows("1.53 kW taken", grid)
        assert "battery" not in await tab.text(grid)
        hub.say(a_house(seq=2, drawn=drawn, suns=suns))
        await tab.shows("sun not known yet, held back to 2.50 kW, shed: no answer within 5 s", grid)
        assert "battery gives 1.10 kW" in await tab.text(grid)
        hub.say(a_house(seq=3, drawn=drawn, suns=suns[:1], sun_w=640.0))
        await tab.shows("sun 640 W", grid)
