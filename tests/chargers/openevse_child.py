"""A program that steers an OpenEVSE until it is killed: `python -m tests.chargers.openevse_child HOST:PORT`."""

import asyncio
import sys

from lib.chargers.openevse import OpenEvse
from lib.chargers.point import Pace, Point

from .openevse_bench import GO_16, RULES


async def steer(address: str) -> None:
    """With 16 A, five times a second."""
    point = Point("garage", OpenEvse(address, rules=RULES), lambda _: None, pace=Pace(plugged_s=0.2, look_s=0.2))
    point.want(GO_16)
    await point.run()


if __name__ == "__main__":
    asyncio.run(steer(sys.argv[1]))
