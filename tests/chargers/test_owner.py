"""What a charger's owner had set outlives a crash of ours: boxes of each make, and drivers that are killed."""

from collections.abc import AsyncIterator, Callable

import pytest
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]  # it has no types

from lib.chargers import Charger, UnreachableError, goe_v1
from lib.chargers.goe import Goe
from lib.chargers.goe_v1 import GoeV1
from lib.chargers.nrgkick import NRGkick
from lib.chargers.relay import Relayed, open_relay
from lib.clock import TurnedClock
from lib.core.charger import ChargerRules, Found, Order
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.goe_box import GoeBox, open_goe_box
from lib.sim.http_box import Trouble
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from tests.sim.builders import NOON

RULES = ChargerRules(name="garage", switches=True)
PAUSE = Order(current_a=6.0, go=False, phases=1)
OLD = "goe of API v1"
MAKES: dict[str, Callable[..., Charger]] = {"nrgkick": NRGkick, "goe": Goe, OLD: GoeV1}


class Bench:
    """A box whose owner lets its car charge with 13 A on three phases, and a driver that may be killed."""

    def __init__(self, box: NrgkickBox | GoeBox, make: str) -> None:
        self.box, self.point, self.make = box, box.point, make
        self.clock = TurnedClock(NOON)
        self.drivers: list[Charger] = []
        self.charger = self.start(None)

    def start(self, owner: Found | None) -> Charger:
        """A new driver; owner: what one before it had found."""
        self.charger = MAKES[self.make](self.box.where, rules=RULES, clock=self.clock)
        self.charger.owner = owner
        self.drivers.append(self.charger)
        return self.charger

    async def begin_again(self) -> Charger:
        """Kill the driver and start another one, which looks once."""
        charger = self.start(self.charger.owner)
        await charger.read()
        return charger

    async def tell(self, order: Order) -> None:
        """Until it is done, and shows."""
        while (await self.charger.order(order)).go is not order.go:
            self.turn(5)
        await self.charger.order(order)
        self.turn(30)

    def turn(self, seconds: float) -> None:
        """Let time pass for the box and for us."""
        self.point.step(seconds)
        self.clock.turn(seconds)

    @property
    def told(self) -> tuple[float, bool, int]:
        """What the box is set to: amperes, whether it pauses, phases."""
        return self.point.told.current_a, self.point.told.paused, self.point.told.phases

    @property
    def ours(self) -> tuple[float, bool, int]:
        """What it is set to after our order."""
        return 6.0, True, 3 if self.make == OLD else 1


HIS = 13.0, False, 3


@pytest.fixture(params=MAKES)
async def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """One of each make, whose manners take no time here."""
    monkeypatch.setattr(goe_v1, "POLITE_S", 0.01)
    settings = ChargeSettings(current_a=13.0, paused=False, phases=3)
    point = ChargePoint(start=NOON, car=Car(soc_pct=40), settings=settings)
    box = await (
        open_nrgkick_box(point) if request.param == "nrgkick" else open_goe_box(point, old=request.param == OLD)
    )
    bench = Bench(box, request.param)
    yield bench
    for charger in bench.drivers:
        await charger.close(restore=False)
    await box.close()


async def test_what_the_owner_had_is_known_from_the_first_look(bench: Bench) -> None:
    """By amperes, pause and phases, with the unit it is of; and no order changes it."""
    assert bench.charger.owner is None
    await bench.charger.read()
    owner = bench.charger.owner
    assert owner is not None
    assert (13.0, bench.box.serial) == (owner.current_a, owner.serial)
    await bench.tell(PAUSE)
    await bench.charger.read()
    assert owner == bench.charger.owner


async def test_a_killed_run_gives_back_after_the_next(bench: Bench) -> None:
    """Killed twice, while it paused and while it charged: the box ends as its owner had it."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    assert bench.ours == bench.told
    charger = await bench.begin_again()
    await bench.tell(Order(current_a=9.0, go=True))
    charger = await bench.begin_again()
    await bench.tell(PAUSE)
    await charger.close(restore=True)
    assert HIS == bench.told
    assert charger.owner is None


async def test_a_run_that_tells_nothing_gives_back_too(bench: Bench) -> None:
    """What it finds is what the killed one left; also when it ends before it ever looked."""
    for looks in (True, False):
        await bench.charger.read()
        await bench.tell(PAUSE)
        charger = bench.start(bench.charger.owner)
        if looks:
            await charger.read()
        await charger.close(restore=True)
        assert HIS == bench.told
        bench.turn(30)
        bench.start(None)


async def test_what_the_owner_changed_after_the_crash_stays(bench: Bench) -> None:
    """He set other amperes, and left our pause: that alone goes back."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    charger = await bench.begin_again()
    bench.turn(5)
    await charger.read()
    bench.point.tell(current_a=11.0)
    bench.turn(40)
    await charger.read()
    await charger.close(restore=True)
    assert (11.0, False) == bench.told[:2]


async def test_what_is_as_its_owner_had_it_is_not_written(bench: Bench) -> None:
    """The killed run had told nothing yet."""
    await bench.charger.read()
    charger = await bench.begin_again()
    bench.turn(5)
    await charger.read()
    await charger.close(restore=True)
    assert ([], None) == (bench.box.writes, charger.owner)


async def test_another_unit_does_not_get_it(bench: Bench) -> None:
    """What that one is set to is its own owner's, and goes back to him."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    bench.box.serial = "another"
    bench.point.tell(current_a=8.0, paused=True, phases=3)
    bench.turn(30)
    charger = await bench.begin_again()
    assert charger.owner is not None
    assert ("another", 8.0) == (charger.owner.serial, charger.owner.current_a)
    writes = len(bench.box.writes)
    await charger.close(restore=True)
    assert writes == len(bench.box.writes)


async def test_what_could_not_be_given_back_is_kept(bench: Bench) -> None:
    """The box is gone as we end; the next end finds it."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    owner, bench.box.trouble = bench.charger.owner, Trouble.GONE
    await bench.charger.close(restore=True)
    assert owner == bench.charger.owner
    bench.box.trouble = Trouble.WELL
    charger = await bench.begin_again()
    await charger.close(restore=True)
    assert (HIS, None) == (bench.told, charger.owner)


async def test_a_refusal_is_kept_too(bench: Bench) -> None:
    """It says no as we end."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    bench.box.trouble = Trouble.REFUSE
    await bench.charger.close(restore=True)
    assert bench.charger.owner is not None
    bench.box.trouble = Trouble.WELL
    await bench.begin_again()
    await bench.charger.close(restore=True)
    assert HIS == bench.told


async def test_an_order_that_nobody_answered_is_ours(bench: Bench) -> None:
    """It was not taken, so the box is as the order before left it: that goes back."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    bench.box.trouble = Trouble.BROKEN
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1"):
        await bench.charger.order(Order(current_a=6.0, go=True, phases=1))
    bench.box.trouble = Trouble.WELL
    bench.turn(30)
    await bench.charger.close(restore=True)
    assert HIS == bench.told


@pytest.mark.parametrize("bench", ["nrgkick"], indirect=True)
async def test_an_order_that_does_not_show_yet_is_ours(bench: Bench) -> None:
    """An NRGkick shows a write 2 s later: who ends before that gives back all the same."""
    await bench.charger.read()
    await bench.charger.order(PAUSE)
    await bench.charger.close(restore=True)
    bench.turn(30)
    assert HIS == bench.told


@pytest.mark.parametrize("looks", [1, 2])
@pytest.mark.parametrize("bench", ["nrgkick"], indirect=True)
async def test_the_last_order_of_a_killed_run_is_ours(bench: Bench, looks: int) -> None:
    """It was killed as it wrote, and the next one looks before that shows; ends at once, or when it has."""
    await bench.charger.read()
    await bench.charger.order(PAUSE)
    charger = await bench.begin_again()
    if looks == 2:
        bench.turn(5)
        assert (await charger.read()).paused
    await charger.close(restore=True)
    bench.turn(30)
    assert HIS == bench.told


@pytest.mark.parametrize("bench", ["nrgkick"], indirect=True)
async def test_phases_that_are_refused_keep_nothing_else_back(bench: Bench) -> None:
    """He switched Phase Switching off in the app meanwhile."""
    assert isinstance(bench.box, NrgkickBox)
    await bench.charger.read()
    await bench.tell(PAUSE)
    bench.box.phase_switching = False
    await bench.charger.close(restore=True)
    assert (13.0, False, 1) == bench.told
    assert bench.charger.owner is not None


@pytest.mark.parametrize("bench", ["nrgkick"], indirect=True)
async def test_a_smaller_plug_gets_what_it_carries(bench: Bench) -> None:
    """More would be refused, and the pause with it."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    bench.point.attach(phases=3, most_a=10.0)
    await bench.charger.close(restore=True)
    assert (10.0, False) == bench.told[:2]


@pytest.mark.parametrize("bench", [OLD], indirect=True)
async def test_more_amperes_come_last(bench: Bench) -> None:
    """One key at a time, and there may be no time for both: the car may go on before it may have more, or with less."""
    await bench.charger.read()
    await bench.tell(PAUSE)
    await bench.charger.close(restore=True)
    assert [{"alw": 1}, {"amx": 13}] == [keys for _, keys in bench.box.writes[-2:]]
    bench.turn(30)
    await bench.start(None).read()
    await bench.tell(Order(current_a=16.0, go=False))
    await bench.charger.close(restore=True)
    assert [{"amx": 13}, {"alw": 1}] == [keys for _, keys in bench.box.writes[-2:]]


@pytest.mark.parametrize("bench", [OLD], indirect=True)
async def test_a_charger_behind_a_relay_keeps_it_as_well(bench: Bench) -> None:
    """And the relay stays as it is."""
    relay = open_relay("garage", {}, factory=MockFactory())
    before = relay.phases
    await Relayed(bench.charger, relay, name="garage", clock=bench.clock).read()
    await bench.tell(PAUSE)
    killed = Relayed(bench.charger, relay, name="garage", clock=bench.clock)
    again = Relayed(bench.start(None), relay, name="garage", clock=bench.clock)
    again.owner = killed.owner
    await again.close(restore=True)
    assert (HIS, before) == (bench.told, relay.phases)
    assert again.owner is None
