"""An NRGkick, played by a box that speaks its API on real sockets."""

import logging

import pytest
from aiohttp import web

from lib.chargers import DeniedError, RefusedError, UnreachableError
from lib.core.charger import Accepted, ChargerRules, Order, Plug
from lib.sim.charge_point import Fault

from .nrgkick_bench import GO_10, Bench


@pytest.fixture
def asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths and queries that the box is asked."""
    seen: list[str] = []
    arrive = bench.box.arrive

    def see(question: web.Request, at_s: float) -> None:
        seen.append(question.path_qs)
        arrive(question, at_s)

    monkeypatch.setattr(bench.box, "arrive", see)
    return seen


async def test_a_reading_has_all_that_the_house_asks(bench: Bench) -> None:
    """Before and while the car charges."""
    waiting = await bench.charger.read()
    assert (Plug.CONNECTED, 16.0, True, 0.0) == (waiting.plug, waiting.set_a, waiting.paused, waiting.power_w)
    await bench.charger.order(GO_10)
    bench.turn(30)
    reading = await bench.charger.read()
    assert (Plug.CHARGING, 10.0, 10.0, False) == (reading.plug, reading.set_a, reading.offered_a, reading.paused)
    assert ((10.0, 10.0, 10.0), 6900, 3) == (reading.phases_a, reading.power_w, reading.phases)
    assert (16.0, 6.0, bench.box.serial, 30.0) == (reading.most_a, reading.least_a, reading.serial, reading.read_s)
    assert reading.plugins == bench.point.plugins
    assert reading.total_wh == bench.point.total_wh
    assert ("", "", None) == (reading.fault, reading.warning, reading.limit_wh)


async def test_current_and_pause_go_in_one_call(bench: Bench) -> None:
    """So both hold, or neither does."""
    await bench.charger.read()
    accepted = await bench.charger.order(GO_10)
    assert Accepted(current_a=10.0, go=True, phases=3) == accepted
    assert [{"current_set": 10.0, "charge_pause": 0}] == bench.writes


async def test_what_holds_already_is_not_written(bench: Bench) -> None:
    """Neither an order that is repeated, nor one that the owner had set before."""
    await bench.charger.read()
    assert Accepted(current_a=16.0, go=False, phases=3) == await bench.charger.order(Order(current_a=16.0, go=False))
    await bench.charger.order(GO_10)
    await bench.charger.order(GO_10)
    await bench.charger.order(Order(current_a=10.0, go=False))
    assert [{"current_set": 10.0, "charge_pause": 0}, {"charge_pause": 1}] == bench.writes


@pytest.mark.parametrize(("asked_a", "written_a"), [(10.26, 10.2), (10.3 - 1e-12, 10.3), (5.0, 6.0), (40.0, 16.0)])
async def test_amperes_are_written_as_the_box_takes_them(bench: Bench, asked_a: float, written_a: float) -> None:
    """One decimal, rounded down, within what unit and attachment carry."""
    await bench.charger.read()
    await bench.charger.order(Order(current_a=9.0, go=True))
    accepted = await bench.charger.order(Order(current_a=asked_a, go=True))
    assert written_a == accepted.current_a == bench.point.told.current_a


async def test_a_unit_that_cuts_to_its_most_is_believed(bench: Bench) -> None:
    """The echo holds, not what was asked for."""
    await bench.charger.read()
    bench.point.attach(phases=3, most_a=13.0)  # nobody told us yet
    bench.box.clips = True
    assert 13.0 == (await bench.charger.order(Order(current_a=15.0, go=True))).current_a


async def test_a_refusal_is_told_in_the_boxs_words(bench: Bench) -> None:
    """With what its owner can do about it."""
    await bench.charger.read()
    bench.box.solar_mode = True
    for status in (406, 405, 200):
        bench.box.refusal_status = status
        with pytest.raises(RefusedError, match=r"Charging pause is blocked by solar-charging; is its own solar"):
            await bench.charger.order(GO_10)
    assert (16.0, True) == (bench.point.told.current_a, bench.point.told.paused)


async def test_phases_are_a_call_of_their_own(bench: Bench) -> None:
    """A refusal of the phases does not take the cut with it."""
    await bench.charger.read()
    bench.box.phase_switching = False
    with pytest.raises(RefusedError, match=r'1 phases: Phase switching is not enabled; is "Phase Switching" on'):
        await bench.charger.order(Order(current_a=6.0, go=True, phases=1))
    assert [{"current_set": 6.0, "charge_pause": 0}, {"phase_count": 1}] == bench.writes


async def test_fewer_phases_come_before_more_amperes(bench: Bench) -> None:
    """Else all phases would draw more for a moment."""
    await bench.charger.read()
    await bench.charger.order(Order(current_a=6.0, go=True, phases=3))
    bench.turn(30)
    await bench.charger.order(Order(current_a=14.0, go=True, phases=1))
    await bench.charger.order(Order(current_a=6.0, go=True, phases=3))
    expected = [{"phase_count": 1}, {"current_set": 14.0}, {"current_set": 6.0}, {"phase_count": 3}]
    assert expected == bench.writes[1:]


async def test_phases_are_left_alone_where_the_owner_says_so(bench: Bench) -> None:
    """Without `switches` no phases are ever written."""
    charger = bench.driver(ChargerRules(name="garage"))
    await charger.read()
    assert Accepted(current_a=10.0, go=True) == await charger.order(Order(current_a=10.0, go=True, phases=1))
    assert [{"current_set": 10.0, "charge_pause": 0}] == bench.writes


async def test_while_it_switches_nobody_knows_its_phases(bench: Bench) -> None:
    """It then says 0; afterwards it has the new ones."""
    await bench.charger.read()
    await bench.charger.order(Order(current_a=10.0, go=True))
    bench.turn(30)
    assert 1 == (await bench.charger.order(Order(current_a=10.0, go=True, phases=1))).phases
    seen = []
    for _ in range(20):
        bench.turn(2)
        seen.append((await bench.charger.read()).phases)
    assert 1 == seen[-1]
    assert None in seen
    await bench.charger.order(Order(current_a=10.0, go=True, phases=1))
    assert [{"phase_count": 1}] == bench.writes[1:]


async def test_a_plug_with_one_phase_is_not_asked_for_three(bench: Bench) -> None:
    """The attachment says what there is."""
    bench.point.attach(phases=1, most_a=13.0)
    reading = await bench.charger.read()
    assert (1, 13.0) == (reading.phases, reading.most_a)
    accepted = await bench.charger.order(Order(current_a=16.0, go=True, phases=3))
    assert (13.0, 1) == (accepted.current_a, accepted.phases)


async def test_settings_and_papers_are_asked_for_when_they_are_due(bench: Bench, asked: list[str]) -> None:
    """Values each time; the settings each 30 s, the papers each 10 min, and never where it stands or its SIM."""
    for _ in range(25):
        await bench.charger.read()
        bench.turn(5)
    kinds = [path.split("?")[0] for path in asked]
    assert (25, 5, 1) == (kinds.count("/values"), kinds.count("/control"), kinds.count("/info"))
    bench.turn(600)
    await bench.charger.read()
    assert any("/info" in path for path in asked[-3:])
    assert not [path for path in asked if "gps" in path or "cellular" in path]
    assert all("raw=1" in path for path in asked if path.startswith(("/values", "/info")))


async def test_after_an_order_it_looks_twice(bench: Bench, asked: list[str]) -> None:
    """About 2 s and 8 s later, when an order shows."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    asked.clear()
    for _ in range(7):
        bench.turn(2)
        await bench.charger.read()
    assert 2 == len([path for path in asked if path.startswith("/control")])


async def test_a_new_plugin_may_be_another_attachment(bench: Bench) -> None:
    """So the papers are asked for then."""
    await bench.charger.read()
    bench.turn(10)
    bench.point.unplug()
    bench.point.attach(phases=1, most_a=10.0)
    bench.turn(10)
    assert Plug.EMPTY is (await bench.charger.read()).plug
    bench.point.plug_in()
    bench.turn(10)
    reading = await bench.charger.read()
    assert (10.0, 1, bench.point.plugins) == (reading.most_a, reading.phases, reading.plugins)


async def test_the_owners_hand_is_seen_soon(bench: Bench) -> None:
    """What is signalled to the car differs from what it was set to: so the settings are read within 10 s."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    for _ in range(10):
        bench.turn(5)
        await bench.charger.read()
    bench.point.tell(current_a=14.0)
    seen: list[float | None] = []
    for _ in range(3):
        bench.turn(5)
        seen.append((await bench.charger.read()).set_a)
    assert 14.0 == seen[-1]


async def test_a_fault_is_shown_in_words(bench: Bench) -> None:
    """A residual current needs its owner."""
    bench.point.fail(Fault.RESIDUAL_CURRENT)
    reading = await bench.charger.read()
    assert (Plug.FAULT, "residual current detected, dc positive 6ma fault") == (reading.plug, reading.fault)


async def test_half_a_letter_in_its_words_breaks_nothing(bench: Bench) -> None:
    """As where its name was cut in the middle of an emoji."""
    bench.box.serial = "N24 \ud83d"
    assert "N24 ?" == (await bench.charger.read()).serial


async def test_words_where_codes_were_asked_for(bench: Bench) -> None:
    """And keys with colons, and numbers as 6 one time and as 6.0 the other: all the same to us."""
    expected = await bench.charger.read()
    bench.box.words = bench.box.colon_keys = bench.box.mixed_numbers = True
    for _ in range(4):
        assert expected == await bench.driver().read()
    assert expected == await bench.charger.read()


async def test_a_blink_of_the_status_is_passed_over(bench: Bench) -> None:
    """Some reads without a status are the same plug; more are an unknown one."""
    await bench.charger.read()
    bench.box.mangle = lambda said: said.get("general", {}).pop("status", None)
    plugs = [(await bench.charger.read()).plug for _ in range(5)]
    assert [*[Plug.CONNECTED] * 3, Plug.UNKNOWN, Plug.UNKNOWN] == plugs


async def test_an_energy_limit_of_the_owner_is_told(bench: Bench) -> None:
    """And left alone."""
    bench.point.tell(limit_wh=20_000)
    bench.turn(3)
    assert 20_000 == (await bench.charger.read()).limit_wh


async def test_the_owner_gets_back_what_he_had(bench: Bench) -> None:
    """On a clean exit: current, pause and phases."""
    await bench.charger.read()
    await bench.charger.order(Order(current_a=8.0, go=True, phases=1))
    bench.turn(30)
    await bench.charger.close(restore=True)
    told = bench.point.told
    assert (16.0, True, 3) == (told.current_a, told.paused, told.phases)


async def test_what_the_owner_changed_meanwhile_stays(bench: Bench) -> None:
    """Only what is still as we left it goes back."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    bench.turn(30)
    bench.point.tell(current_a=12.0)
    bench.turn(30)
    await bench.charger.close(restore=True)
    assert (12.0, True) == (bench.point.told.current_a, bench.point.told.paused)


async def test_an_exit_without_restoring_changes_nothing(bench: Bench) -> None:
    """And neither does one of who never told it anything."""
    await bench.charger.read()
    await bench.driver().close(restore=True)
    await bench.charger.order(GO_10)
    await bench.charger.close(restore=False)
    assert [{"current_set": 10.0, "charge_pause": 0}] == bench.writes


async def test_another_unit_at_the_same_address_is_told_nothing(bench: Bench) -> None:
    """Its total is smaller, or its number is another; it may be a neighbour's."""
    await bench.charger.read()
    was, bench.box.serial = bench.box.serial, "N2400000000000000OTHER"
    bench.box.mangle = lambda said: said.get("energy", {}).update(total_charged_energy=5)
    for _ in range(2):
        with pytest.raises(DeniedError, match=rf"is now the NRGkick N2400000000000000OTHER .*, no longer {was}"):
            await bench.charger.read()
        with pytest.raises(DeniedError):
            await bench.charger.order(GO_10)
    assert [] == bench.writes
    bench.box.serial, bench.box.mangle = was, None
    assert was == (await bench.charger.read()).serial


async def test_its_first_act_is_to_look(bench: Bench, asked: list[str]) -> None:
    """Also when the first thing that is wanted is an order."""
    assert Accepted(current_a=6.0, go=False, phases=3) == await bench.charger.order(Order(current_a=6.0, go=False))
    assert ["/info", "/control", "/control"] == [path.split("?")[0] for path in asked]
    assert [{"current_set": 6.0}] == bench.writes


async def test_nothing_private_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Neither place nor SIM nor password."""
    caplog.set_level(logging.DEBUG)
    bench.box.sim_card = True
    bench.box.login = ("owner", "sesame")
    charger = bench.driver(user="owner", password="sesame")
    await charger.read()
    bench.box.login = ("owner", "other")
    with pytest.raises(DeniedError) as denied:
        await charger.read()
    with pytest.raises(DeniedError):
        await charger.order(GO_10)
    await charger.close(restore=True)
    said = caplog.text + str(denied.value)
    assert not [word for word in ("50.85", "4.35", "000000000000001", "sesame", "Example Mobile") if word in said]


async def test_a_box_that_is_nowhere_is_told_in_a_sentence(bench: Bench) -> None:
    """The owner reads what he can look after."""
    await bench.box.close()
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:\d+ refuses the connection: is it an NRGkick Gen2"):
        await bench.charger.read()
