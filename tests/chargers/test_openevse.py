"""An OpenEVSE by each age of its firmware, played by a box that speaks it on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from lib.chargers import ChargerSetupError, DeniedError, RefusedError, UnreachableError, openevse_wire
from lib.chargers.openevse import OpenEvse
from lib.core.charger import Accepted, ChargerRules, Order, Plug
from lib.sim.charge_point import Fault
from lib.sim.http_box import Trouble
from lib.sim.openevse_words import Firmware
from tests.waiting import LIMIT_S

from .openevse_bench import GO_10, GO_16, PAUSE, RULES, Bench, a_bench
from .patience import impatient
from .recorded import recorded

SWITCHING = ChargerRules(name="garage", switches=True, safe_a=6.0)
CLAIMS = (Firmware.V4, Firmware.V5)


@pytest.fixture(params=Firmware, ids=lambda firmware: firmware.name)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """One of each age."""
    bench = await a_bench(request.param)
    yield bench
    await bench.close()


def only(*ages: Firmware) -> pytest.MarkDecorator:
    """The bench with these alone."""
    return pytest.mark.parametrize("bench", ages, indirect=True, ids=lambda firmware: firmware.name)


async def test_a_reading(bench: Bench) -> None:
    """Before it is told anything it is left to itself; then it is as it was told, with one phase multiplied."""
    first = await bench.charger.read()
    assert (None, 16.0, 3) == (first.paused, first.set_a, first.phases)
    await bench.charger.order(GO_10)
    await bench.steer(30)
    reading = await bench.charger.read()
    assert (Plug.CHARGING, False, 10.0, 10.0) == (reading.plug, reading.paused, reading.set_a, reading.offered_a)
    assert ((10.0, 10.0, 10.0), 6900, 30.0) == (reading.phases_a, reading.power_w, reading.read_s)
    assert (6.0, 16.0, True) == (reading.least_a, reading.most_a, reading.permitted)
    assert reading.plugin_wh == pytest.approx(bench.point.plugin_wh, abs=3)
    assert reading.total_wh == pytest.approx(bench.point.total_wh, abs=3)


async def test_orders_are_whole_amperes_that_differ(bench: Bench) -> None:
    """Rounded down, within what it takes; pause and go; what holds already is not written."""
    assert Accepted(current_a=10.0, go=True) == await bench.charger.order(Order(current_a=10.9, go=True))
    assert (10.0, False) == bench.told
    bench.turn(12)
    writes = len(bench.writes)
    await bench.charger.order(GO_10)
    assert writes == len(bench.writes)
    assert Accepted(current_a=16.0, go=False) == await bench.charger.order(Order(current_a=40.0, go=False))
    assert (16.0, True) == bench.told
    bench.turn(12)
    assert Plug.CONNECTED is (await bench.charger.read()).plug
    assert Accepted(current_a=6.0, go=True) == await bench.charger.order(Order(current_a=2.0, go=True))


async def test_a_pause_is_read_as_one(bench: Bench) -> None:
    """The car waits, and is permitted nothing."""
    await bench.charger.order(PAUSE)
    await bench.steer(15)
    reading = await bench.charger.read()
    assert (True, 6.0, False, 0.0) == (reading.paused, reading.set_a, reading.permitted, reading.offered_a)


@only(Firmware.EARLY, *CLAIMS)
async def test_what_vanishes_with_the_plug_is_set_anew(bench: Bench) -> None:
    """So the next car begins with what was told; and nobody takes that for its owner's hand."""
    await bench.charger.order(PAUSE)
    await bench.steer(15)
    bench.point.unplug()
    bench.turn(5)
    lasts = bench.box.firmware is Firmware.V5  # what its watchdog watches stays for the next car
    assert ((6.0, True) if lasts else (16.0, False)) == bench.told
    empty = await bench.charger.read()
    assert (Plug.EMPTY, True, 6.0) == (empty.plug, empty.paused, empty.set_a)
    assert (6.0, True) == bench.told
    bench.point.plug_in()
    await bench.steer(30)
    assert (6.0, True, 0) == (*bench.told, bench.point.power_w)


async def test_what_a_restart_takes_is_set_anew(bench: Bench) -> None:
    """A short one, which nobody saw but by what only grows; or one that was seen as a silence."""
    await bench.charger.order(GO_10)
    await bench.steer(15)
    bench.box.asked = 0
    bench.box.reboot(for_s=3.0)
    bench.turn(5)
    reading = await bench.charger.read()
    assert (10.0, False, False) == (*bench.told, reading.paused)
    bench.box.reboot(for_s=15.0)
    bench.turn(5)
    with pytest.raises(UnreachableError):
        await bench.charger.read()
    bench.turn(15)
    await bench.charger.read()
    await bench.charger.order(GO_10)
    assert (10.0, False) == bench.told


async def test_after_a_long_silence_it_waits_for_an_order(bench: Bench) -> None:
    """Others may have its amperes by then: it is left to itself until it is told again."""
    await bench.charger.order(GO_16)
    await bench.steer(15)
    bench.box.trouble = Trouble.GONE
    for _ in range(8):
        bench.turn(5)
        with pytest.raises(UnreachableError):
            await bench.charger.read()
    bench.box.trouble = Trouble.WELL
    bench.box.claims.clear()
    told, writes = bench.told, len(bench.writes)
    assert (await bench.charger.read()).paused is None
    assert (told, writes) == (bench.told, len(bench.writes))
    await bench.charger.order(GO_10)
    bench.turn(5)
    assert (10.0, False, False) == (*bench.told, (await bench.charger.read()).paused)


@only(Firmware.V4, Firmware.V5)
async def test_its_owners_hand_goes_before_us_and_shows(bench: Bench) -> None:
    """On its page he lets the car have all, then nothing; our claim waits beside it."""
    await bench.charger.order(GO_10)
    await bench.steer(15)
    bench.box.override("active", 16)
    await bench.steer(5)
    reading = await bench.charger.read()
    assert (16.0, False) == (reading.set_a, reading.paused)
    bench.box.override("disabled")
    await bench.steer(5)
    assert (await bench.charger.read()).paused
    bench.box.override(None)
    await bench.steer(5)
    assert (10.0, False) == bench.told


@only(Firmware.EARLY)
async def test_an_override_that_its_owner_took_back_shows(bench: Bench) -> None:
    """It is his lever too: while the car stays, it is not taken from him in silence."""
    await bench.charger.order(GO_10)
    await bench.steer(15)
    bench.box.override(None)
    await bench.steer(5)
    assert (await bench.charger.read()).paused is None
    assert (16.0, False) == bench.told


@only(Firmware.V2)
async def test_old_firmware_is_told_by_commands_the_cut_first(bench: Bench) -> None:
    """To sleep before the amperes, the amperes before it may go; whether a car hangs on it is asked besides."""
    await bench.charger.order(PAUSE)
    bench.turn(15)
    assert Plug.CONNECTED is (await bench.charger.read()).plug
    await bench.charger.order(GO_10)
    said = [keys["rapi"] for keys in bench.writes if "$SY" not in keys["rapi"]]
    assert ["$FS", "$SC 6 V", "$SC 10 V", "$FE"] == said


@only(Firmware.V2)
async def test_a_status_that_is_late_hides_no_cut(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortly after a raise it may still tell the lower value: the cut is written all the same."""
    await bench.charger.order(Order(current_a=6.0, go=True))
    bench.turn(15)
    await bench.charger.read()
    await bench.charger.order(GO_16)
    stale = bench.point.told
    bench.point.told = bench.point.settings
    await bench.charger.read()
    bench.point.told = stale
    await bench.charger.order(Order(current_a=6.0, go=True))
    assert (6.0, False) == bench.told


@only(Firmware.V5)
async def test_phases_are_switched_by_command_where_its_hardware_can(bench: Bench) -> None:
    """Its own automatic is switched off first, and on again when it is given back."""
    bench.box.controller.switches = bench.box.controller.automatic = True
    charger = bench.start(rules=SWITCHING)
    await charger.read()
    assert Accepted(current_a=10.0, go=True, phases=1) == await charger.order(Order(current_a=10, go=True, phases=1))
    assert (1, False) == (bench.point.told.phases, bench.box.controller.automatic)
    await bench.steer(60)
    reading = await charger.read()
    assert (1, 2300) == (reading.phases, reading.power_w)
    await charger.order(Order(current_a=10, go=True, phases=3))
    assert 3 == bench.point.told.phases
    await charger.close(restore=True)
    assert bench.box.controller.automatic


@only(Firmware.V5)
async def test_a_refusal_of_phases_takes_no_cut_along(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cut goes out before; more amperes wait until there are fewer phases."""
    controller = bench.box.controller
    controller.switches = True
    obey = controller.obey
    monkeypatch.setattr(controller, "obey", lambda said: "$NK^21" if said.startswith("$S7") else obey(said))
    charger = bench.start(rules=SWITCHING)
    await charger.order(Order(current_a=12, go=True, phases=3))
    for current_a, left_a in ((8.0, 8.0), (10.0, 8.0)):
        with pytest.raises(RefusedError, match="it refuses to switch phases"):
            await charger.order(Order(current_a=current_a, go=True, phases=1))
        assert left_a == bench.told[0]


@only(Firmware.V5)
async def test_hardware_that_cannot_switch_says_so(bench: Bench) -> None:
    """Orders are obeyed for the rest."""
    charger = bench.start(rules=SWITCHING)
    assert Accepted(current_a=10.0, go=True) == await charger.order(Order(current_a=10, go=True, phases=1))
    assert "it cannot switch phases" in (await charger.read()).warning


async def test_a_fault_has_words(bench: Bench) -> None:
    """And permits nothing."""
    bench.point.fail(Fault.TOO_HOT)
    reading = await bench.charger.read()
    assert (Plug.FAULT, "too hot", False) == (reading.plug, reading.fault, reading.permitted)


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.BROKEN, Trouble.CUT, Trouble.GONE])
async def test_a_trouble_is_a_sentence(bench: Bench, trouble: Trouble) -> None:
    """And the next call works when it is over."""
    await bench.charger.read()
    bench.box.trouble = trouble
    with impatient((openevse_wire, "CALL_S")):
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:\d+"):
            await bench.charger.read()
        with pytest.raises((UnreachableError, RefusedError)):
            await bench.charger.order(PAUSE)
    bench.box.trouble = Trouble.WELL
    bench.turn(5)
    await bench.charger.order(GO_10)
    assert (10.0, False) == bench.told


async def test_a_refusal_has_its_words(bench: Bench) -> None:
    """And it stays as it was."""
    await bench.charger.read()
    bench.box.trouble = Trouble.REFUSE
    with pytest.raises(RefusedError, match=r"^it refuses "):
        await bench.charger.order(GO_10)
    assert (16.0, False) == bench.told


@pytest.mark.parametrize("login", [{}, {"user": "admin", "password": "wrong"}])
async def test_who_is_not_let_in_is_told_what_to_do(bench: Bench, login: dict[str, str]) -> None:
    """With a wrong password, or with none; the right one opens."""
    bench.box.login = ("admin", "sesame")
    charger = bench.start(**login)  # type: ignore[arg-type]  # user and password only
    has = "refuses the user and password that we have" if login else "wants a user and password"
    with pytest.raises(DeniedError, match=has):
        await charger.read()
    opened = bench.start(user="admin", password="sesame")
    assert (await opened.order(GO_10)).go


@only(Firmware.V5)
async def test_another_unit_behind_the_address_is_not_steered(bench: Bench) -> None:
    """Its router gave the address away."""
    await bench.charger.read()
    bench.box.serial = "02005E005399"
    bench.turn(601)
    with pytest.raises(DeniedError, match="is now the OpenEVSE 02005E005399, no longer 02005E005302"):
        await bench.charger.read()


async def test_a_module_without_its_controller_is_silent(bench: Bench) -> None:
    """What it tells then is old."""
    bench.box.cut_off = True
    with pytest.raises(UnreachableError, match="does not reach its controller: restart it"):
        await bench.charger.read()


async def test_a_cancelled_call_is_hung_up_on(bench: Bench) -> None:
    """And what it was to change is written again."""
    await bench.charger.read()
    bench.box.delay_s = 30
    asked = bench.box.asked
    task = asyncio.create_task(bench.charger.order(GO_10))
    async with asyncio.timeout(LIMIT_S):
        while bench.box.asked == asked:  # noqa: ASYNC110 - the box lies outside
            await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    bench.box.delay_s = 0
    bench.turn(3)
    await bench.charger.order(Order(current_a=9.0, go=True))
    assert (9.0, False) == bench.told


class Parrot:
    """A box that answers each path with what it is given, else with an empty object."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said
        self.where = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Parrot":
        async def answer(request: web.Request) -> web.Response:
            said = self.said.get(request.path, {} if self.said else None)
            return web.json_response(said) if said is not None else web.Response(text="<html>", status=200)

        app = web.Application()
        app.router.add_route("*", "/{any:.*}", answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.where = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner
        await self._runner.cleanup()


@pytest.mark.parametrize("said", [{}, {"/status": {}}, {"/status": {"state": None}}, {"/status": {"state": "?"}}])
async def test_garbage_is_a_sentence_or_unknown(said: dict[str, Any]) -> None:
    """Another box, or one that has lost its mind."""
    async with Parrot(said) as parrot:
        charger = OpenEvse(parrot.where, rules=RULES)
        if "state" not in said.get("/status", {}):
            with pytest.raises(UnreachableError, match="not as an OpenEVSE"):
                await charger.read()
        else:
            assert Plug.UNKNOWN is (await charger.read()).plug
        await charger.close(restore=True)


STATUSES = {name: body for name, body in recorded("openevse").items() if "status" in name or "websocket" in name}
REACHED = {name: body for name, body in STATUSES.items() if "cut_off" not in name}


@pytest.mark.parametrize("name", REACHED)
async def test_each_recorded_status_becomes_a_reading(name: str) -> None:
    """Over the wire, with the recorded set-up beside it."""
    config = recorded("openevse").get("v4_config", {})
    async with Parrot({"/status": REACHED[name], "/config": config, "/claims": []}) as parrot:
        charger = OpenEvse(parrot.where, rules=RULES)
        reading = await charger.read()
        await charger.close(restore=True)
    assert (REACHED[name]["pilot"], None, config.get("wifi_serial", "")) == (
        reading.set_a,
        reading.paused,
        reading.serial,
    )
    is_charging = REACHED[name]["state"] == 3
    assert is_charging is bool(reading.power_w)


def test_an_address_that_is_none_is_told_at_once() -> None:
    """And so is a user that can be none, also of one that is looked for by its name."""
    with pytest.raises(ChargerSetupError, match=r"^'a\.\.b' is no address of an OpenEVSE"):
        OpenEvse("a..b", rules=RULES)
    with pytest.raises(ChargerSetupError, match="holds a colon"):
        OpenEvse("mdns:openevse-7b2c", rules=RULES, user="a:b", password="sesame")
