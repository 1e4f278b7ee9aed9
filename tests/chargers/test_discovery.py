"""NRGkicks that make themselves known over mDNS, on loopback, where other tests may have some of their own."""

from collections.abc import AsyncIterator
from secrets import token_hex

import pytest

from lib.chargers import UnreachableError, discovery
from lib.chargers.discovery import Found, find_nrgkick, find_nrgkicks
from lib.chargers.nrgkick import NRGkick
from lib.core.charger import ChargerRules
from lib.sim.announcement import Announcement
from lib.sim.charge_point import ChargePoint
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from tests.sim.builders import NOON

from .recorded import recorded

LOOPBACK = ["127.0.0.1"]
OURS = token_hex(4)
GARAGE, CARPORT = f"N24{OURS}S1", f"N24{OURS}S2"
RULES = ChargerRules(name="garage")


@pytest.fixture
async def boxes() -> AsyncIterator[list[NrgkickBox]]:
    """Two boxes that make themselves known; the second has its API switched off."""
    made = []
    for name, serial, enabled in ((f"Garage {OURS}", GARAGE, True), (f"Carport für Gäste {OURS}", CARPORT, False)):
        box = await open_nrgkick_box(ChargePoint(start=NOON, name=name))
        box.serial, box.enabled = serial, enabled
        await box.announce()
        made.append(box)
    yield made
    for box in made:
        await box.close()


async def test_all_are_found_with_what_they_say(boxes: list[NrgkickBox]) -> None:
    """Name, serial number, address, and whether programs are let in."""
    garage, carport = boxes
    name = f"Carport für Gäste {OURS}"
    expected = [
        Found(name=name, serial=CARPORT, model="NRGkick Gen2", address=carport.where, api=False),
        Found(name=f"Garage {OURS}", serial=GARAGE, model="NRGkick Gen2", address=garage.where, api=True),
    ]
    found = await find_nrgkicks(within_s=2.0, interfaces=LOOPBACK)
    assert expected == [box for box in found if OURS in box.serial]


async def test_one_is_found_by_number_or_name(boxes: list[NrgkickBox]) -> None:
    """Without waiting for the time limit."""
    for wanted in (CARPORT, CARPORT.lower(), f"Carport für Gäste {OURS}"):
        assert boxes[1].where == (await find_nrgkick(wanted, within_s=5.0, interfaces=LOOPBACK)).address


async def test_one_that_is_not_there_is_told_with_those_that_are(boxes: list[NrgkickBox]) -> None:
    """So a slip of the pen is seen."""
    assert 2 == len(boxes)
    says = rf"no NRGkick makes itself known as N24S3: there are .*Garage {OURS} \({GARAGE}\)"
    with pytest.raises(UnreachableError, match=says):
        await find_nrgkick("N24S3", within_s=1.5, interfaces=LOOPBACK)


async def test_where_there_is_none_that_is_said() -> None:
    """Within the time limit."""
    with pytest.raises(UnreachableError, match=r"no NRGkick makes itself known as N24S3: (is it switched|there)"):
        await find_nrgkick("N24S3", within_s=0.3, interfaces=LOOPBACK)


async def test_a_charger_is_reached_by_its_number(boxes: list[NrgkickBox], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it has another address than before."""
    found = discovery.find_nrgkick

    async def on_loopback(wanted: str, *, within_s: float) -> Found:
        return await found(wanted, within_s=within_s, interfaces=LOOPBACK)

    monkeypatch.setattr(discovery, "find_nrgkick", on_loopback)
    charger = NRGkick(f"mdns:{GARAGE}", rules=RULES)
    assert GARAGE == (await charger.read()).serial
    await boxes[0].close()
    boxes[0] = await open_nrgkick_box(ChargePoint(start=NOON, name="Garage"))
    boxes[0].serial = GARAGE
    with pytest.raises(UnreachableError):
        await charger.read()
    await boxes[0].announce()
    assert GARAGE == (await charger.read()).serial
    await charger.close(restore=False)


async def test_the_recorded_words_are_understood() -> None:
    """A box with a SIM, as the maker's page has it."""
    told = recorded("nrgkick").get("mdns_txt")
    if told is None:
        pytest.skip("recorded elsewhere")
    announcement = Announcement(told["service"], "NRGkick Carport", 80)
    await announcement.begin(told["txt"])
    found = await find_nrgkicks(within_s=1.5, interfaces=LOOPBACK)
    await announcement.end()
    expected = Found(
        name="Carport", serial="T2400000000000000X1Y2", model="NRGkick Gen2 SIM", address="127.0.0.1", api=True
    )
    assert expected in found
