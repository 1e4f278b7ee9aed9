"""Chargers that make themselves known over mDNS, on loopback, where other tests may have some of their own."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from secrets import token_hex

import pytest

from lib.chargers import DeniedError, UnreachableError, discovery
from lib.chargers.discovery import Found, find_address, find_charger, find_chargers
from lib.chargers.goe import Goe
from lib.chargers.naming import is_name, split_local
from lib.chargers.nrgkick import NRGkick
from lib.chargers.openevse import OpenEvse
from lib.clock import TurnedClock
from lib.commands import find
from lib.core.charger import ChargerRules
from lib.sim.announcement import Announcement
from lib.sim.charge_point import ChargePoint
from lib.sim.goe_box import GoeBox, open_goe_box
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from lib.sim.openevse_box import OpenEvseBox, open_openevse_box
from tests.sim.builders import NOON

from .recorded import recorded

LOOPBACK = ["127.0.0.1"]
OURS = token_hex(4)
GARAGE, CARPORT = f"N24{OURS}S1", f"N24{OURS}S2"
GOE, OPENEVSE = str(int(OURS, 16))[-6:].zfill(6), f"02{OURS}53"
RULES = ChargerRules(name="garage")


@pytest.fixture
async def boxes() -> AsyncIterator[list[NrgkickBox]]:
    """Two boxes that make themselves known; the second has its API switched off."""
    made = []
    for name, serial, enabled in ((f"Garage {OURS}", GARAGE, True), (f"Carport für Gäste {OURS}", CARPORT, False)):
        box = await open_nrgkick_box(ChargePoint(start=NOON, name=name))
        box.serial, box.enabled = serial, enabled
        made.append(box)
    await asyncio.gather(*(box.announce() for box in made))  # each first looks for others of its name, for a second
    yield made
    await asyncio.gather(*(box.close() for box in made))


@pytest.fixture
async def goe() -> AsyncIterator[GoeBox]:
    """A go-eCharger of the third generation."""
    box = await open_goe_box(ChargePoint(start=NOON))
    box.serial = GOE
    announcement = Announcement("_go-e_go-eCharger._tcp.local.", f"go-echarger_{GOE}", box.port)
    await announcement.begin({"devicetype": "go-eCharger"})
    yield box
    await announcement.end()
    await box.close()


@pytest.fixture
async def openevse() -> AsyncIterator[OpenEvseBox]:
    """An OpenEVSE."""
    box = await open_openevse_box(ChargePoint(start=NOON))
    box.serial = OPENEVSE
    await box.announce(f"openevse-{OURS}")
    yield box
    await box.close()


@pytest.fixture
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drivers listen on loopback alone."""
    monkeypatch.setattr(discovery, "find_address", partial(find_address, interfaces=LOOPBACK))


async def test_all_makes_are_found_with_what_they_say(
    boxes: list[NrgkickBox], goe: GoeBox, openevse: OpenEvseBox
) -> None:
    """Name, serial number, address, and whether programs are let in."""
    garage, carport = boxes
    name = f"Carport für Gäste {OURS}"
    usual = {"model": "NRGkick Gen2", "make": "nrgkick"}
    expected = {
        Found(**usual, name=name, serial=CARPORT, address=carport.where, host=f"box-{carport.port}", api=False),
        Found(**usual, name=f"Garage {OURS}", serial=GARAGE, address=garage.where, host=f"box-{garage.port}", api=True),
        Found(
            make="goe",
            name=f"go-echarger_{GOE}",
            serial=GOE,
            model="go-eCharger",
            address=goe.where,
            host=f"box-{goe.port}",
        ),
        Found(
            make="openevse",
            name=f"openevse-{OURS}",
            serial=OPENEVSE,
            model="openevse_wifi_v1",
            address=openevse.where,
            host=f"box-{openevse.port}",
        ),
    }
    assert expected <= set(await find_chargers(within_s=2.0, interfaces=LOOPBACK))


async def test_older_ones_are_known_by_the_name_of_their_page() -> None:
    """Among everybody's pages; the page of one that is known better is not told twice."""
    called = ((f"go-eCharger_{GOE}", 8101), (f"Printer {OURS}", 8102), (f"openevse-{OURS}", 8103))
    pages = [Announcement("_http._tcp.local.", name, port) for name, port in called]
    better = Announcement("_openevse._tcp.local.", f"openevse-{OURS}", 8103)
    words = {"type": "openevse_wifi_v1", "id": OPENEVSE}
    await asyncio.gather(*(page.begin({}) for page in pages), better.begin(words))
    found = await find_chargers(within_s=2.0, interfaces=LOOPBACK)
    await asyncio.gather(*(page.end() for page in (*pages, better)))
    places = {port: [box for box in found if box.address == f"127.0.0.1:{port}"] for _, port in called}
    assert [("goe", GOE)] == [(box.make, box.serial) for box in places[8101]]
    assert [] == places[8102]
    assert [("openevse", OPENEVSE)] == [(box.make, box.serial) for box in places[8103]]


async def test_one_is_found_by_number_or_name(boxes: list[NrgkickBox], goe: GoeBox, openevse: OpenEvseBox) -> None:
    """Without waiting for the time limit; a make is not taken for another."""
    expected = (
        ("nrgkick", CARPORT, boxes[1].where),
        ("nrgkick", CARPORT.lower(), boxes[1].where),
        ("nrgkick", f"Carport für Gäste {OURS}", boxes[1].where),
        ("goe", GOE, goe.where),
        ("goe", f"go-eCharger_{GOE}", goe.where),
        ("openevse", OPENEVSE, openevse.where),
        ("openevse", f"OpenEVSE-{OURS}", openevse.where),
        ("openevse", f"box-{openevse.port}", openevse.where),
    )
    finds = (find_charger(wanted, make=make, within_s=5.0, interfaces=LOOPBACK) for make, wanted, _ in expected)
    assert [where for *_, where in expected] == [found.address for found in await asyncio.gather(*finds)]
    with pytest.raises(UnreachableError, match="no OpenEVSE makes itself known as"):
        await find_charger(GOE, make="openevse", within_s=0.5, interfaces=LOOPBACK)


async def test_one_that_is_not_there_is_told_with_those_that_are(boxes: list[NrgkickBox]) -> None:
    """So a slip of the pen is seen."""
    assert 2 == len(boxes)
    says = rf"no NRGkick makes itself known as N24S3: there are .*Garage {OURS} \({GARAGE}\)"
    with pytest.raises(UnreachableError, match=says):
        await find_charger("N24S3", make="nrgkick", within_s=1.5, interfaces=LOOPBACK)


async def test_where_there_is_none_that_is_said() -> None:
    """Within the time limit."""
    with pytest.raises(UnreachableError, match=r"no NRGkick makes itself known as N24S3: (is it switched|there)"):
        await find_charger("N24S3", make="nrgkick", within_s=0.3, interfaces=LOOPBACK)


@pytest.mark.usefixtures("on_loopback")
async def test_a_charger_is_reached_by_its_number(boxes: list[NrgkickBox]) -> None:
    """Also when it has another address than before."""
    charger = NRGkick(f"mdns:{GARAGE}", rules=RULES)
    assert GARAGE == (await charger.read()).serial
    await boxes[0].close()
    boxes[0] = await open_nrgkick_box(ChargePoint(start=NOON, name=f"Garage {OURS} elsewhere"))
    boxes[0].serial = GARAGE
    with pytest.raises(UnreachableError):
        await charger.read()
    await boxes[0].announce()
    assert GARAGE == (await charger.read()).serial
    await charger.close(restore=False)


@pytest.mark.usefixtures("on_loopback")
async def test_the_other_makes_are_reached_by_their_names(goe: GoeBox, openevse: OpenEvseBox) -> None:
    """By what they announce, or by a plain name.local, which needs nothing on this machine."""
    chargers: list[Goe | OpenEvse] = [
        Goe(f"mdns:{GOE}", rules=RULES),
        Goe(f"box-{goe.port}.local:{goe.port}", rules=RULES),
        OpenEvse(f"mdns:openevse-{OURS}", rules=RULES),
        OpenEvse(f"http://box-{openevse.port}.local.:{openevse.port}/", rules=RULES),
    ]

    async def serials(charger: Goe | OpenEvse) -> tuple[str, str]:
        first, again = await charger.read(), await charger.read()
        await charger.close(restore=True)
        return first.serial, again.serial

    assert [(GOE, GOE)] * 2 + [(OPENEVSE, OPENEVSE)] * 2 == await asyncio.gather(*map(serials, chargers))


@pytest.mark.parametrize("number", [None, "N24S9"])
async def test_a_name_counts_again_when_another_box_has_its_address(
    monkeypatch: pytest.MonkeyPatch, number: str | None
) -> None:
    """One that lets nobody in, or has another number: that is said once, then the charger is looked for."""
    clock, place = TurnedClock(NOON), ""

    async def find(*_: object, **__: object) -> str:
        return place

    monkeypatch.setattr(discovery, "find_address", find)
    for charger, open_box in (
        (NRGkick(f"mdns:{GARAGE}", rules=RULES, clock=clock), open_nrgkick_box),
        (OpenEvse(f"mdns:{OPENEVSE}", rules=RULES, clock=clock), open_openevse_box),
    ):
        old, moved = await open_box(ChargePoint(start=NOON)), await open_box(ChargePoint(start=NOON))
        place = old.where
        serial = (await charger.read()).serial
        place = moved.where
        old.serial, old.login = (number, None) if number else (serial, ("owner", "sesame"))
        clock.turn(600)  # it is asked who it is
        with pytest.raises(DeniedError):
            await charger.read()
        assert serial == (await charger.read()).serial
        await charger.close(restore=False)
        await asyncio.gather(old.close(), moved.close())


@pytest.mark.usefixtures("on_loopback")
async def test_an_openevse_that_moves_is_found_again(openevse: OpenEvseBox) -> None:
    """Its router gave it another address."""
    charger = OpenEvse(f"mdns:{OPENEVSE}", rules=RULES)
    await charger.read()
    await openevse.close()
    with pytest.raises(UnreachableError):
        await charger.read()
    moved = await open_openevse_box(ChargePoint(start=NOON))
    moved.serial = OPENEVSE
    await moved.announce(f"openevse-{OURS}")
    assert OPENEVSE == (await charger.read()).serial
    await charger.close(restore=False)
    await moved.close()


async def test_a_name_that_nobody_answers_to_is_left_to_this_machine() -> None:
    """Its own table of hosts may have it."""
    name = f"nobody-{OURS}.local:8080"
    assert name == await find_address(name, make="goe", within_s=0.3, interfaces=LOOPBACK)


def test_what_is_a_name() -> None:
    """All else leads there."""
    assert [True] * 4 == [is_name(said) for said in ("mdns:A", "openevse-7b2c.local", "GO.LOCAL.", "a.local:80")]
    assert [False] * 4 == [is_name(said) for said in ("192.168.1.31", "[fe80::1]:80", "box.lan", "a.local:http")]
    assert ("openevse-7b2c.local", "8080") == split_local("http://openevse-7b2c.local.:8080/")


async def test_the_recorded_words_are_understood() -> None:
    """A box with a SIM, as the maker's page has it."""
    told = recorded("nrgkick").get("mdns_txt")
    if told is None:
        pytest.skip("recorded elsewhere")
    announcement = Announcement(told["service"], "NRGkick Carport", 80)
    await announcement.begin(told["txt"])
    found = await find_chargers(within_s=1.5, interfaces=LOOPBACK)
    await announcement.end()
    expected = Found(
        make="nrgkick",
        name="Carport",
        serial="T2400000000000000X1Y2",
        model="NRGkick Gen2 SIM",
        address="127.0.0.1",
        host="box-80",
        api=True,
    )
    assert expected in found


async def test_the_command_lists_all_as_config_wants_them(
    boxes: list[NrgkickBox], goe: GoeBox, openevse: OpenEvseBox, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each, with what is to be done where its API is off."""
    assert 0 == await asyncio.to_thread(find.run, LOOPBACK)
    lines = capsys.readouterr().out.splitlines()
    for line in (
        f'Garage {OURS}: "make": "nrgkick", "address": "{boxes[0].where}" or "mdns:{GARAGE}"',
        f'go-echarger_{GOE}: "make": "goe", "address": "{goe.where}" or "mdns:{GOE}"',
        f'openevse-{OURS}: "make": "openevse", "address": "{openevse.where}" or "mdns:{OPENEVSE}"',
    ):
        assert line in lines
    assert [CARPORT in line for line in lines if "its JSON API is off" in line and OURS in line] == [True]
