"""ev's core behind a real door, at the pace of the wall clock: for who talks to it over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from lib.commands.ev_memory import Memory
from lib.commands.ev_orders import handlers
from lib.commands.ev_teller import Teller
from lib.core.charging import Event
from lib.hub.gate import Role
from lib.hub.questions import CARS
from lib.hub.server import Hub
from lib.hub.states import CAR_STATES
from tests.commands.plant import CIRCUITS, RULED, Plant
from tests.store.ev_builders import recorder_in

STEP_S = 0.05
STEER: Final = "steer-" + "b" * 40
TOKENS: Final[Mapping[Role, str]] = MappingProxyType({Role.VIEW: "look-" + "a" * 40, Role.CONTROL: STEER})


class LivePlant(Plant):
    """The state, told to whoever listens."""

    def __init__(self, folder: Path, port: int = 0, *, speed: float = 1.0) -> None:
        self._teller: Teller | None = None
        super().__init__()
        self._speed, self.cars_w = speed, 2_530.0
        self.boot = uuid4().hex[:8]
        self.hub = Hub(
            "ev",
            boot=self.boot,
            host="127.0.0.1",
            port=port,
            questions=CARS,
            orders=handlers(lambda: self, lambda: None, CIRCUITS),
            states=CAR_STATES,
            tokens=TOKENS,
        )
        memory = Memory(charging=self.charging, recorder=recorder_in(folder / self.boot)[0], owners={}, sessions=())
        makes = {"garage": "nrgkick", "drive": "goe"}
        self._teller = Teller(self.hub.say, RULED, memory, boot=self.boot, clock=self.clock, makes=makes)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://127.0.0.1:{self.hub.port}/ws"

    def take(self, event: Event) -> None:
        """Something happened: it is told at once."""
        super().take(event)
        if self._teller:
            self._teller.tell(self.charging)

    async def run(self) -> None:
        """Until cancelled: time passes, chargers are read, and dm speaks."""
        while True:
            self.wait(STEP_S * self._speed)
            self.read("garage", set_a=16.0, phases_a=(6.0, 5.0, 0.0), power_w=self.cars_w)
            self.read("drive", phases_a=(0.0, 0.0, 0.0), power_w=0.0)
            self.hear()
            await asyncio.sleep(STEP_S)


@asynccontextmanager
async def open_plant(folder: Path, **options: Any) -> AsyncIterator[LivePlant]:
    """It lives until the block ends."""
    plant = LivePlant(folder, **options)
    (folder / plant.boot).mkdir(exist_ok=True)
    await plant.hub.start()
    living = asyncio.create_task(plant.run())
    try:
        yield plant
    finally:
        living.cancel()
        await asyncio.wait({living})
        await plant.hub.close()
        if not living.cancelled():
            living.result()
