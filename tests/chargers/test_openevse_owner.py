"""What an OpenEVSE's owner had outlives a crash of ours: his settings, or nothing but room beside them."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from lib.chargers import UnreachableError, openevse_wire
from lib.core.charger import Found
from lib.sim.http_box import Trouble
from lib.sim.openevse_box import MANUAL
from lib.sim.openevse_words import Firmware

from .openevse_bench import GO_10, PAUSE, RULES, Bench, a_bench
from .patience import impatient

HIS = (16.0, False)


@pytest.fixture(params=Firmware, ids=lambda firmware: firmware.name)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """One of each age, whose owner lets any car charge with 16 A."""
    bench = await a_bench(request.param)
    yield bench
    await bench.close()


def only(*ages: Firmware) -> pytest.MarkDecorator:
    """The bench with these alone."""
    return pytest.mark.parametrize("bench", ages, indirect=True, ids=lambda firmware: firmware.name)


async def test_what_the_owner_had_is_known_from_the_first_look(bench: Bench) -> None:
    """Settings where there is one lever for all; else only which unit it is. No order changes it."""
    assert bench.charger.owner is None
    await bench.charger.read()
    owner = bench.charger.owner
    has_one = bench.box.firmware is Firmware.V2
    expected = Found(current_a=16.0, go=True) if has_one else Found(serial="02005E005302")
    assert expected == owner
    await bench.charger.order(PAUSE)
    await bench.steer(30)
    assert owner == bench.charger.owner


async def test_a_clean_exit_gives_back(bench: Bench) -> None:
    """All of it; then nothing is ours."""
    await bench.charger.order(PAUSE)
    await bench.steer(30)
    await bench.charger.close(restore=True)
    assert (HIS, None, {}) == (bench.told, bench.charger.owner, bench.box.claims)


async def test_on_a_crowded_circuit_it_is_left_at_its_safe_current(bench: Bench) -> None:
    """What its circuit does not carry for all, nobody gets back when we leave."""
    await bench.start(rules=replace(RULES, crowded=True)).order(GO_10)
    await bench.steer(30)
    await bench.charger.close(restore=True)
    assert (6.0, False) == bench.told
    bench.turn(600)
    assert (6.0, False) == bench.told


async def test_a_killed_run_gives_back_after_the_next(bench: Bench) -> None:
    """Killed twice; then one only looks, and the last does not even that."""
    await bench.charger.order(PAUSE)
    await bench.steer(15)
    await bench.start(bench.charger.owner).order(GO_10)
    await bench.steer(15)
    await bench.start(bench.charger.owner).read()
    last = bench.start(bench.charger.owner)
    await last.close(restore=True)
    assert (HIS, None, {}) == (bench.told, last.owner, bench.box.claims)


@only(Firmware.V4, Firmware.V5)
async def test_a_claim_of_ours_is_known_by_its_number(bench: Bench) -> None:
    """Also when nobody remembers the run that made it."""
    await bench.charger.order(PAUSE)
    charger = bench.start()
    await charger.read()
    await charger.close(restore=True)
    assert (HIS, {}) == (bench.told, bench.box.claims)


@only(Firmware.EARLY)
async def test_an_override_that_was_his_is_his_again(bench: Bench) -> None:
    """He lets the car have 8 A for this plug-in."""
    bench.box.override("active", 8)
    await bench.charger.order(PAUSE)
    await bench.steer(15)
    await bench.charger.close(restore=True)
    assert (8.0, False) == bench.told
    assert 8 == bench.box.claims[MANUAL].charge_current


@only(Firmware.EARLY, Firmware.V2)
async def test_what_the_owner_changed_meanwhile_stays(bench: Bench) -> None:
    """By the one lever that there is."""
    await bench.charger.order(PAUSE)
    await bench.steer(30)
    if bench.box.firmware is Firmware.EARLY:
        bench.box.override("active", 13)
    else:
        bench.point.tell(current_a=13.0, paused=False)
    await bench.steer(15)
    await bench.charger.close(restore=True)
    assert (13.0, False) == bench.told


@only(Firmware.V4, Firmware.V5)
async def test_an_override_beside_our_claim_stays(bench: Bench) -> None:
    """It is none of our business."""
    await bench.charger.order(PAUSE)
    bench.box.override("active", 13)
    await bench.charger.close(restore=True)
    assert ((13.0, False), [MANUAL]) == (bench.told, list(bench.box.claims))


async def test_what_could_not_be_given_back_is_kept(bench: Bench) -> None:
    """The box is gone as we end, or refuses; the next end finds it."""
    await bench.charger.order(PAUSE)
    await bench.steer(15)
    for trouble in (Trouble.GONE, Trouble.REFUSE):
        bench.box.trouble = trouble
        await bench.charger.close(restore=True)
        assert bench.charger.owner is not None
    bench.box.trouble = Trouble.WELL
    charger = bench.start(bench.charger.owner)
    await charger.close(restore=True)
    assert (HIS, None) == (bench.told, charger.owner)


async def test_an_order_that_nobody_answered_is_ours(bench: Bench) -> None:
    """It was taken, and nobody heard so: it goes back."""
    await bench.charger.read()
    bench.box.trouble = Trouble.MUTE
    with impatient((openevse_wire, "CALL_S")), pytest.raises(UnreachableError, match="no answer from"):
        await bench.charger.order(GO_10)
    bench.box.trouble = Trouble.WELL
    bench.turn(12)
    assert (10.0, False) == bench.told
    await bench.charger.close(restore=True)
    assert (HIS, {}) == (bench.told, bench.box.claims)


@only(Firmware.V5)
async def test_another_unit_does_not_get_it(bench: Bench) -> None:
    """What that one is set to is its own owner's."""
    await bench.charger.read()
    bench.box.serial = "02005E005399"
    charger = bench.start(bench.charger.owner)
    await charger.read()
    assert "02005E005399" == (charger.owner or Found()).serial
    writes = len(bench.writes)
    await charger.close(restore=True)
    assert writes == len(bench.writes)
