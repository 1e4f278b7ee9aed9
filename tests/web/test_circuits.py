"""The circuits on the phone page: a tree that folds, with what flows and may, and what holds each charger."""

from datetime import timedelta

from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.modes import Mode
from lib.messages.charging import PhaseLoad
from lib.messages.orders import SetMode
from tests.hub.builders import NOON
from tests.hub.garage import a_charger, a_charging, a_circuit, an_empty_charger
from tests.panels.carpark import carpark

from .browser import Tab, needs_chromium
from .house import CARPORT, Owner, at, door

pytestmark = needs_chromium
CARD = "[aria-label=circuits]"
OPEN = "[...document.querySelectorAll('#tree details')].map(one => one.open)"
WIDTHS = (320, 390, 820, 1280)


async def test_a_home_shows_its_connection(tab: Tab) -> None:
    """By phase, with a sign near the limit; what each charger is told, draws, and is held by."""
    garage = a_charger(go=True, set_a=10.0, phases_a=(9.84, 0.0, 0.0), row="connection L2", lease_s=27.4)
    async with door("ev", a_charging(chargers=(garage, an_empty_charger()))) as hub:
        await tab.go(at(hub))
        await tab.shows("connection", CARD)
        shown = await tab.text(CARD)
        for words in (
            "1 charges",
            "L1 12.4 of 25 A",
            "L2 23.1 of 25 A !",
            "shared all alike; beside the cars 2.4 · 23.1 · 1.2 A",
            "garage told 10 A, draws 9.8 A held by connection L2, lease 27 s",
            "carport no car",
        ):
            assert words in shown
        unknown = tuple(PhaseLoad(phase=one, limit_a=25.0) for one in (1, 2, 3))
        over = a_circuit(phases=(PhaseLoad(phase=1, limit_a=25.0, load_a=25.3), *unknown[1:]), other_a=None)
        late = a_charger(go=True, set_a=None, phases_a=None, lease_s=4.0)
        hub.say(a_charging(seq=2, chargers=(late,), circuits=(over,)))
        await tab.shows("L1 25.3 of 25 A !!", CARD)
        for words in ("L2 ? of 25 A", "told ?, draws ?", "lease 4 s !", "what else flows there is not known"):
            assert words in await tab.text(CARD)


async def test_circuits_stand_below_the_one_that_they_hang_on(tab: Tab) -> None:
    """With their own limit, where it comes from, what is wrong, and who waits."""
    boat = a_charger("boat", plug=Plug.CONNECTED, place=1, row="carport L1")
    cable = a_circuit(
        "carport",
        above="connection",
        profile=Profile.LAXITY,
        chargers=("boat",),
        waiting=("boat",),
        limit_w=11_000.0,
        load_w=8_200.0,
        follows="http://192.168.1.20/limit",
        until=NOON + timedelta(minutes=2),
        trouble="its meter does not answer",
    )
    async with door("ev", a_charging(chargers=(boat,), circuits=(a_circuit(chargers=()), cable))) as hub:
        await tab.go(at(hub))
        below = "#tree .below > li"
        await tab.shows("waits, place 1 no room on carport L1", below)
        for words in (
            "carport 1 waits",
            "all 8.2 of 11 kW",
            "its meter does not answer",
            "shared least time to spare first",
            "until 12:07 its limit comes from http://192.168.1.20/limit",
        ):
            assert words in await tab.text(below)
        hub.say(a_charging(seq=2, circuits=()))
        await tab.until(f"document.querySelector('{CARD}').hidden")


async def test_many_chargers_are_folded_and_what_is_opened_stays_open(tab: Tab) -> None:
    """A finger opens a circuit; the next state does not fold it again."""
    told = carpark(30)
    async with door("ev", told) as hub:
        await tab.go(at(hub))
        await tab.shows("15 charge, 8 wait, 3 silent", CARD)
        assert [True, False, False, False] == await tab.value(OPEN)
        assert "place 11" not in await tab.text(CARD)
        await tab.press("#tree .below > :nth-child(2) summary")
        await tab.shows("place 11 told 6 A, draws 6 A", CARD)
        hub.say(carpark(29))
        await tab.shows("15 charge, 8 wait, 3 silent", CARD)
        assert [True, False, True, False] == await tab.value(OPEN)


async def test_the_tree_fits_each_screen_and_each_thumb(tab: Tab) -> None:
    """With names that are too long; what folds is as high as a thumb."""
    long = "a very long name of a cable behind the house " * 2 + "x" * 60
    told = a_circuit(long, chargers=("garage",), follows=long, trouble=long, limit_w=250_000.0, load_w=123_456.0)
    async with door("ev", a_charging(chargers=(a_charger(row=long, place=1),), circuits=(told,))) as hub:
        await tab.go(at(hub))
        await tab.shows("x" * 60, CARD)
        for width in WIDTHS:
            await tab.look(width=width)
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert (width, 0) == (width, await tab.value(over))
            high = "document.querySelector('#tree summary').getBoundingClientRect().height"
            assert 44 <= await tab.value(high)


async def test_a_circuit_s_name_is_text(tab: Tab) -> None:
    """It comes from the owner's file, its trouble from a box."""
    evil = "<img src=x onerror=\"document.title='gone'\">"
    async with door("ev", a_charging(circuits=(a_circuit(evil, trouble=evil, follows=evil),))) as hub:
        await tab.go(at(hub))
        await tab.shows(evil, CARD)
        assert 0 == await tab.value("document.querySelectorAll('img').length")


async def test_of_many_chargers_each_is_changed_with_a_touch(tab: Tab) -> None:
    """What there is to press comes when it is asked for, and stays; of a few it is there at once."""
    owner = Owner()
    async with door("ev", carpark(30), owner=owner) as hub:
        await tab.go(at(hub))
        await tab.shows("held to 7 A by row 01 L2", CARPORT)
        assert not await tab.value(f"document.querySelector('{CARPORT} .modes').checkVisibility()")
        await tab.press(f"{CARPORT} [data-is=change]")
        hub.say(carpark(29))
        await tab.shows("leave it", CARPORT)
        await tab.press(f"{CARPORT} .modes [value=max]")
        await tab.shows("place 02: max", CARPORT)
        assert [SetMode(charger="place 02", mode=Mode.MAX)] == owner.told
        hub.say(a_charging(seq=3))
        await tab.until(f"document.querySelector('{CARPORT} .modes').checkVisibility()")
        await tab.until(f"!document.querySelector('{CARPORT} [data-is=change]').checkVisibility()")
