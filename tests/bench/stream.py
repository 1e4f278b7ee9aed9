"""Telegrams for the benches: the 1 Hz stream of the simulated house, and one that differs in every line.

Out: whole telegrams in bytes, with their CRC. The same seed gives the same bytes.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from fastcrc import crc16

from lib.core.stamp import BRUSSELS
from lib.sim.telegram import telegram
from lib.sim.world import World

MORNING = datetime(2026, 6, 17, 4, 0, tzinfo=UTC)  # a Wednesday in June, 6:00 in Brussels: sun and appliances move
STAMP = re.compile(r"\d{12}[SW]")
DECIMAL = re.compile(r"\d+\.\d+(?=\*)")
IDENTITY = re.compile(r"(?<=\()[0-9A-F]{20,}(?=\))")
LAST_NUMBER = re.compile(r"(?<=\()\d{1,5}(?=\)$)")
TYPED_TEXT = "0-0:96.13.0("


def second_by_second(start: datetime = MORNING, *, seed: int = 7) -> Iterator[bytes]:
    """One telegram for each second of the house's life, without end: gas, water, 13 months of history."""
    world = World(seed=seed, start=start)
    while True:
        yield telegram(world.show())
        world.step(1)


def all_anew(*, seed: int = 7) -> Iterator[bytes]:
    """Telegrams of the same lines with every value drawn anew, the history, the names and the text too; without end."""
    dice = Random(seed)
    lines = telegram(World(seed=seed, start=MORNING).show()).decode("ascii").split("\r\n")[1:-2]
    while True:
        ident = rf"/FLU5\{dice.randrange(10**9):09d}_A"
        body = "\r\n".join([ident, *(_drawn(dice, line) for line in lines), "!"]).encode("ascii")
        yield b"%s%04X\r\n" % (body, crc16.arc(body))


def _drawn(dice: Random, line: str) -> str:
    if line.startswith(TYPED_TEXT):
        return f"{TYPED_TEXT}{dice.randbytes(16).hex().upper()})"
    line = STAMP.sub(lambda _: _stamp(dice), line)
    line = IDENTITY.sub(lambda found: _digits(dice, len(found[0]) // 2).encode().hex(), line)
    line = DECIMAL.sub(lambda found: re.sub(r"\d", lambda _: _digits(dice, 1), found[0]), line)
    return LAST_NUMBER.sub(lambda found: _digits(dice, len(found[0])), line)


def _digits(dice: Random, count: int) -> str:
    return "".join(dice.choices("0123456789", k=count))


def _stamp(dice: Random) -> str:
    at = (MORNING - timedelta(seconds=dice.randrange(10**8))).astimezone(BRUSSELS)
    return f"{at:%y%m%d%H%M%S}{'S' if at.dst() else 'W'}"
