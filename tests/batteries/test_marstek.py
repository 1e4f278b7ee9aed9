"""A Marstek Venus, against a box that speaks its registers over real Modbus-TCP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymodbus.client import AsyncModbusTcpClient

from lib.batteries import Battery, BatterySetupError, RefusedError, UnreachableError, open_battery
from lib.clock import TurnedClock
from lib.core.battery import BatteryRules, Setpoint
from lib.sim.battery import HomeBattery
from lib.sim.marstek_box import GIVE_BACK, TAKE, WATCHDOG_S, MarstekBox, open_marstek_box
from lib.sim.modbus_box import Trouble
from tests.sim.builders import NOON

RULES = BatteryRules(name="cellar", capacity_wh=5_120)


def of(power_w: float) -> Setpoint:
    """Take so much, or give it below zero."""
    return Setpoint(power_w=power_w, grid_w=0.0)


class Venus:
    """A box, its driver, and the time of both."""

    def __init__(self, box: MarstekBox) -> None:
        self.box = box
        self.clock = TurnedClock(NOON)
        self.driver: Battery = open_battery("marstek", box.where, rules=RULES, clock=self.clock)

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.turn(seconds)
        self.box.battery.step(seconds)

    @property
    def told(self) -> list[tuple[int, ...]]:
        """What was written, and where."""
        return [(at, *words) for _, at, words in self.box.writes]


def a_battery() -> HomeBattery:
    """As in a Venus."""
    return HomeBattery(
        start=NOON, name="cellar", capacity_wh=5_120, charge_w=2_500, discharge_w=2_500, watchdog_s=WATCHDOG_S
    )


@pytest.fixture(params=[2, 3], ids=["v2", "v3"])
async def venus(request: pytest.FixtureRequest) -> AsyncIterator[Venus]:
    """Of both versions; half full, at zero on its meter."""
    venus = Venus(await open_marstek_box(a_battery(), version=request.param))
    yield venus
    await venus.driver.close()
    await venus.box.close()


async def test_it_is_read_in_our_sign(venus: Venus) -> None:
    """By the registers of its version, which it tells by what it answers."""
    venus.box.battery.look(800)
    reading = await venus.driver.read()
    assert (50.0, -800.0, False) == (reading.soc_pct, reading.power_w, reading.ours)
    assert (2_500.0, 2_500.0) == (reading.charge_w, reading.discharge_w)
    venus.box.battery.look(-1_900 + venus.box.battery.power_w)
    assert 1_900.0 == (await venus.driver.read()).power_w


async def test_control_is_taken_then_power_then_direction(venus: Venus) -> None:
    """One word at a time; then only what changes."""
    assert 1_500.0 == await venus.driver.order(of(1_500.7))
    assert [(42_000, TAKE), (42_020, 1_500), (42_010, 1)] == venus.told
    assert 1_500 == venus.box.battery.power_w
    assert 1_600.0 == await venus.driver.order(of(1_600))
    assert -700.0 == await venus.driver.order(of(-700))
    assert 0.0 == await venus.driver.order(of(0))
    assert [(42_020, 1_600), (42_021, 700), (42_010, 2), (42_010, 0)] == venus.told[3:]
    assert 0 == venus.box.battery.power_w


async def test_more_than_it_can_is_clamped(venus: Venus) -> None:
    """To what it says itself."""
    await venus.driver.read()
    assert (2_500.0, -2_500.0) == (await venus.driver.order(of(9_000)), await venus.driver.order(of(-9_000)))


async def test_told_again_control_is_taken_again_with_all_words(venus: Venus) -> None:
    """25 s later; so its watchdog never ends."""
    await venus.driver.order(of(1_000))
    assert 75.0 == venus.driver.watchdog_s
    for _ in range(8):
        venus.pass_by(25)
        venus.box.writes.clear()
        await venus.driver.order(of(1_000))
        assert [(42_000, TAKE), (42_020, 1_000), (42_010, 1)] == venus.told
    assert (0, 1_000) == (venus.box.battery.expired, venus.box.battery.power_w)


async def test_without_a_word_it_goes_back_to_its_own_mode(venus: Venus) -> None:
    """Some 90 s after control was taken last, whatever else was written; the reading says so."""
    await venus.driver.order(of(1_000))
    venus.pass_by(20)
    await venus.driver.order(of(1_100))  # no new TAKE: nothing was due
    venus.pass_by(75)
    assert 0 == venus.box.battery.power_w
    reading = await venus.driver.read()
    assert (False, None) == (reading.ours, reading.set_w)
    assert "back in its own mode" in reading.warning


async def test_control_that_it_drops_is_taken_again(venus: Venus) -> None:
    """A reading shows it, and the next setpoint takes it again; how often is its keeper's affair."""
    assert 60.0 == venus.driver.retake_s
    await venus.driver.order(of(1_000))
    venus.pass_by(10)
    venus.box.drop()
    assert (await venus.driver.read()).ours is False
    assert 1_000.0 == await venus.driver.order(of(1_000))
    assert 1_000 == venus.box.battery.power_w


async def test_another_program_shows(venus: Venus) -> None:
    """Its watts are read back."""
    await venus.driver.order(of(1_000))
    venus.pass_by(5)
    assert (await venus.driver.read()).ours is True
    venus.box.by_hand(power_w=-2_000)
    reading = await venus.driver.read()
    assert reading.ours is False
    assert "another program" in reading.warning


async def test_it_is_handed_back_with_one_word(venus: Venus) -> None:
    """Also what a dead run left; and once more is harmless."""
    venus.box.by_hand(power_w=2_000)
    await venus.driver.release()
    assert ([(42_000, GIVE_BACK)], 0, False) == (venus.told, venus.box.battery.power_w, venus.box.battery.is_told)
    await venus.driver.release()
    assert not venus.box.battery.is_told


async def test_a_port_that_is_closed_for_a_while(venus: Venus) -> None:
    """It is said, and when it opens again all is told anew."""
    await venus.driver.order(of(1_000))
    port = venus.box.port
    await venus.box.close()
    venus.box.drop()
    for _ in range(2):  # the first one only notices
        with pytest.raises(UnreachableError, match=r"hung up|takes no connection"):
            await venus.driver.read()
    await venus.box.listen(port)
    assert 1_000.0 == await venus.driver.order(of(1_000))
    assert 1_000 == venus.box.battery.power_w


async def test_a_refusal_is_said(venus: Venus) -> None:
    """With the register and why."""
    await venus.driver.read()
    venus.box.trouble = Trouble.BUSY
    with pytest.raises(RefusedError, match="busy"):
        await venus.driver.order(of(1_000))
    venus.box.trouble = Trouble.WELL
    assert 1_000.0 == await venus.driver.order(of(1_000))


async def test_another_device_is_told_apart(venus: Venus) -> None:
    """One that has none of its registers."""
    other = open_battery(
        "marstek", venus.box.where, rules=RULES, clock=venus.clock, options={"version": 5 - venus.box.version}
    )
    with pytest.raises(RefusedError, match="is it a Marstek Venus"):
        await other.read()
    await other.close()


async def test_the_box_takes_one_word_at_a_time(venus: Venus) -> None:
    """As the real one: function 16 is none of its."""
    client = AsyncModbusTcpClient("127.0.0.1", port=venus.box.port)
    assert await client.connect()
    answer = await client.write_registers(42_020, [100, 0], device_id=1)
    assert (True, 1) == (answer.isError(), answer.exception_code)
    for at, word in ((42_000, 1), (42_010, 3), (42_020, 2_501)):
        answer = await client.write_register(at, word, device_id=1)
        assert (True, 3) == (answer.isError(), answer.exception_code)
    client.close()


@pytest.mark.parametrize(
    ("address", "options", "words"),
    [
        ("192.168.1.9/x", {}, "is no address"),
        ("venus", {"version": 4}, "version"),
        ("venus", {"unit": 300}, "unit"),
        ("venus", {"mode": 1}, "no option"),
    ],
)
def test_a_slip_is_said_before_anything_is_asked(address: str, options: dict[str, Any], words: str) -> None:
    """With what is allowed."""
    with pytest.raises(BatterySetupError, match=words):
        open_battery("marstek", address, rules=RULES, options=options, clock=TurnedClock(NOON))
