"""A program with a relay, to be killed: `python -m tests.chargers.relay_child LINE KIND [ADDRESS]`.

KIND relay: tells the phases on each line that it reads, or switches to those that stand there. KIND device: the same
with a device of gpiozero's, as one would use it without a second thought. KIND point: a point with a go-e at ADDRESS,
that wants the phases that it reads.
"""

import asyncio
import sys
from pathlib import Path

from gpiozero import OutputDevice  # type: ignore[import-untyped]  # it has no types

from lib.chargers import goe_v1
from lib.chargers.goe_v1 import GoeV1
from lib.chargers.point import Pace, Point
from lib.chargers.relay import Relay, Relayed, open_relay
from lib.core.charger import ChargerRules, Order

from .lasting_pin import lasting_factory

PIN = 26
BUSY = Pace(plugged_s=0.03, empty_s=0.03, look_s=0.03, raise_s=0.05, patience_s=0.05, first_s=0.05)


def tell(phases: int | None) -> None:
    """To whoever started this."""
    sys.stdout.write(f"{phases}\n")
    sys.stdout.flush()


def obey(relay: Relay) -> None:
    """Switch as the lines say, and tell the phases."""
    for line in sys.stdin:
        if line.strip():
            relay.switch(int(line))
        tell(relay.phases)


async def care(relay: Relay, address: str) -> None:
    """Let a charger have the phases that the lines say."""
    goe_v1.POLITE_S = 0.0
    goe_v1.GoeV1.polite_s = 0.0
    goe = GoeV1(address, rules=ChargerRules(name="garage"))
    charger = Relayed(goe, relay, name="garage", settle_s=0.05, shows_s=0.1)
    point = Point("garage", charger, lambda _: None, pace=BUSY)
    running = asyncio.create_task(point.run())
    tell(relay.phases)
    while line := await asyncio.to_thread(sys.stdin.readline):
        point.want(Order(current_a=10.0, go=True, phases=int(line)))
    running.cancel()
    await asyncio.wait({running})
    await point.close(restore=False)


def main() -> None:
    """As the arguments say."""
    line, kind, *address = sys.argv[1:]
    factory = lasting_factory(Path(line))
    if kind == "device":
        device = OutputDevice(PIN, active_high=False, initial_value=None, pin_factory=factory)
        for _ in sys.stdin:
            device.on()
            tell(3)
        return
    relay = open_relay("garage", {"pin": PIN}, factory=factory)
    if kind == "point":
        asyncio.run(care(relay, *address))
    else:
        obey(relay)


if __name__ == "__main__":
    main()
