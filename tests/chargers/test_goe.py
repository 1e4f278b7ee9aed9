"""A go-eCharger, by each of its APIs, played by a box that speaks it on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from lib.chargers import ChargerSetupError, RefusedError, UnreachableError, goe, goe_v1
from lib.chargers.goe import TEN_KEYS, Goe
from lib.chargers.goe_v1 import GoeV1
from lib.clock import TurnedClock
from lib.core.charger import Accepted, ChargerRules, Order, Plug
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings, Fault
from lib.sim.goe_box import GoeBox, OldGoeBox, open_goe_box
from lib.sim.http_box import Trouble
from tests.chargers.patience import impatient
from tests.sim.builders import NOON

RULES = ChargerRules(name="garage", switches=True)
GO_10 = Order(current_a=10.0, go=True)


class Bench:
    """A box, a car, a driver, and one clock for both."""

    def __init__(self, box: GoeBox, *, old: bool) -> None:
        self.box = box
        self.point = box.point
        self.clock = TurnedClock(NOON)
        make = GoeV1 if old else Goe
        self.charger = make(box.where, rules=RULES, clock=self.clock)

    def turn(self, seconds: float) -> None:
        """Let time pass for the box and for us."""
        self.point.step(seconds)
        self.clock.turn(seconds)

    @property
    def writes(self) -> list[dict[str, object]]:
        """What the box was told."""
        return [dict(keys) for _, keys in self.box.writes]


async def a_bench(*, old: bool) -> Bench:
    """A box that is set to 16 A and paused, with a car on its cable."""
    settings = ChargeSettings(current_a=16.0, paused=True)
    point = ChargePoint(start=NOON, car=Car(soc_pct=40), settings=settings)
    return Bench(await open_goe_box(point, old=old), old=old)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """One of API v2."""
    bench = await a_bench(old=False)
    yield bench
    await bench.charger.close(restore=False)
    await bench.box.close()


@pytest.fixture
async def old(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """One of API v1, whose manners take no time here."""
    monkeypatch.setattr(goe_v1, "POLITE_S", 0.01)
    bench = await a_bench(old=True)
    yield bench
    await bench.charger.close(restore=False)
    await bench.box.close()


@pytest.fixture(params=[2, 1], ids=["v2", "v1"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """One of each."""
    bench = await a_bench(old=request.param == 1)
    yield bench
    await bench.charger.close(restore=False)
    await bench.box.close()


async def test_a_reading_of_v2(bench: Bench) -> None:
    """Before and while the car charges."""
    waiting = await bench.charger.read()
    assert (Plug.CONNECTED, 16.0, True, 0.0) == (waiting.plug, waiting.set_a, waiting.paused, waiting.power_w)
    await bench.charger.order(GO_10)
    bench.turn(30)
    reading = await bench.charger.read()
    assert (Plug.CHARGING, 10.0, 10.0, False) == (reading.plug, reading.set_a, reading.offered_a, reading.paused)
    assert ((10.0, 10.0, 10.0), 6900, 3, 30.0) == (reading.phases_a, reading.power_w, reading.phases, reading.read_s)
    assert ("000042", 16.0, 6.0) == (reading.serial, reading.most_a, reading.least_a)


async def test_an_order_of_v2_is_one_call_of_what_differs(bench: Bench) -> None:
    """Whole amperes, rounded down; off and on for pause and go; phases where it may switch."""
    await bench.charger.read()
    accepted = await bench.charger.order(Order(current_a=10.9, go=True, phases=1))
    assert Accepted(current_a=10.0, go=True, phases=1) == accepted
    await bench.charger.order(Order(current_a=10.0, go=True, phases=1))
    await bench.charger.order(Order(current_a=40.0, go=False, phases=3))
    assert [{"amp": 10, "frc": 2, "psm": 1}, {"amp": 16, "frc": 1, "psm": 2}] == bench.writes


async def test_left_to_itself_it_is_neither_paused_nor_told_to_go(bench: Bench) -> None:
    """Neutral: so an order to go is still to be written."""
    bench.point.tell(paused=False)
    assert None is (await bench.charger.read()).paused
    await bench.charger.order(Order(current_a=16.0, go=True))
    assert [{"frc": 2}] == bench.writes


async def test_a_refusal_of_v2_names_the_key(bench: Bench) -> None:
    """What was taken beside it holds."""
    await bench.charger.read()
    bench.point.attach(phases=3, most_a=8.0)
    with pytest.raises(RefusedError, match=r"^it refuses amp=10: value out of range$"):
        await bench.charger.order(GO_10)
    bench.turn(3)
    assert not (await bench.charger.read()).paused


async def test_a_clean_exit_leaves_v2_to_itself(bench: Bench) -> None:
    """With the current that it had."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    bench.turn(3)
    await bench.charger.close(restore=True)
    assert {"amp": 16, "frc": 0} == bench.writes[-1]


async def test_what_the_owner_of_v2_changed_stays(bench: Bench) -> None:
    """He forced it off in the app: it stays off."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    bench.turn(3)
    bench.point.tell(paused=True, current_a=13.0)
    bench.turn(3)
    await bench.charger.close(restore=True)
    assert (13.0, True, 1) == (bench.point.told.current_a, bench.point.told.paused, len(bench.writes))


async def test_old_firmware_wants_its_filter_as_a_list(bench: Bench) -> None:
    """And has room for ten keys."""
    bench.box.firmware = "40.0"
    await bench.charger.read()
    reading = await bench.charger.read()
    assert (16.0, True) == (reading.set_a, reading.paused)
    assert bench.charger._filter == TEN_KEYS  # type: ignore[union-attr]  # the one of API v2


async def test_an_api_that_is_off_says_how_to_switch_it_on(bench: Bench) -> None:
    """And that older ones have another."""
    bench.box.enabled = False
    with pytest.raises(UnreachableError, match="has no HTTP API v2: switch it on in its app under Internet"):
        await bench.charger.read()


async def test_nulls_are_no_values(bench: Bench) -> None:
    """It does not know itself: the plug is unknown in time, and that is said."""
    bench.box.internal_error = True
    readings = [await bench.charger.read() for _ in range(4)]
    assert (Plug.UNKNOWN, "it reports an internal error") == (readings[-1].plug, readings[-1].warning)


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.BROKEN, Trouble.CUT, Trouble.GONE])
async def test_a_trouble_is_a_sentence(either: Bench, trouble: Trouble) -> None:
    """And the next call works when it is over."""
    bench = either
    await bench.charger.read()
    bench.box.trouble = trouble
    with impatient((goe, "CALL_S"), (goe_v1, "CALL_S")):
        for call in (bench.charger.read(), bench.charger.order(GO_10)):
            with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:\d+"):
                await call
    bench.box.trouble = Trouble.WELL
    while not (await bench.charger.order(GO_10)).go:
        bench.turn(5)
    assert (10.0, False) == (bench.point.told.current_a, bench.point.told.paused)


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    """The address of a box that answers everything with an empty object."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("make", [Goe, GoeV1])
async def test_another_box_is_told_as_such(stranger: str, make: type[Goe | GoeV1]) -> None:
    """It answers, but not as a go-eCharger would."""
    charger = make(stranger, rules=RULES)
    with pytest.raises(UnreachableError, match="not as a go-eCharger"):
        await charger.read()
    await charger.close(restore=True)


@pytest.mark.parametrize("make", [Goe, GoeV1])
def test_an_address_that_is_none_is_told_at_once(make: type[Goe | GoeV1]) -> None:
    """With one that is."""
    with pytest.raises(ChargerSetupError, match=r"^'a\.\.b' is no address of a go-eCharger"):
        make("a..b", rules=RULES)


async def test_a_reading_of_v1(old: Bench) -> None:
    """All of it comes as text."""
    await old.charger.order(Order(current_a=10.0, go=False))
    await old.charger.order(GO_10)
    old.turn(30)
    reading = await old.charger.read()
    assert (Plug.CHARGING, 10.0, False, 3) == (reading.plug, reading.set_a, reading.paused, reading.phases)
    assert ((10.0, 10.0, 10.0), 6900) == (reading.phases_a, reading.power_w)
    assert reading.total_wh == old.point.total_wh // 100 * 100
    assert reading.plugin_wh == pytest.approx(old.point.plugin_wh, abs=0.1)


async def test_v1_takes_one_key_at_a_time(old: Bench) -> None:
    """The amperes before it may go, the pause before the amperes; what holds already is not written."""
    await old.charger.read()
    assert Accepted(current_a=10.0, go=False) == await old.charger.order(GO_10)
    assert Accepted(current_a=10.0, go=True) == await old.charger.order(GO_10)
    assert Accepted(current_a=10.0, go=True) == await old.charger.order(GO_10)
    pause = Order(current_a=6.0, go=False)
    assert Accepted(current_a=10.0, go=False) == await old.charger.order(pause)
    assert Accepted(current_a=6.0, go=False) == await old.charger.order(pause)
    assert [{"amx": 10}, {"alw": 1}, {"alw": 0}, {"amx": 6}] == old.writes


async def test_a_refusal_of_v1_is_a_value_that_stays(old: Bench) -> None:
    """The answer looks like any other."""
    await old.charger.read()
    old.box.trouble = Trouble.REFUSE
    with pytest.raises(RefusedError, match=r"^it does not take amx=10, and keeps 16: "):
        await old.charger.order(GO_10)
    with pytest.raises(RefusedError, match=r"^it does not take alw=1, and keeps 0: "):
        await old.charger.order(Order(current_a=16.0, go=True))


@pytest.mark.parametrize(("key", "keeps_back"), [("amx", "amp"), ("alw", "alw")])
async def test_v1_that_does_not_say_what_it_took_may_have_taken_it(old: Bench, key: str, keeps_back: str) -> None:
    """So it is asked again, and its owner gets back what he had."""
    assert isinstance(old.box, OldGoeBox)
    await old.charger.read()
    order = GO_10 if key == "amx" else Order(current_a=16.0, go=True)
    old.box.keeps_back = frozenset({keeps_back})
    with pytest.raises(UnreachableError, match=rf"^127\.0\.0\.1:\d+ answers, but not what it took of {key}$"):
        await old.charger.order(order)
    old.box.keeps_back = frozenset()
    assert Accepted(current_a=order.current_a, go=True) == await old.charger.order(order)
    await old.charger.close(restore=True)
    assert (16.0, True) == (old.point.told.current_a, old.point.told.paused)


async def test_the_owner_of_v1_gets_back_what_he_had(old: Bench) -> None:
    """Its amperes and its pause, one after the other."""
    await old.charger.read()
    await old.charger.order(GO_10)
    await old.charger.order(GO_10)
    await old.charger.close(restore=True)
    assert (16.0, True) == (old.point.told.current_a, old.point.told.paused)


@pytest.mark.parametrize("api", [1, 2])
async def test_its_owner_gets_back_no_more_than_its_line_carries(api: int, bench: Bench, old: Bench) -> None:
    """He had 16 A; since then it hangs on a line of 10 A, as config.py says."""
    one = old if api == 1 else bench
    rules = ChargerRules(name="garage", current_a=10.0)
    charger = (GoeV1 if api == 1 else Goe)(one.box.where, rules=rules, clock=one.clock)
    await charger.read()
    await charger.order(Order(current_a=8.0, go=True))
    await charger.close(restore=True)
    assert 10.0 == one.point.told.current_a


async def test_a_fault_of_v1_has_words(old: Bench) -> None:
    """And a line without any phase is warned of."""
    old.point.fail(Fault.PHASE)
    assert "phase fault" == (await old.charger.read()).fault
    old.point.fail(None)
    old.point.attach(phases=0, most_a=16.0)
    assert "none of its phases has voltage: is its fuse out, or its relay?" == (await old.charger.read()).warning


async def test_a_cancelled_call_is_hung_up_on(bench: Bench) -> None:
    """And what it was to change is written again."""
    await bench.charger.read()
    bench.box.delay_s = 30
    task = asyncio.create_task(bench.charger.order(GO_10))
    while not bench.writes:  # noqa: ASYNC110 - the box lies outside
        await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    bench.box.delay_s = 0
    bench.turn(3)
    await bench.charger.order(Order(current_a=9.0, go=True))
    assert {"amp": 9, "frc": 2} == bench.writes[-1]
