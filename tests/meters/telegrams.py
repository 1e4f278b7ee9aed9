"""Bytes that look like a meter's; the sources below the framer do not check them."""

from datetime import UTC, datetime

from lib.sim.telegram import telegram
from lib.sim.world import World


def a_telegram(clock: str = "250115120000W", grid_kw: str = "00.512") -> bytes:
    """One telegram with the meter's time and its power."""
    lines = ["/FLU5\\253769484_A", "", f"0-0:1.0.0({clock})", f"1-0:1.7.0({grid_kw}*kW)", "!A1B2", ""]
    return "\r\n".join(lines).encode()


def an_evening(count: int) -> list[bytes]:
    """So many telegrams of the simulated house, a second apart, each with its right CRC."""
    world = World(start=datetime(2026, 11, 20, 17, tzinfo=UTC))
    telegrams = []
    for _ in range(count):
        world.step(1)
        telegrams.append(telegram(world.show()))
    return telegrams
