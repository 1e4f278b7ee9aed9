"""What an owner presses and types on the phone page, and what he is answered beside it."""

import asyncio
from datetime import timedelta

from lib.core.modes import Mode, Phases
from lib.messages import Refused
from lib.messages.orders import ORDERS, AcceptPeak, Boost, Done, Order, SetCar, SetMode, SetPhases, SetSoc
from tests.hub.builders import NOON, a_house
from tests.hub.garage import a_charger, a_charging, an_empty_charger
from tests.waiting import eventually

from .browser import Tab, needs_chromium
from .house import ACCEPT, CARPORT, FIRST_CAR, GARAGE, Owner, at, door

pytestmark = needs_chromium


class Nobody(Owner):
    """Who refuses all."""

    def take(self, order: Order) -> Done | Refused:
        """Nothing becomes of it."""
        self.told.append(order)
        return Refused(why="nobody is at home")


async def test_a_mode_is_pressed_and_shown_when_the_program_says_it(tab: Tab) -> None:
    """What was told stands beside the button at once, the button is down when the state says so."""
    owner = Owner()
    pressed = f"[...document.querySelectorAll('{GARAGE} .modes [aria-pressed=true]')].map(one => one.value).join()"
    async with door("ev", a_charging(), owner=owner) as hub:
        await tab.go(at(hub))
        for mode in Mode:
            await tab.press(f"{GARAGE} button[value={mode}]")
            await tab.shows("not done: this house" if mode is Mode.MANUAL else f"garage: {mode}", f"{GARAGE} output")
            assert "pv_only" == await tab.value(pressed)
        assert [SetMode(charger="garage", mode=mode) for mode in Mode] == owner.told
        hub.say(a_charging(seq=2, chargers=(a_charger(mode=Mode.AUTO),)))
        await tab.until(f"{pressed} === 'auto'")
        await tab.shows("ready for each trip, from sun and cheap hours", GARAGE)


async def test_fast_for_an_hour_and_its_end(tab: Tab) -> None:
    """One button, which says until when."""
    owner = Owner()
    boost = f"{GARAGE} [data-is=boost]"
    async with door("ev", a_charging(), owner=owner) as hub:
        await tab.go(at(hub))
        await tab.shows("fast for an hour", boost)
        await tab.press(boost)
        await tab.shows("garage: fast for 60 minutes", f"{GARAGE} output")
        hub.say(a_charging(seq=2, chargers=(a_charger(boost_until=NOON + timedelta(hours=1)),)))
        await tab.shows("fast until 13:05: end it", boost)
        await tab.press(boost)
        await tab.shows("garage: fast for 0 minutes", f"{GARAGE} output")
    assert [Boost(charger="garage", minutes=60), Boost(charger="garage", minutes=0)] == owner.told


async def test_a_state_of_charge_is_typed(tab: Tab) -> None:
    """With a point or a comma; what is no number, or none of percent, is refused in words."""
    owner = Owner()
    async with door("ev", a_charging(), owner=owner) as hub:
        await tab.go(at(hub))
        for text, answer in (
            ("64", "car_1: 64 %"),
            ("63,5", "car_1: 63.5 %"),
            ("half", "not done: type a number, 0 to 100"),
            ("140", "not done: soc_pct is a number of percent from 0 to 100, and not 140"),
        ):
            await tab.type(f"{FIRST_CAR} input", text)
            await tab.shows(answer, f"{FIRST_CAR} output")
            left = "" if text in {"64", "63,5"} else text  # what was refused can be mended
            assert left == await tab.value(f"document.querySelector('{FIRST_CAR} input').value")
    assert [SetSoc(car="car_1", soc_pct=64), SetSoc(car="car_1", soc_pct=63.5)] == owner.told


async def test_a_number_that_is_being_typed_outlives_the_next_states(tab: Tab) -> None:
    """Nor does a card lose its place to a new one: what is there is changed, not made anew."""
    field = f"document.querySelector('{FIRST_CAR} input')"
    async with door("ev", a_charging()) as hub:
        await tab.go(at(hub))
        await tab.press(f"{FIRST_CAR} input")
        await tab.command("Input.insertText", text="6")
        for seq in range(2, 6):
            hub.say(a_charging(seq=seq, chargers=(a_charger(why=f"state {seq}"), an_empty_charger(f"new {seq}"))))
            await tab.shows(f"state {seq}", GARAGE)
            assert f"new {seq}" in await tab.text(CARPORT)
        assert ["6", True] == await tab.value(f"[{field}.value, document.activeElement === {field}]")


async def test_which_car_and_how_many_phases_are_chosen(tab: Tab) -> None:
    """A guess is always correctable; phases only where the charger switches."""
    owner = Owner()
    change = f"""(name, value) => {{
        const one = document.querySelector(`{GARAGE} [data-is=${{name}}]`);
        one.value = value;
        one.onchange();
    }}"""
    async with door("ev", a_charging(chargers=(a_charger(), a_charger("carport", switches=False))), owner=owner) as hub:
        await tab.go(at(hub))
        await tab.shows("a guest", f"{GARAGE} [data-is=car]")
        for name, value in (("car", "car_2"), ("car", ""), ("wish", "3")):
            before = len(owner.told)
            await tab.value(f"({change})('{name}', '{value}')")
            await eventually(lambda: len(owner.told) > before)  # noqa: B023 - waited for within this turn
            await tab.until(f"!document.querySelector('{GARAGE}').ariaBusy")
        assert ["Phases", ""] == [(await tab.text(f"{name} [data-is=phases]"))[:6] for name in (GARAGE, CARPORT)]
    told = [SetCar(charger="garage", car="car_2"), SetCar(charger="garage", car="")]
    assert [*told, SetPhases(charger="garage", phases=Phases.THREE)] == owner.told


async def test_what_was_chosen_and_refused_is_not_left_standing(tab: Tab) -> None:
    """A phone never takes the focus from a field of choices; what the program says counts again all the same."""
    wish = f"document.querySelector('{GARAGE} [data-is=wish]')"
    async with door("ev", a_charging(), owner=Nobody()) as hub:
        await tab.go(at(hub))
        await tab.shows("auto", f"{GARAGE} [data-is=wish]")
        await tab.value(f"{wish}.focus()")
        await tab.value(f"{wish}.value = '3'; {wish}.onchange()")
        await tab.shows("not done: nobody is at home", f"{GARAGE} output")
        hub.say(a_charging(seq=2, chargers=(a_charger(why="state 2"),)))
        await tab.shows("state 2", GARAGE)
        assert ["auto", True] == await tab.value(f"[{wish}.value, document.activeElement === {wish}]")
        hub.say(a_charging(seq=3, chargers=(a_charger(wish=Phases.ONE),)))  # somebody else chose
        await tab.until(f"{wish}.value === '1'")


async def test_a_choice_that_is_being_made_outlives_the_next_states(tab: Tab) -> None:
    """What says nothing new of it leaves it alone."""
    car = f"document.querySelector('{GARAGE} [data-is=car]')"
    async with door("ev", a_charging()) as hub:
        await tab.go(at(hub))
        await tab.shows("a guest", f"{GARAGE} [data-is=car]")
        await tab.value(f"{car}.value = 'car_2'")
        hub.say(a_charging(seq=2, chargers=(a_charger(why="state 2"),)))
        await tab.shows("state 2", GARAGE)
        assert "car_2" == await tab.value(f"{car}.value")


async def test_what_is_pressed_while_another_order_is_told_is_told_after_it(tab: Tab) -> None:
    """On the same card, and in that order: no press is lost."""
    owner, may = Owner(), asyncio.Event()

    async def slowly(order: Order) -> Done | Refused:
        became = owner.take(order)
        await may.wait()
        return became

    async with door("ev", a_charging(), orders=dict.fromkeys(ORDERS.values(), slowly)) as hub:
        await tab.go(at(hub))
        await tab.press(f"{GARAGE} button[value=max]")
        await tab.press(f"{GARAGE} button[value=auto]")
        await tab.press(f"{GARAGE} [data-is=boost]")
        may.set()
        await tab.shows("garage: fast for 60 minutes", f"{GARAGE} output")
    modes = [SetMode(charger="garage", mode=mode) for mode in (Mode.MAX, Mode.AUTO)]
    assert [*modes, Boost(charger="garage", minutes=60)] == owner.told


async def test_what_was_done_leaves_and_a_refusal_stays(tab: Tab) -> None:
    """What is told today may be otherwise tomorrow; who was refused shall see it when he looks again."""
    by_hand = """window.leave = [];
        const real = setTimeout;
        window.setTimeout = (run, ms) => (ms === ANSWER_S * 1000 ? (leave.push(run), 0) : real(run, ms));"""
    async with door("ev", a_charging(), owner=Owner()) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW", GARAGE)
        await tab.value(f"{{ {by_hand} }}")
        await tab.press(f"{GARAGE} button[value=max]")
        await tab.shows("garage: max", f"{GARAGE} output")
        await tab.value("leave.forEach(run => run())")
        assert not await tab.text(f"{GARAGE} output")
        await tab.press(f"{GARAGE} button[value=manual]")
        await tab.shows("not done: this house has no such thing", f"{GARAGE} output")
        assert 1 == await tab.value("leave.length")


async def test_a_peak_is_accepted_and_taken_back(tab: Tab) -> None:
    """In kW, as on the bill."""
    owner = Owner()
    async with door("dm", a_house(), owner=owner) as hub:
        await tab.go(at(hub))
        await tab.type(f"{ACCEPT} input", "4,5")
        await tab.shows("4500 W are accepted", f"{ACCEPT} output")
        assert not await tab.text(f"{ACCEPT} [data-is=back]")
        hub.say(a_house(seq=2, accepted_w=4500.0))
        await tab.shows("4.50 kW are accepted", ACCEPT)
        await tab.press(f"{ACCEPT} [data-is=back]")
        await tab.shows("0 W are accepted", f"{ACCEPT} output")
    assert [AcceptPeak(peak_w=4500), AcceptPeak(peak_w=0)] == owner.told
