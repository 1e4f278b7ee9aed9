"""Whatever a box answers, it is a number or a sentence: a bug would end the program."""

from typing import Any

import pytest

from lib.feeds import FeedError

from .anybody import anybody
from .builders import a_limit, a_meter

ROWS: tuple[Any, ...] = (None, 7, "x", [], {}, [None], [[]], [{}], {"a": 1}, [1, 2, 3], [[1], [2], [3]], True, 1e300)
GARBAGE: list[Any] = [
    *ROWS,
    *({"Datas": row, "Data": row} for row in ROWS),
    *({"type": "SHEM-3", "emeters": row, "meters": row} for row in ROWS),
    *({"type": row, "emeters": [{"power": row, "current": row, "is_valid": row}] * 3} for row in ROWS),
    *({"type": row, "emeters": [{"power": 1, "reactive": row, "voltage": row}] * 3} for row in ROWS),
    *({"gen": row, "em:0": row, "a_current": row, "a_act_power": row, "errors": row, "a_errors": row} for row in ROWS),
    *({"gen": 2, "em1:0": row, "current": row, "act_power": row, "errors": [row]} for row in ROWS),
    *({"inputs": row, "outputs": row} for row in ROWS),
    *({"inputs": [{"channel": row, "name": row}], "outputs": [{"name": row, "units": row}]} for row in ROWS),
    *({"inputs": [{"channel": 1, "name": "a", "Watts": row, "Pf": row, "Vrms": row}]} for row in ROWS),
    *({"inputs": [], "outputs": [{"name": "a", "units": row, "value": row}]} for row in ROWS),
    *({"a": row, "until": row} for row in ROWS),
]


@pytest.mark.parametrize("make", ["shelly", "iotawatt", "iammeter", "http"])
async def test_no_answer_of_a_meter_is_a_bug(make: str) -> None:
    """A JSON of any shape."""
    options: dict[str, Any] = {"iotawatt": {"inputs": "a"}, "http": {"power_w": "a"}}.get(make, {})
    async with anybody({}) as box:
        for said in GARBAGE:
            box.said = said
            async with a_meter(source=make, url=box.url, wired="1", **options) as meter:
                for _ in range(2):
                    try:
                        await meter.read()
                    except FeedError as error:
                        assert len(str(error)) > 10  # noqa: PT017 - some of it is a measurement
        assert box.asked >= 2 * len(GARBAGE)


async def test_no_answer_of_a_limit_is_a_bug() -> None:
    """A JSON of any shape."""
    async with anybody({}) as box:
        for said in GARBAGE:
            box.said = said
            async with a_limit(source="http", url=box.url, unit="kW", value="a", until="until") as limit:
                try:
                    await limit.read()
                except FeedError as error:
                    assert len(str(error)) > 10  # noqa: PT017 - some of it is a limit
