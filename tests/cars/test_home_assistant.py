"""Entities of a Home Assistant, read and ordered over real HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from lib.cars import CarError, CarSetupError, control_of
from lib.core.car import CarReading
from tests.fakes.home_assistant import TOKEN, FakeHomeAssistant, fake_home_assistant

from .builders import NOW, source
from .recordings import recorded

SOC = "sensor.born_charge"
HEARD = "2026-11-20T06:10:00.250000+00:00"


def state(value: str, **attributes: Any) -> dict[str, Any]:
    """A state as Home Assistant tells it."""
    return {
        "state": value,
        "attributes": attributes,
        "last_changed": "2026-11-20T04:00:00+00:00",
        "last_updated": HEARD,
        "last_reported": "2026-11-20T06:14:59+00:00",
    }


@pytest.fixture
async def home() -> AsyncIterator[FakeHomeAssistant]:
    """A Home Assistant that knows a car."""
    async with fake_home_assistant() as fake:
        fake.states = {
            SOC: state("63", captured_at="2026-11-20T05:00:00+00:00"),
            "binary_sensor.born_plug": state("on"),
            "sensor.born_charging": state("not_charging"),
            "number.born_limit": state("90.0"),
            "sensor.born_range": state("201.5"),
            "sensor.born_captured": state("2026-11-20T05:30:00+00:00"),
            "switch.born_charge": state("off"),
            "button.born_charge": state("unknown"),
        }
        yield fake


async def read(home: FakeHomeAssistant, *, token: str = TOKEN, **options: Any) -> CarReading:
    """One reading."""
    async with source({"home_assistant": token}, source="home_assistant", url=home.url, soc=SOC, **options) as car:
        return await car.read()


async def test_the_state_of_charge_is_as_old_as_it_was_heard(home: FakeHomeAssistant) -> None:
    """That it is reported again and again does not make it new."""
    reading = await read(home)
    heard = NOW - timedelta(minutes=4, seconds=59.75)
    assert CarReading(source="Home Assistant", soc_pct=63.0, as_of=heard) == reading


async def test_the_cars_own_time_is_better(home: FakeHomeAssistant) -> None:
    """An attribute or an entity says when the car measured; where it says none, the age is unknown."""
    assert NOW - timedelta(minutes=75) == (await read(home, time="attributes.captured_at")).as_of
    assert NOW - timedelta(minutes=45) == (await read(home, time="sensor.born_captured")).as_of
    assert (await read(home, time="attributes.other")).as_of is None
    assert (await read(home, time="switch.born_charge")).as_of is None


async def test_all_entities_are_read(home: FakeHomeAssistant) -> None:
    """Plug, charging, the car's limit, its range."""
    reading = await read(
        home,
        plug="binary_sensor.born_plug",
        charging="sensor.born_charging",
        limit="number.born_limit",
        range="sensor.born_range",
    )
    assert (True, False, 90.0, 201.5) == (reading.plugged, reading.charging, reading.limit_pct, reading.range_km)


@pytest.mark.parametrize("value", ["unavailable", "unknown", ""])
async def test_an_entity_without_a_value_is_unknown(home: FakeHomeAssistant, value: str) -> None:
    """Never 0; the integration may be away for a while."""
    home.states[SOC] = state(value)
    assert (await read(home)).soc_pct is None


async def test_what_is_no_state_of_charge_names_its_entity(home: FakeHomeAssistant) -> None:
    """The owner took another sensor."""
    home.states[SOC] = state("on")
    with pytest.raises(CarError, match=r"Home Assistant: sensor\.born_charge says 'on', which is no state of charge"):
        await read(home)


async def test_an_entity_that_is_not_there_is_named(home: FakeHomeAssistant) -> None:
    """It may come yet, while Home Assistant starts."""
    with pytest.raises(CarError, match=r"knows no entity sensor\.bron: is the name right, and has it finished start"):
        await read(home, plug="sensor.bron")


async def test_a_token_that_is_refused_is_said(home: FakeHomeAssistant) -> None:
    """With what to do; the token itself is not in the sentence. The token of this host wins."""
    with pytest.raises(CarSetupError) as raised:
        await read(home, token="hush")
    assert 'refuses the token: make a new one in your profile there, and put it under "home_assistant"' in str(
        raised.value
    )
    assert "hush" not in str(raised.value)
    secrets = {"home_assistant": "hush", "home_assistant@127.0.0.1": TOKEN}
    async with source(secrets, source="home_assistant", url=home.url, soc=SOC) as car:
        assert 63.0 == (await car.read()).soc_pct


@pytest.mark.parametrize(
    ("status", "said"), [(403, "has locked this machine out: look at ip_bans.yaml"), (502, "has trouble of its own")]
)
async def test_other_refusals_are_said(home: FakeHomeAssistant, status: int, said: str) -> None:
    """A ban, a proxy without anything behind it."""
    home.status = status
    with pytest.raises(CarError, match=said):
        await read(home)


@pytest.mark.parametrize(
    ("entity", "service"),
    [
        ("switch.born_charge", "switch.turn_on"),
        ("input_boolean.born_charge", "input_boolean.turn_on"),
        ("button.born_charge", "button.press"),
        ("script.born_charge", "script.turn_on"),
    ],
)
async def test_the_car_is_told_to_charge_by_the_entity_that_the_owner_named(
    home: FakeHomeAssistant, entity: str, service: str
) -> None:
    """A switch is switched, a button pressed, a script run; what it is, is not asked for."""
    home.states[entity] = state("unknown")
    options: dict[str, Any] = {"url": home.url, "soc": SOC, "start": entity}
    async with source({"home_assistant": TOKEN}, source="home_assistant", **options) as car:
        control = control_of(car)
        assert control is not None
        await control.start()
        assert [(service, {"entity_id": entity})] == home.orders
        assert 63.0 == (await car.read()).soc_pct


async def test_an_order_that_is_not_taken_is_said(home: FakeHomeAssistant) -> None:
    """The entity is gone."""
    options: dict[str, Any] = {"url": home.url, "soc": SOC, "start": "script.charge"}
    async with source({"home_assistant": TOKEN}, source="home_assistant", **options) as car:
        control = control_of(car)
        assert control is not None
        with pytest.raises(CarError, match=r"does not take the order script\.turn_on for script\.charge"):
            await control.start()


async def test_recorded_states_are_understood(home: FakeHomeAssistant) -> None:
    """Those of the folder of cases: a value, a decimal one, none, a plug."""
    found = recorded("home_assistant_states_invented")
    if found is None:
        pytest.skip("DM_CASES names no such recording")
    home.states["binary_sensor.q4_plugged_in"] = found["plug"]
    told = []
    for name in ("soc", "soc_decimal", "unavailable", "unknown"):
        home.states[SOC] = found[name]
        reading = await read(home, plug="binary_sensor.q4_plugged_in")
        told.append((reading.soc_pct, reading.plugged, reading.as_of))
    heard = NOW - timedelta(minutes=2, seconds=15.7)
    assert [(63.0, True, heard), (63.5, True, heard), (None, True, heard), (None, True, heard)] == told
