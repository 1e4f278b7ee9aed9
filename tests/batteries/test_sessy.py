"""A Sessy, against a box that speaks its API over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from aiohttp import web

from lib.batteries import BatterySetupError, RefusedError, UnreachableError, open_battery
from lib.batteries.sessy import Sessy, parse_status
from lib.clock import WallClock
from lib.core.battery import BatteryRules, Setpoint
from lib.sim.battery import HomeBattery
from lib.sim.http_box import HttpBox, Trouble
from lib.sim.sessy_box import PASSWORD, USER, SessyBox, open_sessy_box
from tests.sim.builders import NOON

T = TypeVar("T")
RULES = BatteryRules(name="cellar", capacity_wh=5_000)


def of(power_w: float) -> Setpoint:
    """Take so much, or give it below zero."""
    return Setpoint(power_w=power_w, grid_w=0.0)


def a_sessy(box: SessyBox, **said: Any) -> Sessy:
    """The driver of a box."""
    usual: dict[str, Any] = {"rules": RULES, "user": USER, "password": PASSWORD, "clock": WallClock()}
    return Sessy(box.where, **(usual | said))


class Saying(HttpBox):
    """It answers every question with the same text."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said

    def routes(self) -> Iterable[web.RouteDef]:
        """All there may be."""
        return [web.route("*", "/{path:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """That."""
        del request
        return web.Response(text=self.said)


@pytest.fixture
async def box() -> AsyncIterator[SessyBox]:
    """A box that is half full and at zero on the meter."""
    box = await open_sessy_box(
        HomeBattery(start=NOON, name="cellar", capacity_wh=5_000, charge_w=2_200, discharge_w=2_200)
    )
    yield box
    await box.close()


@pytest.fixture
async def sessy(box: SessyBox) -> AsyncIterator[Sessy]:
    """Its driver."""
    sessy = a_sessy(box)
    yield sessy
    await sessy.close()


async def test_it_is_read_in_our_sign(sessy: Sessy, box: SessyBox) -> None:
    """It counts discharge as +, we what goes into it; the energy in Wh."""
    box.battery.look(800)  # the house draws
    box.battery.step(3_600)
    reading = await sessy.read()
    assert (-800.0, None, False) == (reading.power_w, reading.set_w, reading.ours)
    assert pytest.approx(box.battery.soc_pct, abs=0.01) == reading.soc_pct
    assert (0, 800) == (reading.charged_wh, reading.discharged_wh)


async def test_control_is_taken_once_and_the_watts_are_written(sessy: Sessy, box: SessyBox) -> None:
    """First the strategy, then the setpoint, in its sign; what it took is what it flows."""
    assert 1_500.0 == await sessy.order(of(1_500.4))
    assert 1_500 == box.battery.power_w
    assert -700.0 == await sessy.order(of(-700))
    assert [("strategy", "POWER_STRATEGY_API"), ("setpoint", -1_500), ("setpoint", 700)] == [
        (key, value) for _, key, value in box.writes
    ]
    reading = await sessy.read()
    assert (-700.0, -700.0, True) == (reading.power_w, reading.set_w, reading.ours)


async def test_a_setpoint_is_clamped_to_what_it_and_its_owner_allow(box: SessyBox) -> None:
    """2 200 W, 1 700 of an older one, and what the owner set."""
    for said, took in (
        ({}, (2_200.0, -2_200.0)),
        ({"most_w": 1_700.0}, (1_700.0, -1_700.0)),
        ({"rules": BatteryRules(name="cellar", capacity_wh=5_000, charge_w=800.0)}, (800.0, -2_200.0)),
    ):
        sessy = a_sessy(box, **said)
        assert took == (await sessy.order(of(9_000)), await sessy.order(of(-9_000)))
        await sessy.close()


async def test_it_gets_back_the_strategy_that_it_had(sessy: Sessy, box: SessyBox) -> None:
    """Not always zero on the meter; and what another hand set meanwhile stays."""
    box.by_hand("POWER_STRATEGY_ROI")
    await sessy.order(of(1_000))
    await sessy.release()
    assert "POWER_STRATEGY_ROI" == box.strategy
    await sessy.order(of(1_000))
    box.by_hand("POWER_STRATEGY_IDLE")
    await sessy.release()
    assert "POWER_STRATEGY_IDLE" == box.strategy


async def test_what_a_dead_run_left_is_handed_back(sessy: Sessy, box: SessyBox) -> None:
    """It goes on with the last watts for ever; then zero on the meter is what we know."""
    box.by_hand("POWER_STRATEGY_API")
    box.battery.told(-2_000)
    await sessy.release()
    assert ("POWER_STRATEGY_NOM", 0) == (box.strategy, box.battery.power_w)


async def test_a_hand_back_to_one_that_never_was_ours_writes_nothing(sessy: Sessy, box: SessyBox) -> None:
    """It is harmless."""
    await sessy.release()
    assert [] == box.writes


async def test_another_hand_shows_in_a_reading(sessy: Sessy, box: SessyBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The strategy is looked at now and then."""
    monkeypatch.setattr("lib.batteries.sessy.STRATEGY_S", 0.0)
    await sessy.order(of(1_000))
    box.by_hand("POWER_STRATEGY_NOM")
    assert (await sessy.read()).ours is False
    await sessy.order(of(1_000))
    assert "POWER_STRATEGY_API" == box.strategy


async def test_a_wrong_password_is_said(box: SessyBox) -> None:
    """With where the right one stands."""
    sessy = a_sessy(box, password="wrong")
    with pytest.raises(RefusedError, match="sticker"):
        await sessy.read()
    await sessy.close()


async def test_a_refusal_has_its_words(sessy: Sessy, box: SessyBox) -> None:
    """And nothing is supposed to be taken of it."""
    box.trouble = Trouble.REFUSE
    with pytest.raises(RefusedError, match=r"refuses active_strategy: not allowed now \(HTTP 409\)"):
        await sessy.order(of(1_000))
    box.trouble = Trouble.WELL
    assert 1_000.0 == await sessy.order(of(1_000))


@pytest.mark.parametrize("trouble", [Trouble.BROKEN, Trouble.CUT, Trouble.GONE, Trouble.HANG])
async def test_no_answer_is_one_error_and_it_goes_on_after_it(
    sessy: Sessy, box: SessyBox, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong; no error of the HTTP library gets through."""
    monkeypatch.setattr("lib.batteries.sessy.ANSWER_S", 0.5)
    box.trouble = trouble
    with pytest.raises(UnreachableError):
        await sessy.read()
    with pytest.raises(UnreachableError):
        await sessy.order(of(1_000))
    box.trouble = Trouble.WELL
    assert 1_000.0 == await sessy.order(of(1_000))
    assert (await sessy.read()).ours is True


async def test_an_answer_that_takes_too_long_is_given_up(
    sessy: Sessy, box: SessyBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been taken: that is not known then."""
    monkeypatch.setattr("lib.batteries.sessy.ANSWER_S", 0.3)
    box.delay_s = 10.0
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(UnreachableError, match="no answer"):
        await sessy.order(of(1_000))
    assert asyncio.get_running_loop().time() - began_s < 1.0


async def test_one_that_takes_its_time_is_read_and_told_in_the_end(
    sessy: Sessy, box: SessyBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take seconds for each question: one call has not the time for all that it wants to know."""
    monkeypatch.setattr("lib.batteries.sessy.ANSWER_S", 0.7)
    monkeypatch.setattr("lib.batteries.sessy.COUNTING_S", 0.1)
    box.delay_s = 0.4

    async def in_the_end(call: Callable[[], Awaitable[T]]) -> T:
        for _ in range(5):
            with suppress(UnreachableError):
                return await call()
        return await call()

    assert 50.0 == (await in_the_end(sessy.read)).soc_pct
    assert 1_000.0 == await in_the_end(lambda: sessy.order(of(1_000)))
    assert 1_000 == box.battery.power_w


async def test_a_box_that_closed_the_connection_is_asked_again(sessy: Sessy, box: SessyBox) -> None:
    """An order after a restart of the box does not fail."""
    await sessy.order(of(1_000))
    port = box.port
    await box.close()
    await box.listen(port)
    assert 500.0 == await sessy.order(of(500))
    assert 500 == box.battery.power_w


async def test_nobody_there_is_said(box: SessyBox) -> None:
    """As an owner understands it."""
    sessy = a_sessy(box)
    await box.close()
    with pytest.raises(UnreachableError, match="refuses the connection"):
        await sessy.read()
    await sessy.close()


async def test_full_empty_and_faulty_show(sessy: Sessy, box: SessyBox) -> None:
    """What it cannot do now, and what is wrong."""
    box.battery.set_soc(100)
    assert (0.0, None) == ((await sessy.read()).charge_w, (await sessy.read()).discharge_w)
    box.battery.set_soc(0)
    assert (None, 0.0) == ((await sessy.read()).charge_w, (await sessy.read()).discharge_w)
    box.state = "ERROR"
    assert "error" == (await sessy.read()).fault


async def test_a_firmware_without_counters_is_well(sessy: Sessy, box: SessyBox) -> None:
    """They are not known then."""
    box.counts = False
    reading = await sessy.read()
    assert (50.0, None) == (reading.soc_pct, reading.charged_wh)


@pytest.mark.parametrize("said", ["[" * 60_000, '{"sessy": {"power": Infinity}', "\x00", "[]", '{"strategy": 3}'])
async def test_whatever_it_says_no_driver_breaks(said: str) -> None:
    """A thousand brackets, half an object, another kind of box."""
    box = Saying(said)
    await box.listen()
    sessy = Sessy(box.where, rules=RULES, user=USER, password=PASSWORD, clock=WallClock())
    with pytest.raises(UnreachableError):
        await sessy.read()
    await sessy.close()
    await box.close()


@pytest.mark.parametrize("power", ["much", 10**400, float("nan"), float("inf"), [3]])
def test_what_is_no_number_is_not_known(power: Any) -> None:
    """Never 0."""
    said = {"sessy": {"state_of_charge": None, "power": power, "power_setpoint": True}}
    reading = parse_status(said, read_s=1.0, ours=True, counters=(None, None))
    assert (None, None, None) == (reading.soc_pct, reading.power_w, reading.set_w)
    with pytest.raises(UnreachableError, match="nothing of its battery"):
        parse_status({}, read_s=1.0, ours=True, counters=(None, None))


@pytest.mark.parametrize(
    ("address", "said", "words"),
    [
        ("192.168.1.9/api", {}, "is no address"),
        ("::", {}, "is no address"),
        ("sessy", {"password": None}, "wants a user and a password"),
        ("sessy", {"user": "a:b"}, "holds a colon"),
        ("sessy", {"options": {"most_w": 90_000}}, "most_w"),
        ("sessy", {"options": {"power": 1}}, "no option"),
    ],
)
def test_a_slip_is_said_before_anything_is_asked(address: str, said: dict[str, Any], words: str) -> None:
    """With what is allowed."""
    usual: dict[str, Any] = {"rules": RULES, "user": USER, "password": PASSWORD, "clock": WallClock()}
    with pytest.raises(BatterySetupError, match=words):
        open_battery("sessy", address, **(usual | said))


async def test_it_is_opened_by_its_make(box: SessyBox) -> None:
    """With the user and the password of its sticker."""
    sessy = open_battery("sessy", box.where, rules=RULES, user=USER, password=PASSWORD, clock=WallClock())
    assert 50.0 == (await sessy.read()).soc_pct
    assert (None, False, False) == (sessy.watchdog_s, sessy.stored, sessy.by_grid)
    await sessy.close()
