"""Chargers that dial in: a central system, a driver, and a box that speaks OCPP 1.6J over real sockets."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lib.chargers import ChargerSetupError, RefusedError, UnreachableError, open_charger
from lib.chargers.ocpp import Ocpp
from lib.core.charger import Accepted, ChargerRules, Order, Plug, Told
from lib.core.plugged import Ground, Named, Plugged, Rules, after
from lib.sim.charge_point import Fault
from tests.sim.builders import NOON

from .ocpp_bench import GO_10, GO_16, HOST, PAUSE, RULES, Bench, a_point, until


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Nobody has dialled in yet."""
    bench = Bench()
    yield bench
    await bench.close()
    assert [] == [slip for box in bench.boxes for slip in box.slips]


async def test_a_charger_is_set_to_speak_often_enough(bench: Bench) -> None:
    """Only keys that differ are written, once for each connection."""
    await bench.open()
    written = {said["key"]: said["value"] for action, said in bench.box.told if action == "ChangeConfiguration"}
    assert {"MeterValuesSampledData", "MeterValueSampleInterval"} == set(written)
    assert "10" == bench.box.memory.config["MeterValueSampleInterval"]


async def test_it_tells_what_hangs_on_it(bench: Bench) -> None:
    """A car that waits is connected and draws nothing; its unit is known by its serial."""
    await bench.open()
    reading = await bench.charger.read()
    assert (Plug.CONNECTED, (0.0, 0.0, 0.0), 0.0) == (reading.plug, reading.phases_a, reading.power_w)
    assert ("SIM-0001", "", "") == (reading.serial, reading.fault, reading.warning)


async def test_the_safe_current_is_laid_into_it_first(bench: Bench) -> None:
    """Once for a connection: 6 A for good, below the level on which orders stand."""
    await bench.open()
    await bench.charger.read()
    await bench.charger.read()
    (profile,) = bench.box.profile_orders
    period = profile["chargingSchedule"]["chargingSchedulePeriod"][0]
    assert ("TxDefaultProfile", 2, 6.0) == (profile["chargingProfilePurpose"], profile["stackLevel"], period["limit"])
    assert "duration" not in profile["chargingSchedule"]
    assert bench.charger.watched


async def test_it_is_safe_before_anybody_reads_it(bench: Bench) -> None:
    """A charger that dials in, and its car that begins by itself, wait for nobody's turn."""
    await bench.open(starts_itself=True)
    await until(lambda: bench.box.offer_a == 6.0)
    await until(lambda: bench.charger.watched)


async def test_an_order_starts_the_car_that_waits(bench: Bench) -> None:
    """Remote start, with the order in it; the car draws what was ordered."""
    await bench.open()
    await bench.charging(GO_10)
    reading = await bench.live(20)
    assert (Plug.CHARGING, (10.0, 10.0, 10.0), 6900.0) == (reading.plug, reading.phases_a, reading.power_w)
    assert (10.0, False, True, 3) == (reading.set_a, reading.paused, reading.permitted, reading.phases)
    assert reading.plugin_wh
    assert bench.box.point.total_wh - 2_904_511 >= reading.plugin_wh > 0


async def test_tenths_of_amperes_are_taken_and_no_more_than_it_carries(bench: Bench) -> None:
    """What was accepted is what was written."""
    await bench.open()
    await bench.charging()
    assert Accepted(current_a=12.3, go=True, phases=3) == await bench.charger.order(Order(current_a=12.34, go=True))
    assert 12.3 == bench.box.offer_a
    assert Accepted(current_a=16.0, go=True, phases=3) == await bench.charger.order(Order(current_a=32.0, go=True))


async def test_a_pause_is_a_limit_of_nothing(bench: Bench) -> None:
    """The transaction goes on; the car is connected and not permitted."""
    await bench.open()
    await bench.charging()
    await bench.charger.order(PAUSE)
    bench.turn(5)
    await until(lambda: bench.charger._connector.status == "SuspendedEVSE")
    reading = await bench.charger.read()
    assert (Plug.CONNECTED, True, False, 0.0) == (reading.plug, reading.paused, reading.permitted, reading.power_w)
    assert "RemoteStopTransaction" not in {action for action, _ in bench.box.told}
    await bench.charger.order(GO_10)
    bench.turn(5)
    assert 6900 == bench.box.point.power_w


async def test_a_car_that_wants_no_more_is_permitted_all_the_same(bench: Bench) -> None:
    """SuspendedEV: that tells how full it is, and is no fault."""
    await bench.open()
    await bench.charging()
    car = bench.box.point.car
    assert car
    car.limit_pct = 30.0
    bench.turn(5)
    await until(lambda: bench.charger._connector.status == "SuspendedEV")
    reading = await bench.charger.read()
    assert (Plug.CONNECTED, True) == (reading.plug, reading.permitted)


async def test_who_hears_no_more_falls_to_the_safe_current(bench: Bench) -> None:
    """The lease: half a minute after the last word it is at 6 A, by its own clock."""
    await bench.open()
    await bench.charging(GO_16)
    await bench.live(30)
    await bench.central.close()
    bench.turn(15)
    assert 16.0 == bench.box.offer_a
    bench.turn(16)
    assert 6.0 == bench.box.offer_a


async def test_an_order_is_said_again_while_somebody_reads(bench: Bench) -> None:
    """At least every 15 s; five minutes later it stands still."""
    await bench.open()
    await bench.charging(GO_16)
    before = len(bench.box.profile_orders)
    await bench.live(300)
    assert 16.0 == bench.box.offer_a
    assert 20 <= len(bench.box.profile_orders) - before <= 31


async def test_an_order_that_nobody_renewed_is_not_brought_back(bench: Bench) -> None:
    """After a silence it has the safe current, and is left there: its room may be another's by now."""
    await bench.open()
    await bench.charging(GO_16)
    bench.turn(35)
    reading = await bench.charger.read()
    assert (6.0, False, 6.0) == (reading.set_a, reading.paused, bench.box.offer_a)


async def test_a_short_break_of_the_line_costs_nothing(bench: Bench) -> None:
    """It dials in again, and the order that stands is said to the new connection."""
    await bench.open()
    await bench.charging(GO_16)
    await bench.box.hang_up()
    await until(lambda: bench.charger._station.session is None)
    with pytest.raises(UnreachableError, match="hung up"):
        await bench.charger.read()
    await until(lambda: bench.box.dialled == 2)
    await bench.ready(bench.charger)
    bench.turn(10)
    reading = await bench.charger.read()
    assert (16.0, 16.0) == (reading.set_a, bench.box.offer_a)


async def test_the_line_that_dialled_in_last_counts(bench: Bench) -> None:
    """A charger that lost a line dials in again while we still hold the dead one."""
    await bench.open()
    await bench.charger.read()
    old = bench.charger._station.session
    task, bench.box._running = bench.box._running, None
    await bench.box.open()  # beside the first
    await until(lambda: bench.charger._station.session is not old)
    if task:
        task.cancel()
        await asyncio.wait({task})
    await bench.ready(bench.charger)
    assert Plug.CONNECTED is (await bench.charger.read()).plug


async def test_a_car_that_starts_by_itself_begins_safe(bench: Bench) -> None:
    """Without a word of ours it has the safe current; the order that waits is said when its transaction begins."""
    await bench.open(point=a_point(plugged=False), starts_itself=True)
    assert Plug.EMPTY is (await bench.charger.read()).plug
    assert Accepted(current_a=6.0, go=False, phases=3) == await bench.charger.order(PAUSE)
    bench.box.point.plug_in()
    await until(lambda: bench.box.transaction is not None and bench.box.offer_a == 0.0)
    reading = await bench.charger.read()
    assert (0.0, Plug.CONNECTED) == (reading.plugin_wh, reading.plug)
    orders = [said["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] for said in bench.box.profile_orders]
    assert [6.0, 0.0] == orders


async def test_another_plug_in_starts_again_and_counts_anew(bench: Bench) -> None:
    """Also when nobody read it meanwhile."""
    await bench.open()
    await bench.charging()
    bench.box.point.unplug()
    await until(lambda: bench.charger._connector.plug is Plug.EMPTY)
    bench.box.point.plug_in()
    await until(lambda: bench.charger._connector.plug is Plug.CONNECTED)
    before = bench.box.transaction
    bench.turn(61)
    reading = await bench.charger.read()
    assert 0.0 == reading.plugin_wh
    await bench.charger.order(GO_10)
    await until(lambda: bench.box.transaction not in {None, before})


async def test_a_start_of_ours_makes_no_other_plug_in_of_it(bench: Bench) -> None:
    """The protocol counts none, and what one run counted says nothing to the next: the owner's word holds."""
    await bench.open(point=a_point(plugged=False))
    await bench.charger.read()
    bench.box.point.plug_in()
    await until(lambda: bench.charger._connector.plug is Plug.CONNECTED)
    rules = Rules(cars={}, chargers={"garage": RULES})
    seen = after(Plugged(), Told(charger="garage", reading=await bench.charger.read()), NOON, rules)
    named = after(seen, Named(charger="garage", car=""), NOON, rules)
    await bench.box.close()
    again = Bench()
    try:
        await again.open(point=bench.box.point)
        found = Told(charger="garage", reading=await again.charger.read())
    finally:
        await again.close()
    assert Ground.OWNER is after(named, found, NOON + timedelta(minutes=20), rules).cables["garage"].ground


async def test_a_refused_profile_of_the_transaction_is_replaced_by_a_stacked_one(bench: Bench) -> None:
    """It still lapses: a default profile for a time, above the one that is safe."""
    await bench.open(refuses=("TxProfile",))
    await bench.charging(GO_16)
    assert "TxDefaultProfile" == bench.box.profile_orders[-1]["chargingProfilePurpose"]
    assert bench.charger.watched
    asked = len(bench.box.profile_orders)
    await bench.charger.order(GO_10)
    assert asked + 1 == len(bench.box.profile_orders)  # what was found out is remembered
    bench.turn(65)
    assert 6.0 == bench.box.offer_a


@pytest.mark.parametrize(
    "quirks", [{"refuses": ("TxProfile",), "top": 0}, {"refuses_duration": True}], ids=["one level", "no duration"]
)
async def test_where_no_limit_ends_by_itself_it_says_so(bench: Bench, quirks: dict[str, Any]) -> None:
    """It is told all the same, for good, and counts as not watched."""
    await bench.open(**quirks)
    await bench.charging(GO_16)
    reading = await bench.charger.read()
    assert not bench.charger.watched
    assert "keeps the last one" in reading.warning
    bench.turn(120)
    assert 16.0 == bench.box.offer_a
    await bench.charger.read()
    assert 6.0 == bench.box.offer_a  # nobody renewed the order, so the first contact makes it safe


async def test_one_that_refuses_what_is_safe_keeps_its_last_current(bench: Bench) -> None:
    """An end without anything below it would mean full power: so the order has none."""
    await bench.open(refuses=("TxDefaultProfile",))
    await bench.charging(GO_10)
    reading = await bench.live(20)
    assert not bench.charger.watched
    assert "keeps the last one" in reading.warning
    assert "duration" not in bench.box.profile_orders[-1]["chargingSchedule"]


@pytest.mark.parametrize("tells", [True, False], ids=["as it says", "as is found out"])
async def test_one_that_takes_only_watts_is_told_watts(bench: Bench, tells: bool) -> None:
    """10 A on three phases are 6900 W."""
    await bench.open(units=("W",), tells_config=tells)
    await bench.charging(GO_10)
    period = bench.box.profile_orders[-1]["chargingSchedule"]["chargingSchedulePeriod"][0]
    assert 6900.0 == period["limit"]
    assert bench.charger.watched


async def test_where_nothing_is_no_limit_a_pause_ends_the_transaction(bench: Bench) -> None:
    """And go starts another one."""
    await bench.open(refuses_none=True)
    await bench.charging(GO_10)
    await bench.charger.order(PAUSE)
    await until(lambda: bench.box.transaction is None)
    bench.turn(5)
    assert 0 == bench.box.point.power_w
    await until(lambda: bench.charger._connector.status == "Finishing")
    await bench.charger.order(GO_10)
    await until(lambda: bench.box.transaction is not None)


async def test_one_that_forgets_with_a_transaction_is_told_again(bench: Bench) -> None:
    """The safe profile too, before the next car comes."""
    await bench.open(drops_at_end=True)
    await bench.charging(GO_10)
    bench.box.point.unplug()
    await until(lambda: bench.charger._connector.plug is Plug.EMPTY)
    assert [] == bench.box.profiles
    await bench.charger.read()
    assert ["TxDefaultProfile"] == [profile.purpose for profile in bench.box.profiles]


async def test_an_error_is_a_refusal_in_its_words(bench: Bench) -> None:
    """CALLERROR: the order is refused, and the reading warns that it has nothing safe to fall back to."""
    await bench.open(cannot=("SetChargingProfile",), starts_itself=True)
    await until(lambda: bench.charger._connector.runs)
    with pytest.raises(RefusedError, match="SetChargingProfile is not supported"):
        await bench.charger.order(GO_10)
    reading = await bench.charger.read()
    assert "keeps the last one" in reading.warning
    assert (None, None) == (reading.set_a, reading.paused)


async def test_one_that_cannot_be_asked_is_believed(bench: Bench) -> None:
    """Without TriggerMessage what it says by itself has to do."""
    await bench.open(cannot=("TriggerMessage", "GetConfiguration"))
    await bench.charging(GO_10)
    bench.turn(40)
    assert Plug.CHARGING is (await bench.charger.read()).plug


async def test_what_is_old_is_asked_for(bench: Bench) -> None:
    """Three samples that did not come: its meter is asked, and the answer is waited for."""
    await bench.open()
    await bench.charging(GO_10)
    bench.box.memory.config["MeterValueSampleInterval"] = "3600"
    await bench.live(60)
    asked = [said for action, said in bench.box.told if action == "TriggerMessage"]
    assert {"connectorId": 1, "requestedMessage": "MeterValues"} == asked[-1]


@pytest.mark.parametrize("status", ["Charging", "Faulted", "Unavailable"])
async def test_what_it_draws_is_unknown_when_it_tells_no_more(bench: Bench, status: str) -> None:
    """Nor can it be asked: its last amperes do not count for ever, whatever it says of its plug."""
    await bench.open(cannot=("TriggerMessage",))
    await bench.charging(GO_10)
    driver = bench.charger
    await bench.live(15)
    await until(lambda: driver._connector.drawn.power_w == 6900.0)
    driver._station.connectors[1] = replace(driver._connector, status=status)
    bench.clock.turn(55)
    assert 6900.0 == (await driver.read()).power_w
    bench.clock.turn(10)
    reading = await driver.read()
    assert (None, None) == (reading.power_w, reading.phases_a)
    assert ("its meter does not tell" in reading.warning) is (status == "Charging")


async def test_one_that_answers_nothing_is_unreachable(bench: Bench) -> None:
    """Within 5 s, and the next call finds the line free again."""
    await bench.open()
    await bench.charging(GO_10)
    bench.box.quirks.mute = True
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(UnreachableError, match=r"answer"):
        await bench.charger.order(GO_16)
    assert asyncio.get_running_loop().time() - began_s < 5
    bench.box.quirks.mute = False
    assert None is (await bench.charger.read()).set_a  # nobody knows whether it took it
    assert 16.0 == (await bench.told(GO_16)).current_a


async def test_a_call_that_is_hung_up_on_leaves_the_line_in_order(bench: Bench) -> None:
    """The next question waits for the answer to the first one: only one may be open."""
    await bench.open(delay_s=0.3)
    await bench.charger.read()
    bench.clock.turn(61)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await bench.charger.read()
    assert 10.0 == (await bench.charger.order(GO_10)).current_a


async def test_kilowatts_are_watts(bench: Bench) -> None:
    """KW and kWh as many send them."""
    await bench.open(kilo=True)
    await bench.charging(GO_10)
    reading = await bench.live(15)
    assert 6900.0 == reading.power_w
    assert reading.total_wh == pytest.approx(bench.box.point.total_wh, abs=50)  # of its last sample


@pytest.mark.parametrize(
    ("quirks", "power_w", "phases_a"),
    [
        ({"tells": ("power",)}, 6900.0, None),
        ({"tells": ("current",)}, 6900.0, (10.0, 10.0, 10.0)),
        ({"tells": ("power", "current"), "names": (1,)}, 6900.0, (10.0, 10.0, 10.0)),
        ({"tells": ("current",), "names": (1,)}, None, None),
        ({"tells": (), "cannot": ("TriggerMessage",)}, None, None),
    ],
    ids=["power", "current", "power, and the current of one phase", "the current of one phase", "nothing"],
)
async def test_a_meter_may_tell_little(
    bench: Bench, quirks: dict[str, Any], power_w: float | None, phases_a: tuple[float, ...] | None
) -> None:
    """What it does not say is unknown, and not nothing."""
    await bench.open(**quirks)
    await bench.charging(GO_10)
    reading = await bench.live(15)
    assert (power_w, phases_a) == (reading.power_w, reading.phases_a)
    assert ("" if power_w else "its meter does not tell what the car draws") == reading.warning


async def test_phases_are_switched_by_the_profile() -> None:
    """Where the owner says that it can: one phase, and three again."""
    bench = Bench(rules=replace(RULES, switches=True))
    try:
        await bench.open()
        await bench.charging(Order(current_a=10.0, go=True, phases=1))
        bench.turn(20)
        assert 2300 == bench.box.point.power_w
        assert 1 == (await bench.charger.read()).phases
        assert 3 == (await bench.charger.order(replace(GO_10, phases=3))).phases
        bench.turn(25)
        assert 6900 == bench.box.point.power_w
    finally:
        await bench.close()


async def test_a_fault_is_said_in_words(bench: Bench) -> None:
    """And is over when it is well again."""
    await bench.open()
    bench.box.point.fail(Fault.RESIDUAL_CURRENT)
    await until(lambda: bench.charger._connector.plug is Plug.FAULT)
    assert "residual current" == (await bench.charger.read()).fault
    bench.box.point.fail(None)
    await until(lambda: bench.charger._connector.plug is Plug.CONNECTED)
    assert "" == (await bench.charger.read()).fault


@pytest.mark.parametrize("off_s", [-45.0, 45.0])
async def test_a_clock_that_is_a_little_off_is_told_and_does_no_harm(bench: Bench, off_s: float) -> None:
    """Its profiles are written by its own clock: the order stands while it is renewed, and ends in time."""
    await bench.open(off_s=off_s)
    await until(lambda: bench.charger._connector.metered)
    await bench.charging(GO_10)
    reading = await bench.live(60)
    assert 10.0 == bench.box.offer_a
    bench.turn(15)
    assert 10.0 == bench.box.offer_a
    bench.turn(16)
    assert 6.0 == bench.box.offer_a
    assert f"its clock is {off_s:+.0f} s off" in reading.warning


async def test_at_the_end_our_profiles_are_taken_out(bench: Bench) -> None:
    """It decides by itself again, as its owner had it."""
    await bench.open()
    await bench.charging(GO_10)
    assert bench.charger.owner
    await bench.charger.close(restore=True)
    assert [] == bench.box.profiles
    assert None is bench.charger.owner


async def test_on_a_crowded_circuit_its_safe_current_stays_in_it() -> None:
    """What its circuit does not carry for all, nobody gets back when we leave."""
    bench = Bench(rules=replace(RULES, crowded=True))
    try:
        await bench.open()
        await bench.charging(GO_10)
        await bench.charger.close(restore=True)
        bench.turn(120)
        assert (1, 6.0) == (len(bench.box.profiles), bench.box.offer_a)
    finally:
        await bench.close()


async def test_who_never_dialled_in_is_told_where(bench: Bench) -> None:
    """The sentence says what to enter in its app."""
    charger = bench.driver("GARAGE")
    await bench.central.open()
    with pytest.raises(
        UnreachableError,
        match=re.escape(f'"GARAGE" has not dialled in yet: enter ws://THIS-MACHINE:{bench.central.port}/'),
    ):
        await charger.read()
    with pytest.raises(UnreachableError):
        await charger.order(GO_10)


async def test_two_chargers_dial_in_beside_one_another(bench: Bench) -> None:
    """Each hears its own orders."""
    await bench.open(name="CP_1")
    await bench.open(name="CP_2")
    for driver in bench.drivers:
        await driver.read()
    await bench.drivers[0].order(GO_10)
    await until(lambda: bench.boxes[0].transaction is not None)
    assert None is bench.boxes[1].transaction
    assert 1 == len(bench.boxes[1].profile_orders)


def test_an_address_is_a_name_and_perhaps_a_connector() -> None:
    """Anything else, and a connector that is taken, is said in a sentence."""
    bench = Bench()
    assert 2 == bench.driver("CP_1:2")._number
    assert 1 == bench.driver("CP_1")._number
    for wrong in ("", "a/b", "CP_1:0", "CP_1:99", "x" * 60):
        with pytest.raises(ChargerSetupError, match="identity"):
            bench.driver(wrong)
    with pytest.raises(ChargerSetupError, match="already"):
        bench.driver("CP_1:1")


async def test_it_is_opened_like_any_make(bench: Bench) -> None:
    """With the central system where it dials in; without one it says which setting is missing."""
    options = {"central": bench.central}
    charger = open_charger("ocpp", "CP_9", rules=RULES, options=options, clock=bench.clock)
    assert isinstance(charger, Ocpp)
    with pytest.raises(ChargerSetupError, match="ocpp_door"):
        open_charger("ocpp", "CP_9", rules=RULES)
    assert HOST == bench.central.host


async def test_a_refused_order_does_not_let_the_one_before_it_lapse(bench: Bench) -> None:
    """It is tried again and again; what stands is renewed all the same."""
    await bench.open()
    await bench.charging(GO_16)
    bench.box.quirks.refuses_none = True
    bench.box.quirks.cannot = ("RemoteStopTransaction",)
    for _ in range(24):
        with pytest.raises(RefusedError):
            await bench.charger.order(PAUSE)
        bench.turn(5)
        assert 16.0 == (await bench.charger.read()).set_a
    assert 16.0 == bench.box.offer_a


async def test_one_that_starts_again_is_told_all_again(bench: Bench) -> None:
    """A reboot may have cost it its profiles."""
    await bench.open()
    await bench.charging(GO_16)
    bench.box.profiles.clear()
    await bench.box.hang_up()
    await until(lambda: bench.box.dialled == 2)
    await until(lambda: bench.charger._station.boots == 2)
    await bench.ready(bench.charger)
    await bench.charger.read()
    assert {"TxDefaultProfile", "TxProfile"} == {profile.purpose for profile in bench.box.profiles}


async def test_one_that_wants_a_card_says_so(bench: Bench) -> None:
    """Remote start refused: the order waits, and the owner is told; with the card it charges by the order."""
    await bench.open(cannot=("RemoteStartTransaction",))
    await bench.charger.read()
    await bench.charger.order(GO_10)
    assert "card" in (await bench.charger.read()).warning
    bench.box.present_card()
    await until(lambda: bench.box.offer_a == 10.0)
    assert "" == (await bench.live(10)).warning


async def test_what_its_owner_stopped_is_not_started_again(bench: Bench) -> None:
    """A transaction that ended by a card or in the app stays ended until the car is plugged in anew."""
    await bench.open()
    await bench.charging(GO_10)
    bench.box.stop_by_hand()
    await until(lambda: bench.charger._connector.status == "Finishing")
    await bench.live(90)
    assert None is bench.box.transaction
    assert 1 == len([action for action, _ in bench.box.told if action == "RemoteStartTransaction"])


@pytest.mark.parametrize(("phases", "limit"), [(1, 6.0), (3, 0.0)])
async def test_what_is_safe_is_the_owners_or_the_usual(phases: int, limit: float) -> None:
    """6 A on one phase, nothing on three."""
    bench = Bench(rules=ChargerRules(name="garage", phases=phases))
    try:
        await bench.open()
        await bench.charger.read()
        period = bench.box.profile_orders[-1]["chargingSchedule"]["chargingSchedulePeriod"][0]
        assert {"startPeriod": 0, "limit": limit, "numberPhases": phases} == period
    finally:
        await bench.close()
