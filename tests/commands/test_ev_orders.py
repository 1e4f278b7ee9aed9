"""What becomes of the owner's orders: of each a sentence, and what it changes."""

import asyncio
from datetime import timedelta

import pytest

from lib.commands.ev_orders import handlers
from lib.core.modes import Mode, Phases
from lib.core.plugged import Ground
from lib.core.soc import TYPED
from lib.hub.client import Peer
from lib.hub.orders import Orders
from lib.messages import Message, Refused
from lib.messages.orders import AcceptPeak, Boost, Done, Order, SetCar, SetMode, SetPhases, SetSoc
from tests.commands.yard import Yard
from tests.conftest import NOON
from tests.hub.builders import open_hub, url
from tests.waiting import eventually


async def told(yard: Yard | None, order: Order, meter: Peer | None = None) -> tuple[bool, str]:
    """Whether it was carried out, and the sentence."""
    answer = await Orders("ev", handlers(lambda: yard, lambda: meter)).carry_out(order)
    return isinstance(answer, Done), answer.what if isinstance(answer, Done) else answer.why


@pytest.mark.parametrize(
    "order",
    [
        SetMode(charger="x", mode=Mode.OFF),
        SetPhases(charger="x", phases=Phases.ONE),
        SetCar(charger="x", car=""),
        Boost(charger="x"),
    ],
)
async def test_a_charger_that_is_not_there_is_told_with_those_that_are(order: Order) -> None:
    """So a slip of the fingers is seen; nothing is changed."""
    yard = Yard()
    before = yard.charging
    assert (False, "there is no charger 'x'; there is garage, drive") == await told(yard, order)
    assert before is yard.charging


async def test_a_car_that_is_not_there_is_told_with_those_that_are() -> None:
    """For its state of charge, and for who hangs where."""
    yard = Yard()
    yard.read()
    sentence = (False, "there is no car 'car_9'; there is car_1, car_2")
    assert sentence == await told(yard, SetSoc(car="car_9", soc_pct=50))
    assert sentence == await told(yard, SetCar(charger="garage", car="car_9"))


async def test_each_mode_is_set() -> None:
    """And the answer says it."""
    yard = Yard()
    for mode in Mode:
        assert (True, f"garage: {mode}") == await told(yard, SetMode(charger="garage", mode=mode))
        assert mode is yard.charging.bays["garage"].mode
    assert Mode.AUTO is yard.charging.bays["drive"].mode


async def test_phases_are_for_chargers_that_switch_them() -> None:
    """The others are refused with what would allow it; "auto" changes nothing there and is let be."""
    yard = Yard()
    assert (True, "garage: phases 1") == await told(yard, SetPhases(charger="garage", phases=Phases.ONE))
    assert Phases.ONE is yard.charging.bays["garage"].wish
    done, why = await told(yard, SetPhases(charger="drive", phases=Phases.THREE))
    assert (False, "drive cannot switch phases, it has 1; switches_phases in config.py says so") == (done, why)
    assert (True, "drive: phases auto") == await told(yard, SetPhases(charger="drive", phases=Phases.AUTO))


async def test_a_car_is_named_where_one_hangs() -> None:
    """Without a cable in it nobody can be on it; a guest is a car, too."""
    yard = Yard()
    yard.read()
    nobody = (False, "no car hangs on drive: plug it in first")
    assert nobody == await told(yard, SetCar(charger="drive", car="car_2"))
    assert (True, "garage: car_2 is on it") == await told(yard, SetCar(charger="garage", car="car_2"))
    assert Ground.OWNER is yard.charging.plugged.cables["garage"].ground
    assert (True, "garage: a guest is on it") == await told(yard, SetCar(charger="garage", car=""))
    assert yard.charging.car_on("garage") is None


async def test_a_boost_lasts_from_now_on_by_the_meters_time() -> None:
    """0 minutes end it."""
    yard = Yard()
    yard.read()
    assert (True, "garage: fast for 90 minutes") == await told(yard, Boost(charger="garage", minutes=90))
    assert NOON + timedelta(minutes=90) == yard.charging.bays["garage"].boost_until
    assert (True, "garage: no longer fast") == await told(yard, Boost(charger="garage", minutes=0))
    assert yard.charging.bays["garage"].boost_until is None


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.MANUAL])
async def test_a_boost_is_refused_where_the_owner_keeps_his_hand(mode: Mode) -> None:
    """It would be shown, and nothing would be done; one that runs ends with such a mode."""
    yard = Yard()
    yard.read()
    assert (True, "garage: fast for 90 minutes") == await told(yard, Boost(charger="garage", minutes=90))
    await told(yard, SetMode(charger="garage", mode=mode))
    assert yard.charging.bays["garage"].boost_until is None
    refused = f"garage is {mode}, as you set it: choose auto, pv_only, pv_all or max first"
    assert (False, refused) == await told(yard, Boost(charger="garage", minutes=90))
    assert (True, "garage: no longer fast") == await told(yard, Boost(charger="garage", minutes=0))


async def test_what_is_typed_counts_at_once() -> None:
    """As the owner's own word."""
    yard = Yard()
    yard.read()
    assert (True, "car_1: 63.5 %") == await told(yard, SetSoc(car="car_1", soc_pct=63.5))
    known = yard.charging.cars["car_1"].soc
    assert (63.5, TYPED) == (known.pct(), known.source)


async def test_while_it_is_starting_it_says_so() -> None:
    """And which way the peak would go."""
    assert (False, "ev is just starting: try again in a second") == await told(None, SetSoc(car="car_1", soc_pct=50))
    assert (False, "dm cannot be reached from here") == await told(None, AcceptPeak(peak_w=4000))


async def test_the_peak_is_dms_to_accept() -> None:
    """Its answer is passed on, word by word, and where nobody is there the reason."""
    heard: list[Message] = []

    def accept(order: AcceptPeak) -> Done | Refused:
        return Done(what=f"{order.peak_w:g} W") if order.peak_w > 2500 else Refused(why="paid already")

    async with open_hub(orders={AcceptPeak: accept}) as hub:
        meter = Peer(url(hub), heard.append)
        assert "not connected yet" in (await told(Yard(), AcceptPeak(peak_w=4000), meter))[1]
        listening = asyncio.create_task(meter.listen())
        await eventually(lambda: meter.connected)
        assert (True, "4000 W") == await told(Yard(), AcceptPeak(peak_w=4000), meter)
        assert (False, "paid already") == await told(Yard(), AcceptPeak(peak_w=2000), meter)
        listening.cancel()
        await asyncio.wait({listening})
