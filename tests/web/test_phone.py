"""What the phone page shows: what the programs say, as it comes, in words that fit each screen."""

from datetime import timedelta
from typing import Any

import pytest

from lib.core.charger import Plug
from lib.core.claims import Drawn, Grant
from lib.core.link import Link, LinkState
from lib.core.modes import Mode
from lib.messages.charging import Budget
from tests.hub.builders import NOON, RATES, a_house, a_quarter
from tests.hub.cellar import a_battery, a_storage
from tests.hub.garage import HELP, LATE, a_car, a_charger, a_charging, a_trip

from .browser import Tab, needs_chromium
from .house import CARPORT, FIRST_CAR, GARAGE, at, door

pytestmark = needs_chromium
WIDTHS = (320, 360, 390, 820, 1280)


async def test_the_cars_are_drawn_and_each_state_comes_by_itself(tab: Tab) -> None:
    """The sentence, kW and amperes, the plug-in, the state of charge with its age, trips, budget."""
    charging = a_charging(trips=(a_trip(), LATE), help=HELP)
    async with door("ev", charging) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW from the sun", GARAGE)
        assert "The cars" == await tab.value("document.title")
        for words in (
            "2.30 kW offers 10 A on 1 phase",
            "6.2 kWh since 09:05, 5.0 kWh sun, 1.2 kWh grid, € 0.84, 1 stop",
        ):
            assert words in (await tab.text(GARAGE))
        assert "no car on the cable" in await tab.text(CARPORT)
        for words in ("63 %", "estimated, typed 2 h 05 min ago", "to 80 %"):
            assert words in await tab.text(FIRST_CAR)
        assert "how full it is, is not known yet" in await tab.text("#cars")
        for words in ("180 km, 76 % by 19:50, 8.5 kWh to charge", "latest start 17:05, 5 h 00 min to spare"):
            assert words in await tab.text("#trips")
        assert "it will be ready" in await tab.text("#trips > :nth-child(1)")
        assert "it will NOT be ready: it will have 61 %" in await tab.text("#trips > :nth-child(2)")
        assert "2.30 kW used of 3.50 kW granted" in await tab.text("#charging")
        assert "the battery is asked for 2.00 kW until 12:10: a cloud passes" in await tab.text("#charging")
        own = "ready at 19:50 with 76 %: 9 kWh, must start by 17:05"
        hub.say(a_charging(trips=(a_trip(said=own, feasible=True),)))
        await tab.shows(f"180 km, latest start 17:05, 5 h 00 min to spare {own}", "#trips")
        hub.say(a_charging(budget=Budget(used_w=None, granted_w=3500.0)))
        await tab.shows("3.50 kW granted; what is used is not known", "#charging")
        barred = f"{own}; not while off: garage is in off"
        hub.say(a_charging(trips=(a_trip(said=barred, feasible=True, barred="not while off"),)))
        await tab.shows(barred, "#trips .warn")
        hub.say(a_charging(seq=2, at=NOON + timedelta(seconds=7), chargers=(a_charger(why="waits for the sun"),)))
        await tab.shows("waits for the sun", GARAGE)
        assert ["12:05:07", ""] == [await tab.text("time"), await tab.text(CARPORT)]


async def test_the_house_is_drawn(tab: Tab) -> None:
    """Grid, rate, the quarter against its target, what a new peak costs, month peaks, grants."""
    quarter = a_quarter(forecast_w=4730.0, gap_w=-820.0, new_peak_eur=3.93, allowed_w=0.0)
    grants = (Grant(who="garage", power_w=2760.0, short=True),)
    drawn = (
        Drawn(who="garage", low_w=2300.0, high_w=2300.0),
        Drawn(who="carport", low_w=0, high_w=0, controlled=False),
        Drawn(who="battery", low_w=-2000.0, high_w=2000.0, controlled=False),
    )
    async with door("dm", a_house(), RATES) as hub:
        await tab.go(at(hub))
        await tab.shows("1.53 kW taken", "#house")
        shown = await tab.text("#house")
        for words in (
            "0.4000 €/kWh taken, 0.1000 injected",
            "Night from 22:00",
            "12:00 to 12:15",
            "10 min 00 s left",
            "1.44 kW",
            "target 3.91 kW, 2.47 kW to spare",
            "so far 0.42 kW, 105 Wh taken",
            "nobody asks for power",
            "Jun 2026",
            "mean of 2 months 4.01 kW",
            "1 kW more costs € 4.79 over the next 12 bills",
        ):
            assert words in shown
        assert "The house" == await tab.value("document.title")
        hub.say(a_house(seq=2, grid_w=-640.0, quarter=quarter, grants=grants, drawn=drawn))
        await tab.shows("target 3.91 kW, 0.82 kW OVER: a new peak is in the make", "#quarter")
        for words in ("NEW PEAK costs € 3.93 over the next 12 bills", "may draw nothing until 12:15"):
            assert words in await tab.text("#quarter")
        assert "640 W injected" in (await tab.text("#house"))
        assert "battery out of reach" in (await tab.text("#house"))
        for words in (
            "garage may draw 2.76 kW, draws 2.30 kW, less than it asked for, because of the peak",
            "carport is out of reach, and counts with what it had",
        ):
            assert words in await tab.text("#grants")


async def test_where_peaks_cost_nothing_none_is_spoken_of(tab: Tab) -> None:
    """Then the target is what the connection carries."""
    quarter = a_quarter(target_w=17_250.0, forecast_w=18_000.0, gap_w=-750.0)
    grants = (Grant(who="garage", power_w=0.0, short=True),)
    async with door("dm", a_house(capacity_tariff=False, quarter=quarter, grants=grants)) as hub:
        await tab.go(at(hub))
        await tab.shows("limit 17.25 kW, 0.75 kW OVER: more than the connection carries", "#quarter")
        assert "peak" not in (await tab.text()).lower()
    free = a_charging(capacity_tariff=False, chargers=(a_charger(mode=Mode.MAX), a_charger("boat", mode=Mode.AUTO)))
    async with door("ev", free) as hub:
        await tab.go(at(hub))
        await tab.shows("the quarter's limit is 3.91 kW", "#charging")
        assert "peak" not in (await tab.text("#charging")).lower()


async def test_what_is_old_or_wrong_says_so(tab: Tab) -> None:
    """A meter, a charger, a car, a calendar: since when, and why."""
    silent = Link(state=LinkState.SILENT, since=NOON - timedelta(minutes=2), why="no bytes")
    charging = a_charging(
        chargers=(
            a_charger(silent_s=130.0, warning="it has no watchdog"),
            a_charger("carport", plug=Plug.FAULT, fault="earth leakage"),
        ),
        cars=(a_car(age_s=400_000.0, ask="how full is Model 3?", trouble="the portal is away"),),
        notices={"clock": "this machine's clock is 3 min late"},
        demo=True,
    )
    async with door("dm", a_house(link=silent)) as hub:
        await tab.go(at(hub))
        await tab.shows("the meter is silent since 12:03: no bytes", "#line")
        assert 2 == (await tab.text("#house")).count("as of 12:05")
        hub.say(a_house(seq=2))
        await tab.until("document.getElementById('line').hidden")
    async with door("ev", charging) as hub:
        await tab.go(at(hub))
        await tab.shows("silent for 2 min 10 s", GARAGE)
        assert "it has no watchdog" in await tab.text(GARAGE)
        assert "earth leakage" in await tab.text(CARPORT)
        for words in ("typed 4 days ago", "how full is Model 3?", "the portal is away"):
            assert words in await tab.text(FIRST_CAR)
        assert "this machine's clock is 3 min late" in await tab.text("#notes")
        assert "demo" == (await tab.text(".demo")).lower()


async def test_what_a_silent_charger_drew_last_is_not_shown(tab: Tab) -> None:
    """Nor what it offered: nobody knows whether that still flows. What it counted until then stays."""
    told: dict[str, Any] = {"set_a": 10.0, "go": True, "phases_a": (9.8, 0.0, 0.0)}
    figures = ("2.30 kW", "offers 10 A on 1 phase", "the car takes 9.8")
    async with door("ev", a_charging(chargers=(a_charger(**told),))) as hub:
        await tab.go(at(hub))
        await tab.shows("charging", GARAGE)
        assert [True] * 3 == [words in await tab.text(GARAGE) for words in figures]
        hub.say(a_charging(seq=2, chargers=(a_charger(silent_s=10_800.0, why="it does not answer", **told),)))
        await tab.shows("silent for 3 h 00 min", GARAGE)
        assert [False] * 3 == [words in await tab.text(GARAGE) for words in figures]
        assert "6.2 kWh since 09:05" in await tab.text(GARAGE)


async def test_a_program_that_has_said_nothing_is_not_taken_for_an_empty_house(tab: Tab) -> None:
    """No data is never 0."""
    async with door("dm") as hub:
        await tab.go(at(hub))
        await tab.shows("connected; nothing was said yet", "#line")
        hub.say(a_house(grid_w=None, quarter=None, months=None, band=None))
        await tab.until("document.getElementById('line').hidden")
        shown = await tab.text("#house")
        assert "0.00" not in shown
        assert "the month peaks are not known yet" in shown


async def test_names_are_texts_whatever_is_in_them(tab: Tab) -> None:
    """They come from calendars and people; markup in them is shown as it was typed."""
    evil = "<img src=x onerror=\"document.title='gone'\"><script>document.title='gone'</script>"
    charging = a_charging(
        chargers=(a_charger(evil, why=evil, car=evil),),
        cars=(a_car(evil, title=evil, ask=evil),),
        trips=(a_trip(title=evil, car=evil, said=evil),),
        notices={evil: evil},
    )
    async with door("ev", charging) as hub:
        await tab.go(at(hub))
        for place in (GARAGE, FIRST_CAR, "#trips", "#notes"):
            await tab.shows(evil, place)
        assert 0 == await tab.value("document.querySelectorAll('img, body script').length")
        assert "The cars" == await tab.value("document.title")
        made = "try { document.body.innerHTML = '<b>x</b>'; 'made' } catch (error) { error.name }"
        assert "TypeError" == await tab.value(made)
        assert [] == [text for text in tab.complaints if "TrustedHTML" not in text]
        tab.complaints.clear()


@pytest.mark.parametrize("program", ["dm", "ev", "bs"])
async def test_it_fits_each_screen_and_each_thumb(tab: Tab, program: str) -> None:
    """From the narrowest phone to a wide screen, by day and by night; what is pressed is 44 px at least."""
    long = "a very long name of a charger in the garage behind the house " * 2 + "x" * 60
    cars = a_charging(chargers=(a_charger(long), a_charger()), trips=(a_trip(title=long), LATE), notices={"a": long})
    store = a_storage(batteries=(a_battery(long, fault=long), a_battery()), why=long, refused=long, notices={"a": long})
    said = {"dm": (a_house(notices={"a": long}, accepted_w=4500.0), RATES), "ev": (cars,), "bs": (store,)}
    async with door(program, *said[program]) as hub:
        await tab.go(at(hub))
        await tab.until("document.querySelector('main:not([hidden])') !== null")
        grounds = set()
        for width in WIDTHS:
            for dark in (False, True):
                await tab.look(width=width, dark=dark)
                over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert (width, 0) == (width, await tab.value(over))
                sizes = await tab.value(
                    "[...document.querySelectorAll('button, input, select')].filter(one => one.checkVisibility())"
                    ".map(one => { const {width, height} = one.getBoundingClientRect(); return [width, height] })"
                )
                assert sizes
                assert 44 <= min(min(size) for size in sizes)
                grounds.add(await tab.value("getComputedStyle(document.body).backgroundColor"))
        columns = "getComputedStyle(document.querySelector('main:not([hidden])')).gridTemplateColumns.split(' ').length"
        assert [2, 2] == [await tab.value(columns), len(grounds)]
