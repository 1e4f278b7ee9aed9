"""Many charger boxes in a process of their own: `python -m tests.bench.boxes`.

The first line of stdin is a JSON list of `Place`s; the answer is where each box listens. From then on each line lets a
second pass, and is answered by what flows to all cars on L1, L2, L3, and by what the boxes were told since: when it
arrived (monotonic seconds), whom, and the amperes that hold from then on, 0 for a pause. Ends with stdin.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lib.clock import WallClock
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.charger_box import ChargerBox
from lib.sim.goe_box import OFF, GoeBox
from lib.sim.nrgkick_box import NrgkickBox
from tests.programs.program import ROOT

STARTING_S, ANSWER_S = 60.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A charger of the hall, with a car on it. make: nrgkick or goe; wired: as in config.py."""

    name: str
    make: str
    wired: str
    current_a: float
    soc_pct: float

    @property
    def phases(self) -> int:
        """1 or 3."""
        return len(self.wired)


@dataclass(frozen=True, slots=True)
class Told:
    """A charger was told something: when, and the amperes that hold since."""

    at_s: float
    name: str
    current_a: float


class Boxes:
    """The other end: the process, as a bench sees it.

    Attributes:
        addresses: by charger. flow_w: what its cars draw on L1, L2, L3. asked: questions so far.

    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.addresses: dict[str, str] = {}
        self.flow_w = (0, 0, 0)
        self.asked = 0

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    async def pass_second(self) -> list[Told]:
        """Let a second pass; what the boxes were told in the one before. Raises TimeoutError."""
        said = await self._answer("\n", ANSWER_S)
        one, two, three = said["flow_w"]
        self.flow_w, self.asked = (one, two, three), said["asked"]
        return [Told(*told) for told in said["told"]]

    async def begin(self, places: Sequence[Place]) -> None:
        """Open the boxes."""
        self.addresses = await self._answer(json.dumps([asdict(place) for place in places]) + "\n", STARTING_S)

    async def _answer(self, line: str, within_s: float) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line.encode())
        async with asyncio.timeout(within_s):
            return json.loads(await self._process.stdout.readline())


@contextlib.asynccontextmanager
async def boxes(places: Sequence[Place]) -> AsyncIterator[Boxes]:
    """The boxes of these places, on free ports of loopback."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.boxes"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=1 << 24,
    )
    try:
        found = Boxes(process)
        await found.begin(places)
        yield found
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _box(place: Place) -> ChargerBox:
    point = ChargePoint(
        start=WallClock().now(),
        name=place.name,
        most_a=place.current_a,
        phases=place.phases,
        wired=place.wired,
        settings=ChargeSettings(current_a=6.0, paused=True),
        car=Car(name=f"car_{place.name}", capacity_wh=400_000, soc_pct=place.soc_pct, most_a=place.current_a),
        lag_s=0.0,
        ramp_s=0.0,
    )
    return GoeBox(point) if place.make == "goe" else NrgkickBox(point)


class _Watched:
    """A box, and what its orders came to so far."""

    def __init__(self, place: Place) -> None:
        self.box = _box(place)
        self._current_a, self._is_paused = 6.0, True

    def told(self) -> Iterator[tuple[float, str, float]]:
        """What it was told since it was looked at last."""
        writes, self.box.writes = self.box.writes, []
        for at_s, keys in writes:
            self._current_a = float(keys.get("current_set") or keys.get("amp") or self._current_a)
            if "frc" in keys:
                self._is_paused = keys["frc"] == OFF
            self._is_paused = bool(keys.get("charge_pause", self._is_paused))
            yield at_s, self.box.point.name, 0.0 if self._is_paused else self._current_a


async def _run() -> None:
    first = await asyncio.to_thread(sys.stdin.readline)
    all_ = [_Watched(Place(**one)) for one in json.loads(first)]
    for one in all_:
        await one.box.listen()
    _say({one.box.point.name: one.box.where for one in all_})
    try:
        while await asyncio.to_thread(sys.stdin.readline):
            flow_w = [0, 0, 0]
            for one in all_:
                one.box.point.step(1)
                for phase, power_w in enumerate(one.box.point.flow_w):
                    flow_w[phase] += power_w
            told = [told for one in all_ for told in one.told()]
            _say({"flow_w": flow_w, "told": told, "asked": sum(one.box.asked for one in all_)})
    finally:
        for one in all_:
            await one.box.close()


def _say(said: object) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    asyncio.run(_run())
