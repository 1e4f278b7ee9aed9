"""`ev_app.py --find`: what is printed of the chargers that make themselves known."""

import asyncio
import sys
from contextlib import AsyncExitStack
from secrets import token_hex

import pytest

from lib.commands import SLIP, find
from lib.sim.charge_point import ChargePoint
from lib.sim.nrgkick_box import open_nrgkick_box
from tests.sim.builders import NOON

LOOPBACK = ["127.0.0.1"]


async def test_each_is_a_line_as_config_py_wants_it(capsys: pytest.CaptureFixture[str]) -> None:
    """With its address and its number; one whose owner lets nobody in says how to change that."""
    ours = token_hex(4)
    async with AsyncExitStack() as opened:
        where = []
        for number, enabled in ((1, True), (2, False)):
            box = await open_nrgkick_box(ChargePoint(start=NOON, name=f"Garage {number} {ours}"))
            box.serial, box.enabled = f"N24{ours}S{number}", enabled
            opened.push_async_callback(box.close)
            await box.announce()
            where.append(box.where)
        assert 0 == await asyncio.to_thread(find.run, LOOPBACK)
    one, two = [line for line in capsys.readouterr().out.splitlines() if ours in line]
    assert f'Garage 1 {ours}: "make": "nrgkick", "address": "{where[0]}" or "mdns:N24{ours}S1"' == one
    assert two.startswith(f'Garage 2 {ours}: "make": "nrgkick", "address": "{where[1]}" or "mdns:N24{ours}S2"')
    assert two.endswith("(its JSON API is off: switch it on in the app, Extended, Local API)")


def test_without_the_package_that_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the exit code of a slip."""
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    assert SLIP == find.run(LOOPBACK)
    said = capsys.readouterr()
    assert "" == said.out
    assert said.err.startswith("ev: finding a charger by name wants the package zeroconf")
    assert 1 == said.err.count("\n")
