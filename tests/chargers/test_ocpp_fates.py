"""Whatever happens to a charger that dials in, what is said of it is true, and silence makes it safe."""

import asyncio
import random
from datetime import timedelta

import pytest

from lib.chargers import ChargerError
from lib.core.charger import Order
from lib.sim import ocpp_box

from .ocpp_bench import Bench, a_point, until

SAFE_A = 6.0
STEPS = 25
QUIRKS = [
    {},
    {"starts_itself": True},
    {"refuses": ("TxProfile",)},
    {"drops_at_end": True, "starts_itself": True},
    {"refuses_none": True},
    {"units": ("W",), "tells_config": False},
]


class Fate:
    """One charger, and chance."""

    def __init__(self, bench: Bench, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance

    async def happen(self) -> str:
        """One thing happens; what."""
        box, charger, chance = self.bench.box, self.bench.charger, self.chance
        orders, reads = ("order", "order", "pause"), ("read", "read")
        what = chance.choice([*orders, *reads, "time", "long", "cable", "line", "card", "clock"])
        match what:
            case "order" | "pause":
                order = Order(current_a=chance.choice([6.0, 8.5, 16.0]), go=what == "order")
                await charger.order(order)
            case "time" | "long":
                self.bench.turn(chance.randrange(1, 20) if what == "time" else 70)
            case "cable":
                if box.point.car:
                    box.point.unplug()
                else:
                    box.point.plug_in()
            case "line":
                before = box.dialled
                await box.hang_up()
                await until(lambda: box.dialled > before)
                await self.bench.ready(charger)
            case "card":
                box.present_card()
            case "clock":
                self.bench.clock.set(self.bench.clock.now() + timedelta(minutes=chance.choice([-180, -2, 37, 180])))
            case _:
                await charger.read()
        return what

    async def settle(self) -> None:
        """Wait until it has said what there was to say."""
        box, standing = self.bench.box, self.bench.charger
        await asyncio.sleep(0.03)
        await until(lambda: box._status == box.status and standing._station.ready)
        await until(lambda: standing._starting is None or standing._starting.done())


@pytest.mark.parametrize("quirks", QUIRKS, ids=lambda quirks: " ".join(quirks) or "none")
@pytest.mark.parametrize("seed", range(2))
async def test_what_is_said_of_it_is_true(
    monkeypatch: pytest.MonkeyPatch, quirks: dict[str, object], seed: int
) -> None:
    """After each reading it offers no more than that says; a minute of silence later no more than what is safe."""
    monkeypatch.setattr(ocpp_box, "TICK_S", 0.005)
    bench = Bench()
    done: list[str] = []
    try:
        await bench.open(point=a_point(), **quirks)  # type: ignore[arg-type]  # names of quirks
        bench.box.retry_s = 0.01
        fate = Fate(bench, random.Random(f"{seed} {sorted(quirks)}"))
        for _ in range(STEPS):
            try:
                done.append(await fate.happen())
            except ChargerError as error:
                done.append(f"({error})")
            await fate.settle()
            if done[-1] == "long":
                assert bench.box.offer_a <= SAFE_A, done
            reading = await bench.charger.read()
            await fate.settle()
            if reading.set_a is not None:
                assert bench.box.offer_a <= (0.0 if reading.paused else reading.set_a), (done, reading)
        assert [] == bench.box.slips
    finally:
        await bench.close()
